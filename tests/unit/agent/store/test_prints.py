"""Receipts and the spool's rows beyond what the spool's contract asks."""

from __future__ import annotations

import peewee
import pytest
from store_kit import AT, open_store

from agent.rows import Receipt
from drivers.shapes import FINISHED, PrintJob


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "till.sqlite3")
    yield store
    store.close()


@pytest.fixture
def prints(store):
    return store.prints


def job(name, *, printer="p", state="queued", created_ms=AT, **rest):
    return PrintJob(id=name, printer=printer, document=b"{}", state=state, created_ms=created_ms, **rest)


def test_receipts(prints):
    rows = [Receipt(f"r-{n}", n, AT + n, b"\x00doc", b'{"n":1}') for n in (2, 3, 1)]
    for row in rows:
        prints.put_receipt(row)
    assert prints.receipt("r-2") == rows[0]
    assert prints.receipt("nothing") is None
    assert [row.n for row in prints.last(2)] == [3, 2]
    assert [row.n for row in prints.last(99)] == [3, 2, 1]


def test_a_receipt_is_kept_once(prints):
    prints.put_receipt(Receipt("r", 1, AT, b"a", b"{}"))
    with pytest.raises(peewee.IntegrityError):
        prints.put_receipt(Receipt("r", 2, AT, b"b", b"{}"))


def test_a_job_comes_back_as_it_was_put(prints):
    put = job("a", kind="copy", first_attempt_ms=AT - 9, expires_ms=AT + 9, attempts=2, cause="x", state="waiting")
    prints.enqueue(put, receipt="r")
    assert prints.job("a") == put == prints.next("p")
    assert prints.job("b") is None


def test_jobs_of_a_receipt(prints):
    prints.enqueue(job("b"), receipt="r")
    prints.enqueue(job("a"), receipt="r")
    prints.enqueue(job("c"), receipt="other")
    prints.enqueue(job("d"))
    assert [row.id for row in prints.of_receipt("r")] == ["b", "a"]


def test_waiting_counts_what_is_not_done(prints):
    for n, state in enumerate(("queued", "uncertain", "sending", *sorted(FINISHED))):
        prints.enqueue(job(f"j{n}", printer=f"p{n}", state=state))
    assert prints.waiting() == 3


def test_looking_at_the_next_job_changes_nothing_and_taking_it_writes(prints):
    prints.enqueue(job("a", state="sending", cause="x"))
    assert prints.next("p").state == prints.job("a").state == "sending"
    taken = prints.take("p", AT)
    assert (taken.state, taken.cause) == ("uncertain", "x")
    assert prints.job("a") == taken
    assert prints.take("p", AT) == taken


def test_nothing_to_take(prints):
    assert prints.take("p", AT) is None


def test_a_late_mark_of_a_finished_job_is_no_error(prints):
    prints.enqueue(job("a", state="printed"))
    prints.mark("a", "sending", now_ms=AT, attempt=True)
    assert prints.job("a") == job("a", state="printed")


def test_an_unknown_job(prints):
    with pytest.raises(KeyError):
        prints.mark("a", "printed", now_ms=AT)


def test_the_open_index_is_used(store):
    plan = store.database.execute_sql(
        "EXPLAIN QUERY PLAN SELECT id FROM print_job WHERE printer = 'p' AND state NOT IN"
        " ('printed', 'handed_over', 'cancelled', 'expired')"
    ).fetchall()
    assert "print_job_open" in plan[0][-1]
