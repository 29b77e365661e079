"""`kopilka restore`: put a backup in the place of the till's database, without losing a fact nobody else has."""

from __future__ import annotations

import os

from msgspec import Struct

from agent.errors import Conflict, CorruptDatabase, NotFound, Unprocessable
from agent.rows import position
from agent.runtime import secrets
from agent.runtime.alone import alone
from agent.runtime.clock import SystemClock
from agent.runtime.settings import Settings
from agent.runtime.wiring import DATABASE
from agent.store.heal import replace
from agent.store.reader import JournalReader, reading
from agent.store.verify import Verified, journal_verify
from sync.wire import decode


class Restored(Struct, frozen=True, kw_only=True):
    """What was put in place, and where the former database is now ("" when there was none)."""

    inc: int
    seq: int
    aside: str
    lost: int
    """Records of the former one that neither the backup nor, as far as this till knows, the hub has."""


def restore(settings: Settings, source: str, *, force: bool = False) -> Restored:
    """Verify, copy, mark, put in place; the next start begins a new incarnation. A till that runs is not touched.

    Raises NotFound, CorruptDatabase, Unprocessable (its chain does not hold, another till's), Conflict (running; facts would be lost and
    not `force`), the storage errors.
    """
    if not os.path.isfile(source):
        raise NotFound("backup-unknown", path=source)
    folder = settings.till.data
    release = alone(folder)
    try:
        path = os.path.join(folder, DATABASE)
        try:
            found = _checked(source, _till(settings))
        except CorruptDatabase as fault:
            raise CorruptDatabase("copy-damaged", path=source, problem=fault.fields.get("problem")) from fault
        lost = _unsent_behind(path, found) if os.path.exists(path) else 0
        if lost and not force:
            raise Conflict("restore-loses", count=lost, path=path)
        aside = replace(path, source, now_ms=SystemClock.now_ms())
    finally:
        release()
    return Restored(inc=found.inc, seq=found.seq, aside=aside, lost=lost)


def _till(settings: Settings) -> str:
    kept = secrets.read(settings.till.data)
    return (kept.till if kept else "") or settings.till.id


def _checked(source: str, till: str) -> Verified:
    found = journal_verify(source)
    if not found.good:
        raise Unprocessable("backup-bad", path=source)
    with reading(source) as sql:
        first = next(JournalReader(sql).after(-1), None)
    if first is None or decode(first.line).till != till:
        raise Unprocessable("backup-other-till", path=source, till=till)
    return found


def _unsent_behind(path: str, backup: Verified) -> int:
    """Records here that the backup lacks and the hub has not confirmed. Raises CorruptDatabase: what a damaged file holds, healing saves."""
    with reading(path) as sql:
        reader = JournalReader(sql)
        return sum(1 for _ in reader.after(max(reader.acked(), position(backup.inc, backup.seq))))
