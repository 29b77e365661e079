"""A damaged database put aside and a new one made of what can still be read: the file itself first, then the backups.

Whatever comes of it begins a new incarnation and may spend nothing until it has met the hub; the damaged file is kept.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from agent import sqlite
from agent.errors import KopilkaError
from agent.rows import NOT_BEGUN, position
from agent.store.members import Members
from agent.store.schema import STEPS
from agent.store.settings import Meta
from agent.store.verify import Verified, journal_verify

TABLES = (
    "meta", "journal", "operation", "member", "handle", "want", "own_lot", "own_part", "delta", "receipt",
    "print_job", "programme", "rejected", "spoilt",
)  # fmt: skip
"""What is taken over, in this order. Holds end with the sale they stood for; leases with the incarnation that held them."""
FRESH = ".healing"
MARK = NOT_BEGUN
OF_RECORDS = ("journal", "operation", "want", "own_lot", "own_part", "delta", "receipt", "rejected")
"""Tables whose rows belong to one record each, by `n`."""


class Healed(Struct, frozen=True, kw_only=True):
    """What the new database was made of, and where the journal in it ends."""

    source: Literal["salvaged", "backup", "empty"]
    damaged: str
    """Path the damaged file was moved to."""
    inc: int = 0
    seq: int = 0


def heal(path: str, backups: Sequence[str], *, now_ms: int, factory: sqlite.Factory | None = None) -> Healed:
    """Replace the database at `path`; `backups` are tried newest first. Raises StorageFull, StorageBroken.

    The new one is whole, and marked as healed, before the damaged one is moved: a power cut at any step leaves one to start from.
    """
    with sqlite.file_errors(path):
        return _heal(path, backups, now_ms, factory)


def _heal(path: str, backups: Sequence[str], now_ms: int, factory: sqlite.Factory | None) -> Healed:
    fresh, salvaged = path + FRESH, f"{path}.salvaged"
    _remove(fresh)
    _salvage(path, salvaged, factory)
    own = _verified(salvaged)
    best, source = own if own and own.good else None, salvaged
    for backup in backups:
        found = _verified(backup)
        if found and found.good and (best is None or _place(found) > _place(best)):
            best, source = found, backup
    if best is None or not best.count:
        _remove(salvaged)
        return Healed(source="empty", damaged=_aside(path, now_ms))
    if source == salvaged:
        os.replace(salvaged, fresh)
    else:
        _copy(source, fresh)
        if own is not None and _place(own) > _place(best):
            _top_up(fresh, salvaged, factory, after=_place(best), until=_place(own))
        _remove(salvaged)
    _mark(fresh, factory)
    final = _verified(fresh) or best
    damaged = _aside(path, now_ms)
    finish(path)
    return Healed(source="salvaged" if source == salvaged else "backup", damaged=damaged, inc=final.inc, seq=final.seq)


def replace(path: str, source: str, *, now_ms: int) -> str:
    """Put a backup in the place of the database, marked as restored; returns where the former one is now, "" when there was none.

    A power cut at any step leaves one to start from. Raises StorageFull, StorageBroken.
    """
    with sqlite.file_errors(path):
        fresh = path + FRESH
        _remove(fresh)
        _copy(source, fresh)
        _mark(fresh, None, "restored")
        aside = _aside(path, now_ms, "before") if os.path.exists(path) else ""
        finish(path)
    return aside


def finish(path: str) -> None:
    """Put the new database in its place: the last step of a heal, also of one that a power cut stopped before it."""
    if os.path.exists(path) or not os.path.exists(path + FRESH):
        return
    for end in ("-wal", "-shm"):
        # The damaged one's log, if the cut came between the two: it must not be read into the new file.
        with contextlib.suppress(FileNotFoundError):
            os.replace(path + end, f"{path}.left{end}")
    os.replace(path + FRESH, path)
    sqlite.sync_folder(os.path.dirname(os.path.abspath(path)))


def _mark(fresh: str, factory: sqlite.Factory | None, word: str = "1") -> None:
    """Say in the file itself that it was healed or restored, until the first record of the new incarnation stands in it."""
    made = sqlite.open_migrated(fresh, STEPS, factory=factory)
    try:
        with sqlite.transaction(made):
            Meta(made).put(MARK, word)
            Members(made).recount()
        sqlite.bring_home(made)
    finally:
        made.close()


def _place(found: Verified) -> int:
    return position(found.inc, found.seq)


def _verified(path: str) -> Verified | None:
    try:
        return journal_verify(path) if os.path.exists(path) else None
    except KopilkaError:
        return None


def _aside(path: str, now_ms: int, word: str = "damaged") -> str:
    """Move the file and its log out of the way, for whoever wants to look at them."""
    target = f"{path}.{word}-{now_ms}"
    # The file first: a power cut in between leaves a log alone, which no start takes for a database. The other way round the file
    # would open without its last records, in the same incarnation.
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.replace(path + end, target + end)
    return target


def _remove(path: str) -> None:
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + end)


def _salvage(damaged: str, target: str, factory: sqlite.Factory | None) -> None:
    """A new database with every row that can still be read, from either end of each table."""
    _remove(target)
    made = sqlite.open_migrated(target, STEPS, factory=factory)
    try:
        with contextlib.closing(sqlite3.connect(damaged, isolation_level=None)) as old:
            old.text_factory = bytes
            for table in TABLES:
                keys = _keys(made.connection(), table)
                with sqlite.transaction(made):
                    for order in ("ASC", "DESC"):
                        _take(old, made.connection(), table, f"{', '.join(f'{key} {order}' for key in keys)}")
        sqlite.bring_home(made)
    finally:
        made.close()


def _keys(made: sqlite3.Connection, table: str) -> list[str]:
    """The primary key's columns, in order."""
    columns = [row for row in made.execute(f"PRAGMA table_info({table})") if row[5]]
    return [row[1] for row in sorted(columns, key=lambda row: row[5])]


