"""A till that sells until its disk is full, and goes on when there is room again. Run as a program in a folder of a small disk.

`python full_disk_day.py FOLDER [PAGES]`: with PAGES, SQLite's own limit stands in for the disk's. Prints what it saw as JSON.
"""

from __future__ import annotations

import json
import os
import sys

from agent.errors import KopilkaError, StorageFull
from agent.store.till_store import TillStore
from agent.store.verify import journal_verify
from sync.wire import BootBody, NoticeBody

AT = 1_763_794_680_000
BALLAST_BYTES = 512 * 1024


def sell(store: TillStore, count: int) -> int:
    """Sell until `count` is reached or the disk is full; how many stand."""
    for n in range(count):
        try:
            with store.transaction():
                store.meta.put("last", str(store.journal.tail.seq + 1))
                store.journal.append(NoticeBody(what="x" * 3000), at=AT, id="id")
        except StorageFull:
            return n
    return count


def whole(store: TillStore) -> bool:
    """Memory, disk and what was written with the record agree."""
    row = store.database.execute_sql("SELECT max(n) & 0xffffffffff, count(*) FROM journal").fetchone()
    seq = store.journal.tail.seq
    return row == (seq, seq) and store.meta.get("last", "1") == str(seq)


def day(folder: str, pages: int | None) -> dict[str, object]:
    path, ballast = os.path.join(folder, "till.sqlite3"), os.path.join(folder, "ballast")
    store = TillStore(path, till="T1")
    with store.transaction():
        store.journal.append(BootBody(reason="new", store="S"), at=AT, id="boot")
    if pages is None:
        with open(ballast, "wb") as file:
            file.write(b"x" * BALLAST_BYTES)
    else:
        store.database.execute_sql(f"PRAGMA max_page_count = {pages}")
    seen: dict[str, object] = {"before": sell(store, 10_000), "whole_when_full": whole(store)}
    seen["refused_again"] = [sell(store, 1) for _ in range(3)]
    seen["reads"] = len(store.journal.after(0, 10_000))
    if pages is None:
        seen["opening"] = opened_full(folder, path)
        os.unlink(ballast)
    else:
        store.database.execute_sql(f"PRAGMA max_page_count = {pages * 10}")
    seen["after"] = sell(store, 20)
    seen["whole_after"] = whole(store)
    store.close()
    again = TillStore(path, till="T1")
    seen["whole_again"], seen["more"] = whole(again), sell(again, 5)
    again.close()
    seen["good"] = journal_verify(path).good
    return seen


def opened_full(folder: str, path: str) -> list[str]:
    """With not a byte left: what a new database, a copy and a second look say."""
    filler = os.path.join(folder, "filler")
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 512):
                pass
        except OSError:
            pass
    said = []
    for name, step in (
        ("new", lambda: TillStore(os.path.join(folder, "new.sqlite3"), till="T2").close()),
        ("copy", lambda: TillStore(path, till="T1").backup(os.path.join(folder, "copy.sqlite3"))),
    ):
        try:
            step()
            said.append(f"{name} done")
        except KopilkaError as fault:
            said.append(f"{name} {type(fault).__name__}")
    said += sorted(found for found in os.listdir(folder) if found.startswith(("new", "copy")))
    os.unlink(filler)
    return said


if __name__ == "__main__":
    print(json.dumps(day(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)))
