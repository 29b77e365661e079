"""Verified copies of the hub's database, and what they let tills forget."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable

import peewee

from agent.sqlite import Factory, backup, file_errors, open_database, quick_check
from agent.sqlite.stamps import next_stamp
from sync.hub.store import journal, meta

_log = logging.getLogger("kopilka.hub")
_NAME = re.compile(r"hub-\d{8}T\d{6}Z\.db")


def save_copy(
    source: str, folder: str, *, now_ms: int, keep: int, factory: Factory | None = None
) -> list[tuple[str, int, int]]:
    """Copy the database at `source` into `folder`, check the copy, drop the oldest beyond `keep`.

    Returns the (till, incarnation, watermark) rows inside the copy: what `journal.durable` may note. Reads through a connection
    of its own in one step, so writers go on. Raises StorageFull, StorageBroken, CorruptDatabase.
    """
    with file_errors(folder):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    target = os.path.join(folder, f"hub-{next_stamp(_ours(folder), now_ms)}.db")
    reader = open_database(source, readonly=True, factory=factory)
    try:
        backup(reader, target)
    finally:
        reader.close()
    os.chmod(target, 0o600)
    saved = _verified(target, factory)
    _drop_old(folder, keep)
    _log.info("saved", extra={"copy": target, "tills": len(saved)})
    return saved


def note(database: peewee.Database, saved: Iterable[tuple[str, int, int]], *, at: int) -> None:
    """Tell the database what a verified copy of it holds, in the caller's transaction."""
    journal.durable(database, saved)
    meta.write(database, "saved", str(at))


def newest(folder: str) -> str:
    """The copy made last."""
    return os.path.join(folder, _ours(folder)[-1])


def _verified(path: str, factory: Factory | None) -> list[tuple[str, int, int]]:
    # As a writer: the last one to close takes SQLite's two files beside the copy away, a reader leaves them.
    copy: peewee.SqliteDatabase = open_database(path, factory=factory)
    try:
        quick_check(copy)
        return journal.all_marks(copy)
    finally:
        copy.close()


def _drop_old(folder: str, keep: int) -> None:
    for name in _ours(folder)[:-keep]:
        os.unlink(os.path.join(folder, name))


def _ours(folder: str) -> list[str]:
    """Our copies, oldest first; the time in the name sorts them."""
    return sorted(name for name in os.listdir(folder) if _NAME.fullmatch(name))
