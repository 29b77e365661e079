"""A copy of the database that its server or its operator makes: begun before, vouched for after it was verified.

What a till had reached when the copy was begun is in it. The row that says so is in it too: a copy without that row was made of an older
database, whatever its date.
"""

from __future__ import annotations

import logging

import msgspec
import peewee

from agent.errors import Conflict, NotFound
from sync.hub.saving import note
from sync.hub.store import audits, begun, journal, meta
from sync.hub.store.audits import Audit
from sync.hub.store.begun import Begun

_log = logging.getLogger("kopilka.hub")


def begin(database: peewee.Database, token: str, *, now_ms: int) -> Begun:
    """Note how far every till has come, in the caller's transaction. Start the copy when that is committed."""
    made = Begun(token, now_ms, _epoch(database), tuple(journal.all_marks(database)))
    begun.add(database, made)
    return made


def found(database: peewee.Database, token: str) -> Begun:
    """The copy that was begun under this token, in the database or in a copy of it. Raises NotFound."""
    made = begun.find(database, token)
    if made is None:
        raise NotFound("copy-not-begun", token=token[:80])
    return made


def vouch(database: peewee.Database, act: Audit) -> Begun:
    """The copy begun as `act.subject` is verified: tills may forget what is in it. In the caller's transaction.

    Raises NotFound, and Conflict for one that was begun before the hub was restored or its standby promoted: another story may
    stand under its numbers.
    """
    made = found(database, act.subject)
    if made.epoch != (epoch := _epoch(database)):
        raise Conflict("copy-of-other-epoch", token=made.token, began=made.epoch, epoch=epoch)
    note(database, made.marks, at=act.at)
    begun.drop(database, made.token)
    audits.note(database, msgspec.structs.replace(act, numbers={"began": made.at, "tills": len(made.marks)}))
    _log.info("backed-up", extra={"token": made.token, "tills": len(made.marks)})
    return made


def _epoch(database: peewee.Database) -> int:
    # Locked: nobody begins an epoch between this look and the caller's commit.
    return int(meta.read(database, "epoch", lock=True) or 0)
