"""Verifying a journal: count and end when it is good, the first bad record when it is not."""

from __future__ import annotations

import sqlite3

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_kit import AT, boot, booted, notices, open_store

from agent.errors import CorruptDatabase, StorageBroken
from agent.rows import Operation, Receipt, position
from agent.store.verify import Bad, journal_verify
from sync import wire


@pytest.fixture
def path(tmp_path):
    path = str(tmp_path / "till.sqlite3")
    store = booted(path, 5)
    boot(store)
    notices(store, 5)
    store.close()
    return path


def change(path, sql, values=()):
    with sqlite3.connect(path) as raw:
        raw.execute(sql, values)
    raw.close()


def test_good(path):
    found = journal_verify(path)
    store = open_store(path)
    assert (found.good, found.bad, found.count) == (True, None, 12)
    assert (found.inc, found.seq, found.hash) == (2, 6, store.journal.tail.hash)
    store.close()


def test_an_empty_journal_is_good(tmp_path):
    open_store(tmp_path / "new.sqlite3").close()
    found = journal_verify(str(tmp_path / "new.sqlite3"))
    assert (found.good, found.count, found.hash) == (True, 0, wire.GENESIS)


def test_beside_a_till_that_sells(path):
    store = open_store(path)
    with store.transaction():
        store.journal.append(wire.NoticeBody(what="not yet committed"), at=AT, id="id")
        assert journal_verify(path).count == 12
    assert journal_verify(path).count == 13
    store.close()


ROWS = [(1, seq) for seq in range(1, 7)] + [(2, seq) for seq in range(1, 7)]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    place=st.sampled_from(ROWS),
    column=st.sampled_from(["line", "hash"]),
    at=st.integers(0, 10**6),
    mask=st.integers(1, 255),
)
def test_any_flipped_byte_on_the_disk_is_named(shared, place, column, at, mask):
    n = position(*place)
    with sqlite3.connect(shared) as raw:
        (data,) = raw.execute(f"SELECT CAST({column} AS BLOB) FROM journal WHERE n = ?", (n,)).fetchone()
        at %= len(data)
        bad = data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]
        kind = "BLOB" if column == "line" else "TEXT"
        raw.execute(f"UPDATE journal SET {column} = CAST(? AS {kind}) WHERE n = ?", (bad, n))
    raw.close()
    try:
        assert journal_verify(shared).bad == Bad(*place, "hash")
    finally:
        change(shared, f"UPDATE journal SET {column} = CAST(? AS {kind}) WHERE n = ?", (data, n))


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("shared") / "till.sqlite3")
    store = booted(path, 5)
    boot(store)
    notices(store, 5)
    store.close()
    return path


def test_the_shared_journal_is_good_again(shared):
    assert journal_verify(shared).good


def test_the_count_is_of_good_records(path):
    change(path, "UPDATE journal SET line = x'7b7d' WHERE n = ?", (position(1, 4),))
    found = journal_verify(path)
    assert (found.bad, found.count, found.inc, found.seq) == (Bad(1, 4, "hash"), 3, 1, 3)
    assert not found.good


@pytest.mark.parametrize(
    ("sql", "bad"),
    [
        (f"DELETE FROM journal WHERE n = {position(1, 1)}", Bad(1, 2, "gap")),
        (f"DELETE FROM journal WHERE n = {position(1, 3)}", Bad(1, 4, "gap")),
        (f"DELETE FROM journal WHERE n = {position(1, 6)}", Bad(2, 1, "hash")),
        (f"DELETE FROM journal WHERE n = {position(2, 1)}", Bad(2, 2, "gap")),
        (f"DELETE FROM journal WHERE n < {position(2, 0)}", Bad(2, 1, "hash")),
        (f"UPDATE journal SET n = {position(3, 1)} WHERE n = {position(2, 6)}", Bad(3, 1, "hash")),
        (f"UPDATE journal SET kind = 'sale' WHERE n = {position(1, 3)}", Bad(1, 3, "content")),
        (f"UPDATE journal SET kind = CAST(x'ff' AS TEXT) WHERE n = {position(1, 3)}", Bad(1, 3, "content")),
    ],
)
def test_rows_lost_moved_renamed(path, sql, bad):
    change(path, sql)
    assert journal_verify(path).bad == bad


def test_rows_swapped(path):
    with sqlite3.connect(path) as raw:
        a, b = (raw.execute("SELECT line, hash FROM journal WHERE n = ?", (position(1, n),)).fetchone() for n in (3, 4))
        for n, row in ((3, b), (4, a)):
            raw.execute("UPDATE journal SET line = ?, hash = ? WHERE n = ?", (*row, position(1, n)))
    raw.close()
    assert journal_verify(path).bad == Bad(1, 3, "hash")


