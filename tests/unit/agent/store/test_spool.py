"""The spool over the store's own writer thread, asked from a worker's thread."""

from __future__ import annotations

import threading

import pytest
from store_kit import AT, booted, open_store

from agent.sqlite import InlineWriter, ThreadWriter
from agent.store.spool import StoreSpool
from drivers.shapes import PrintJob


@pytest.fixture
def joined(tmp_path):
    writer = ThreadWriter()
    path = tmp_path / "till.sqlite3"
    store = writer.call(open_store, path)
    yield store, writer, path
    writer.call(store.close)
    writer.close()


def enqueue(store, writer, name):
    def work():
        with store.transaction():
            store.prints.enqueue(PrintJob(name, "p", b"{}", "queued", AT))

    writer.call(work)


def test_a_mark_is_durable_when_it_returns(joined):
    store, writer, path = joined
    spool = StoreSpool(store, writer)
    enqueue(store, writer, "a")
    spool.mark("a", "sending", now_ms=AT, attempt=True)
    other = open_store(path)
    assert other.prints.job("a").state == "sending"
    assert spool.next("p", AT).state == "uncertain"
    assert other.prints.job("a").state == "uncertain"
    other.close()


def test_two_workers_and_a_seller_at_once(joined):
    store, writer, _ = joined
    spool = StoreSpool(store, writer)
    seen, faults = [], []

    def work():
        try:
            for _ in range(200):
                found = spool.next("p", AT)
                if found is not None:
                    spool.mark(found.id, "printed", now_ms=AT)
                    seen.append(found.id)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n in range(40):
        enqueue(store, writer, f"j{n:03d}")
    for thread in threads:
        thread.join()
    assert faults == []
    left = writer.call(store.prints.waiting)
    assert len(set(seen)) + left == 40


def test_an_unknown_job_is_told_to_the_worker(joined):
    store, writer, _ = joined
    with pytest.raises(KeyError):
        StoreSpool(store, writer).mark("nobody", "printed", now_ms=AT)


def test_what_becomes_of_a_receipts_paper_is_told_after_the_commit(tmp_path):
    store = booted(tmp_path / "till.sqlite3")
    heard = []
    spool = StoreSpool(store, InlineWriter(), told=lambda *said: heard.append((*said, store.prints.job("p-1").state)))
    job = PrintJob(id="p-1", printer="r", document=b"{}", state="queued", created_ms=AT)
    kick = PrintJob(id="p-2", printer="r", document=b"", state="queued", created_ms=AT, kind="drawer")
    with store.transaction():
        store.prints.enqueue(job, receipt="r-1")
        store.prints.enqueue(kick)
    spool.mark("p-2", "printed", now_ms=AT)
    spool.mark("p-1", "waiting", now_ms=AT, cause="paper_out")
    spool.mark("p-1", "printed", now_ms=AT)
    assert heard == [("r-1", "waiting", "paper_out", "waiting"), ("r-1", "printed", "", "printed")]
    store.close()