def _take(old: sqlite3.Connection, made: sqlite3.Connection, table: str, order: str) -> None:
    types = [row[2] for row in made.execute(f"PRAGMA table_info({table})")]
    marks = ", ".join("CAST(? AS TEXT)" if kind == "TEXT" else "?" for kind in types)
    insert = f"INSERT OR IGNORE INTO {table} VALUES ({marks})"  # noqa: S608 - our own table names
    for row in _rows(old, f"SELECT * FROM {table} ORDER BY {order}"):  # noqa: S608 - our own names
        # A row with a piece missing is left out; the journal's chain then tells whether it mattered.
        with contextlib.suppress(sqlite3.IntegrityError):
            made.execute(insert, row)


def _rows(old: sqlite3.Connection, sql: str) -> Iterator[tuple[object, ...]]:
    """Rows up to the first that cannot be read."""
    try:
        yield from old.execute(sql)
    except (sqlite3.DatabaseError, OverflowError):
        return


def _copy(source: str, path: str) -> None:
    old = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    part = sqlite3.connect(f"{path}.part")
    with contextlib.closing(old), contextlib.closing(part):
        old.backup(part)
    os.replace(f"{path}.part", path)
    sqlite.sync_folder(os.path.dirname(os.path.abspath(path)))


def _top_up(path: str, salvaged: str, factory: sqlite.Factory | None, *, after: int, until: int) -> None:
    """Add to a backup the records written since, as far as the salvaged chain holds."""
    made = sqlite.open_migrated(path, STEPS, factory=factory)
    try:
        made.execute_sql("ATTACH DATABASE ? AS old", (salvaged,))
        with sqlite.transaction(made):
            for table in OF_RECORDS:
                made.execute_sql(
                    f"INSERT OR IGNORE INTO {table} SELECT * FROM old.{table} WHERE n > ? AND n <= ?",  # noqa: S608
                    (after, until),
                )
            for table in ("member", "handle", "programme", "print_job"):
                made.execute_sql(f"INSERT OR IGNORE INTO {table} SELECT * FROM old.{table}")  # noqa: S608
        made.execute_sql("DETACH DATABASE old")
        sqlite.bring_home(made)
    finally:
        made.close()