def test_a_record_of_another_place_with_a_hash_made_for_it(path):
    """Who can write the file can make hashes; a record that says another place of itself is still found."""
    from sync import chain

    with sqlite3.connect(path) as raw:
        line = raw.execute("SELECT line FROM journal WHERE n = ?", (position(2, 5),)).fetchone()[0]
        prev = raw.execute("SELECT hash FROM journal WHERE n = ?", (position(2, 5),)).fetchone()[0]
        raw.execute(
            "UPDATE journal SET line = ?, hash = ? WHERE n = ?",
            (line, chain.link(prev, line, seq=6, inc=2), position(2, 6)),
        )
    raw.close()
    assert journal_verify(path).bad == Bad(2, 6, "content")


def marked(path, *, mark=None, seq=None):
    store = open_store(path)
    with store.transaction():
        stored = store.journal.append(wire.NoticeBody(what="sale"), at=AT, id="id")
        n = position(stored.inc, stored.seq)
        said = mark or stored.hash[:6]
        store.prints.put_receipt(Receipt("r-1", n, AT, f'{{"right":"№ {stored.seq} · {said}"}}'.encode(), b"{}"))
        answer = msgspec.json.encode({"seq": seq or stored.seq, "mark": said})
        store.operations.put(Operation(kind="sale", id="s-1", n=n, content="c", at=AT, state="done", answer=answer))
        store.operations.put(Operation(kind="enrol", id="e-1", n=n, content="c", at=AT, state="done", answer=b"{}"))
    store.close()
    return n


def test_marks_that_agree(path):
    marked(path)
    found = journal_verify(path)
    assert (found.good, found.marks, found.odd) == (True, 3, ())


def test_marks_that_do_not(path):
    marked(path, mark="zzzzzz")
    found = journal_verify(path)
    assert (found.good, found.bad, found.odd, found.odd_count) == (False, None, ("receipt r-1", "sale s-1"), 2)


def test_a_number_that_does_not(path):
    marked(path, seq=99)
    assert journal_verify(path).odd == ("sale s-1",)


@pytest.mark.parametrize("answer", [b"", b"[]", b"{", b"\xff"])
def test_an_answer_that_is_none(path, answer):
    marked(path)
    change(path, "UPDATE operation SET answer = ? WHERE id = 's-1'", (answer,))
    assert journal_verify(path).odd == ("sale s-1",)


def test_a_receipt_without_its_record(path):
    n = marked(path)
    change(path, "UPDATE receipt SET n = ?", (n + 1,))
    assert journal_verify(path).odd == ("receipt r-1",)


def test_many_odd_ones_are_counted_and_few_are_named(path):
    marked(path)
    for n in range(50):
        change(path, "INSERT INTO receipt VALUES (?, ?, 0, x'00', x'00')", (f"r-x{n}", position(1, 2)))
    found = journal_verify(path)
    assert (found.odd_count, len(found.odd)) == (50, 20)


def test_receipts_of_pruned_records_are_not_asked(path):
    marked(path)
    store = open_store(path)
    notices(store, 1)
    with store.transaction():
        store.journal.prune(position(2, 7))
    store.close()
    found = journal_verify(path)
    assert (found.good, found.marks, found.count) == (True, 0, 1)


@pytest.mark.parametrize("anchor", ["5 abc", "x", "7", " ", "9" * 30 + " " + "0" * 64])
def test_an_anchor_that_is_none(path, anchor):
    change(path, "INSERT INTO meta VALUES ('journal_anchor', ?)", (anchor,))
    with pytest.raises(CorruptDatabase) as caught:
        journal_verify(path)
    assert caught.value.fields["path"] == path


def test_progress(path, monkeypatch):
    monkeypatch.setattr("agent.store.verify.STEP", 5)
    seen = []
    journal_verify(path, seen.append)
    assert seen == [5, 10, 12]


def test_no_file(tmp_path):
    with pytest.raises(StorageBroken):
        journal_verify(str(tmp_path / "no.sqlite3"))


def test_not_a_till(tmp_path):
    path = str(tmp_path / "other.sqlite3")
    change(path, "CREATE TABLE t (n)")
    with pytest.raises(CorruptDatabase):
        journal_verify(path)


def test_a_damaged_page(path):
    store = open_store(path)
    notices(store, 200, size=2000)
    store.close()
    with open(path, "r+b") as file:
        file.seek(40 * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(CorruptDatabase) as caught:
        journal_verify(path)
    assert caught.value.fields["path"] == path
