"""The hub's database put back from a copy, or another server promoted that lacked the last commits: a new epoch begins.

Tills rewind to what this hub has and push again; until every one of the last known list was heard the hub grants nothing
(`recovering`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import peewee

from agent.errors import Conflict, CorruptDatabase, KopilkaError, NotFound
from agent.sqlite import backup, named, open_database, quick_check, sync_folder
from agent.sqlite.stamps import next_stamp
from sync.hub import fleet, recovering
from sync.hub.fleet import Fleet
from sync.hub.ground import DEFAULT_ZONE, day_of
from sync.hub.store import audits, meta, programmes, waiting
from sync.hub.store.audits import Audit
from sync.hub.store.kind import must_be_hub
from sync.hub.store.steps import transaction

_BESIDE = ("", "-wal", "-shm")


def begin(database: peewee.Database, *, epoch: int, tills: Iterable[str], act: Audit) -> None:
    """Start an epoch and wait for these tills, in the caller's transaction. Without tills there is nothing to wait for."""
    meta.write(database, "epoch", str(epoch))
    names = sorted(set(tills))
    waiting.begin(database, names, at=act.at)
    audits.note(database, act)
    if not names:
        day = day_of(act.at, programmes.zone(database) or DEFAULT_ZONE)
        recovering.end_if_all(database, epoch=epoch, day=day, now_ms=act.at)


def restore(target: str, copy: str, *, paths: Sequence[str], act: Audit) -> tuple[Fleet, str]:
    """Put the copy in the place of the database `target`, whose hub does not run; returns what is known now and where the old one is.

    `paths` are the fleet files; they are written first, so that an interrupted restore leaves a hub that does not start rather
    than one that starts too early. Raises NotFound, CorruptDatabase, Conflict for a copy of another hub or of no hub, storage errors.
    """
    if not os.path.isfile(copy):
        raise NotFound("file-unreadable", file=copy, problem="not a file")
    fresh = f"{target}.restored"
    try:
        _checked(copy, fresh)
        if not any(map(os.path.exists, paths)):
            _same_hub(fresh, target, act.at)
        known = _prepared(fresh, paths, act)
        fleet.keep(paths, known)
        return known, _swapped(fresh, target, act.at)
    finally:
        _remove(fresh)


def _prepared(fresh: str, paths: Sequence[str], act: Audit) -> Fleet:
    database: peewee.SqliteDatabase = open_database(fresh)
    try:
        known = _known(database, paths, act.at)
        with transaction(database):
            _begin(database, known, act)
    finally:
        # The last connection brings the log home: the file alone is the whole database.
        database.close()
    return known


def new_epoch(database: peewee.Database, *, paths: Sequence[str], act: Audit) -> Fleet:
    """The same for a database that is in its place: a standby was promoted that may lack the last commits."""
    with transaction(database):
        # Another process that writes the files meanwhile would put the former epoch back into them.
        meta.read(database, "epoch", lock=True)
        known = _known(database, paths, act.at)
        fleet.keep(paths, known)
        _begin(database, known, act)
    return known


def _begin(database: peewee.Database, known: Fleet, act: Audit) -> None:
    fleet.take_over(database, known, now_ms=act.at)
    begin(database, epoch=known.epoch, tills=(one.till for one in known.tills), act=act)


def _known(database: peewee.Database, paths: Sequence[str], now_ms: int) -> Fleet:
    """An epoch above all that were, and every till that may hold a lease: of the files and of the database."""
    here = fleet.of(database, now_ms=now_ms)
    found = [one for one in map(fleet.read, paths) if one is not None]
    if any(one.hub != here.hub for one in found):
        raise Conflict("other-hub")
    newest = max(found, key=lambda one: (one.epoch, one.at), default=here)
    # The newest list knows who was revoked since; the database's own counts only where there is no list.
    tills = newest.tills if found else here.tills
    told = [one for file in sorted(found, key=lambda one: (one.epoch, one.at)) for one in file.merges]
    merges = fleet.newest([*here.merges, *told])
    return Fleet(epoch=max(newest.epoch, here.epoch) + 1, hub=here.hub, tills=tills, merges=merges, at=now_ms)


def _checked(copy: str, fresh: str) -> None:
    """The copy as the file `fresh`, sound and a hub's. Raises CorruptDatabase, Conflict with the copy's own name."""
    try:
        _copied(copy, fresh)
        database: peewee.SqliteDatabase = open_database(fresh)
        try:
            quick_check(database)
            must_be_hub(database, name=copy)
        finally:
            database.close()
    except CorruptDatabase as fault:
        raise CorruptDatabase("copy-damaged", path=copy, problem=fault.fields.get("problem")) from fault


def _same_hub(fresh: str, target: str, now_ms: int) -> None:
    """Without the file outside, the database in place says whose it is, where it can be read. Raises Conflict for another's copy."""
    try:
        former, copy = (_hub_of(path, now_ms) for path in (target, fresh))
    except (KopilkaError, peewee.DatabaseError):
        # Lost, damaged or no hub's: nothing speaks against the copy.
        return
    if former != copy:
        raise Conflict("other-hub")


def _hub_of(path: str, now_ms: int) -> str:
    reader = open_database(path, readonly=True)
    try:
        return fleet.of(reader, now_ms=now_ms).hub
    finally:
        reader.close()


def _copied(copy: str, fresh: str) -> None:
    """The copy's content as one file without a log, whatever lay beside it."""
    _remove(fresh)
    reader = open_database(copy, readonly=True)
    try:
        backup(reader, fresh)
    finally:
        reader.close()


def _remove(path: str) -> None:
    for end in _BESIDE:
        if os.path.exists(path + end):
            os.unlink(path + end)


def _swapped(fresh: str, target: str, now_ms: int) -> str:
    """Put the old database aside with its log, the new one in its place; returns where the old one is, "" when there was none."""
    folder = os.path.dirname(target) or "."
    prefix = f"{os.path.basename(target)}.before-"
    stamp = next_stamp([name for name in os.listdir(folder) if name.startswith(prefix)], now_ms)
    aside = f"{target}.before-{stamp}"
    try:
        was = os.path.exists(target)
        for end in _BESIDE:
            if os.path.exists(target + end):
                os.rename(target + end, aside + end)
        os.chmod(fresh, 0o600)
        os.rename(fresh, target)
    except OSError as error:
        raise named(error, target) from error
    sync_folder(folder)
    return aside if was else ""
