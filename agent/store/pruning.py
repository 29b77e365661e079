"""What a till need not keep for ever, dropped in small steps, so that a sale never waits long for one and nothing grows without end.

The journal goes only as far as the hub holds it durably, and not before its days are over; receipts go with their records. Operations
stay: they are the net under every replay. Each step runs on the writer, in the caller's transaction, and drops a bounded number of rows.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct

from agent.rows import RETOLD, position
from agent.store.journal import anchor
from agent.store.till_store import TillStore

DAY_MS = 24 * 3_600_000
JOURNAL_MS = 90 * DAY_MS
SMALL_MS = 7 * DAY_MS
"""Answered wishes, closed leases, ended holds, finished print jobs: looked at only while somebody wonders what happened."""
A_STEP = 200
KEYS = {"receipt": "id", "rejected": "n", "want": "n", "lease": "id", "hold": "id", "print_job": "seq"}

Step = Callable[[TillStore, int], int]


class _When(Struct):
    """All that is read of a record here."""

    at: int


_when = msgspec.json.Decoder(_When)


def journal(store: TillStore, now_ms: int) -> int:
    """Drop the oldest records that are durable at the hub and old enough; returns how many."""
    rows = store.journal.after(anchor(store.sql)[0], A_STEP, size_bytes=1024 * 1024)
    last = None
    for row in rows:
        if not _durable(store, row.inc, row.seq) or not 0 <= _when.decode(row.line).at <= now_ms - JOURNAL_MS:
            break
        last = position(row.inc, row.seq)
    return store.journal.prune(last) if last is not None else 0


def _durable(store: TillStore, inc: int, seq: int) -> bool:
    """Inside a verified backup of the hub: under its own key, or, left behind at a fork, under the one it was told again with."""
    if position(inc, seq) > int(store.meta.get("acked", "0")):
        return False
    if seq <= int(store.meta.get(f"durable:{inc}", "0")):
        return True
    again = store.meta.get(f"{RETOLD}{inc}").split()
    return bool(again) and int(again[1]) <= int(store.meta.get(f"durable:{again[0]}", "0"))


def receipts(store: TillStore, _now_ms: int) -> int:
    """Receipts whose record is gone, and the hub's verdicts on such."""
    gone = anchor(store.sql)[0]
    count = _drop(store, "receipt", "n <= ?", gone)
    return count + _drop(store, "rejected", "n <= ?", gone)


def wants(store: TillStore, now_ms: int) -> int:
    return _drop(store, "want", "state <> 'pending' AND at <= ?", now_ms - SMALL_MS)


def leases(store: TillStore, now_ms: int) -> int:
    """Closed ones, and those a former incarnation left: nobody here may spend them."""
    return _drop(store, "lease", "state <> 'open' AND used <= ?", now_ms - SMALL_MS)


def holds(store: TillStore, now_ms: int) -> int:
    return _drop(store, "hold", "state <> 'open' AND expires <= ?", now_ms - SMALL_MS)


def print_jobs(store: TillStore, now_ms: int) -> int:
    ended = "state IN ('printed', 'handed_over', 'cancelled', 'expired') AND created <= ?"
    return _drop(store, "print_job", ended, now_ms - SMALL_MS)


STEPS: tuple[Step, ...] = (journal, receipts, wants, leases, holds, print_jobs)


def prune(store: TillStore, step: Step, now_ms: int) -> bool:
    """One step in a transaction of its own; whether there may be more of it."""
    with store.transaction():
        return step(store, now_ms) > 0


def _drop(store: TillStore, table: str, where: str, *values: int) -> int:
    key = KEYS[table]
    return store.sql.run(
        f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {where} LIMIT {A_STEP})",  # noqa: S608 - fixed words
        values,
    )
