"""10,000 queued sales of four tills, with lots and leases, brought to a hub by real outboxes and signed requests over HTTP.

The hub is a process of its own, the tills are threads of this one: two cores. The floor writes the rows that the hub wrote, in as
many commits, by executemany on SQLite and COPY on PostgreSQL, and nothing else.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from net_till import HubProcess, NetTill, join
from pg_kit import Cluster

from sync.hub import wiring
from sync.hub.opening import open_hub
from sync.hub.store.steps import transaction
from sync.wire import BATCH_RECORDS

SALES = 10_000
TILLS = [f"T{n}" for n in range(1, 5)]
MEMBERS = 500
LEASES = 25
ROUNDS = 3
Row = tuple[str, float, float, str]


class Queue:
    """One engine's hub and tills: leases got from it, then sales that wait."""

    def __init__(self, folder: str, database: str) -> None:
        self.folder = folder
        made, self.keys = open_hub(database, chance=wiring.chance)
        with contextlib.closing(made), transaction(made):
            join(made, TILLS)
        hub = HubProcess(database, f"{folder}/hub.log").start()
        try:
            self._each(hub, "tills", self._lent)
        finally:
            hub.stop()
        self._each(hub, "tills", self._sold)

    def push(self, database: str, name: str) -> float:
        """Seconds until a hub on `database` has all of it; each time the same queue."""
        shutil.copytree(f"{self.folder}/tills", f"{self.folder}/{name}")
        hub = HubProcess(database, f"{self.folder}/hub.log").start()
        try:
            return self._each(hub, name, lambda till: till.drain(within_s=300))
        finally:
            hub.stop()

    def _each(self, hub: HubProcess, name: str, work: Callable[[NetTill], None]) -> float:
        tills = [NetTill(f"{self.folder}/{name}", till, self.keys, [hub.base]) for till in TILLS]
        threads = [threading.Thread(target=work, args=[till]) for till in tills]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent_s = time.perf_counter() - began
        for till in tills:
            till.close()
        return spent_s

    def _lent(self, till: NetTill) -> None:
        """Points earned, then lent to this till."""
        first = TILLS.index(till.name) * LEASES
        for number in range(first, first + LEASES):
            till.buy(number, f"{till.name}-first-{number}", price=400_000)
        till.drain(within_s=300, pull=True)
        for number in range(first, first + LEASES):
            till.wish(number)
        till.drain(within_s=300)

    def _sold(self, till: NetTill) -> None:
        """The line is down. One sale in ten is paid in part with points."""
        # Only the queue's making is hurried: what is measured reads it.
        till.store.database.execute_sql("PRAGMA synchronous = off")
        first = TILLS.index(till.name) * LEASES
        for n in range(SALES // len(TILLS)):
            spend = n % 10 == 0
            number = first + n // 10 % LEASES if spend else n * 7 % MEMBERS
            till.buy(number, f"{till.name}-{n}", spend=int(spend))


def rows() -> Iterator[Row]:
    yield _on_file()
    yield _on_server()


def _on_file() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/hub.db"
        queue = Queue(folder, path)
        best = floor = 1e9
        for n in range(ROUNDS):
            copy = f"{folder}/round-{n}.db"
            shutil.copy(path, copy)
            best = min(best, queue.push(copy, f"tills-{n}"))
            floor = min(floor, _file_floor(copy, path, f"{folder}/floor-{n}.db"))
        return (f"{SALES:,} queued sales into a SQLite hub, s", best, floor, "< 8 s")


def _on_server() -> Row:
    cluster = Cluster()
    try:
        cluster.start()
        with (
            tempfile.TemporaryDirectory() as folder,
            psycopg.connect(cluster.dsn("postgres"), autocommit=True) as control,
        ):
            control.execute("CREATE DATABASE queued")
            queue = Queue(folder, cluster.dsn("queued"))
            best = floor = 1e9
            for n in range(ROUNDS):
                control.execute(f"CREATE DATABASE round_{n} TEMPLATE queued")
                best = min(best, queue.push(cluster.dsn(f"round_{n}"), f"tills-{n}"))
                control.execute(f"CREATE DATABASE floor_{n} TEMPLATE queued")
                floor = min(floor, _server_floor(cluster.dsn(f"round_{n}"), cluster.dsn(f"floor_{n}")))
            return (f"{SALES:,} queued sales into a PostgreSQL hub, s", best, floor, "< 5 s")
    finally:
        cluster.remove()


COMMITS = SALES // BATCH_RECORDS
KEYS = {"record": 3, "sale": 1, "entry": 5, "lot": 3, "event": 5, "feed": 2}
"""What a push adds rows to, and how many columns their key has; what is changed in place (accounts, marks) is left out."""


def _parts(found: list[Any]) -> Iterator[list[Any]]:
    size = len(found) // COMMITS + 1
    for n in range(COMMITS):
        yield found[n * size : (n + 1) * size]


def _fresh(read: Callable[[str], list[Any]], before: Callable[[str], list[Any]]) -> list[tuple[str, list[list[Any]]]]:
    """By table, the rows that one database has and the other has not, in COMMITS parts."""
    found = []
    for table, key in KEYS.items():
        known = {row[:key] for row in before(table)}
        found.append((table, list(_parts([row for row in read(table) if row[:key] not in known]))))
    return found


def _file_floor(done: str, before: str, target: str) -> float:
    shutil.copy(before, target)
    with contextlib.closing(sqlite3.connect(done)) as new, contextlib.closing(sqlite3.connect(before)) as old:
        tables = _fresh(
            lambda table: new.execute(f"SELECT * FROM {table}").fetchall(),
            lambda table: old.execute(f"SELECT * FROM {table}").fetchall(),
        )
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous = full")
        began = time.perf_counter()
        for n in range(COMMITS):
            raw.execute("BEGIN IMMEDIATE")
            for table, parts in tables:
                marks = ", ".join("?" * len(parts[0][0]))
                raw.executemany(f"INSERT INTO {table} VALUES ({marks})", parts[n])
            raw.execute("COMMIT")
        return time.perf_counter() - began


def _server_floor(done: str, target: str) -> float:
    with psycopg.connect(done, autocommit=True) as new, psycopg.connect(target) as raw:
        tables = _fresh(
            lambda table: new.execute(f"SELECT * FROM {table}").fetchall(),
            lambda table: raw.execute(f"SELECT * FROM {table}").fetchall(),
        )
        raw.commit()
        began = time.perf_counter()
        for n in range(COMMITS):
            for table, parts in tables:
                with raw.cursor().copy(f"COPY {table} FROM STDIN") as copying:
                    for row in parts[n]:
                        copying.write_row(row)
            raw.commit()
        return time.perf_counter() - began
