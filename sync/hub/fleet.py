"""The hub's epoch and its tills, in a small file outside the database: what a restored backup may be too old to know.

It lies beside the database and in the backup folder, is replaced whole, and is written before a new till gets its keys.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec
import peewee
from msgspec import Struct

from agent.errors import Conflict
from agent.sqlite import named, replace_file, sync_folder
from sync.hub.keys import ring
from sync.hub.store import meta, tills

NAME = "hub.fleet"
MAX_BYTES = 16 * 1024 * 1024


class Known(Struct, frozen=True, kw_only=True):
    """A till that may hold leases, as much of it as lets it push to a backup that is older than its enrolment."""

    till: str
    store: str
    store_name: str = ""
    public_key: str


class Fleet(Struct, frozen=True, kw_only=True):
    """`epoch` is the highest this hub has had; `tills` are those enrolled and not revoked. `at` is UTC ms."""

    epoch: int
    hub: str
    """The public key, hex, it was born with: whose file this is."""
    tills: tuple[Known, ...] = ()
    at: int = 0


def beside(database: str) -> str:
    """Where the file of a database file lies."""
    return f"{database}.fleet"


def in_folder(folder: str) -> str:
    return os.path.join(folder, NAME)


def of(database: peewee.Database, *, now_ms: int) -> Fleet:
    """What is to be kept of a database."""
    epoch = int(meta.read(database, "epoch") or 0)
    known = (row.till for row in tills.fleet(database))
    enrolled = tuple(
        Known(till=one.till, store=one.store, store_name=one.store_name, public_key=one.public_key)
        for one in known
        if one.public_key and one.revoked is None
    )
    return Fleet(epoch=epoch, hub=ring(database).anchor, tills=enrolled, at=now_ms)


def take_over(database: peewee.Database, fleet: Fleet, *, now_ms: int) -> None:
    """Tell an older database, in the caller's transaction, which tills were enrolled, given another key or revoked since."""
    listed = {one.till: one for one in fleet.tills}
    for row in tills.fleet(database):
        if row.till.public_key and row.till.revoked is None and row.till.till not in listed:
            tills.save(database, msgspec.structs.replace(row.till, revoked=now_ms))
    for name, one in sorted(listed.items()):
        was = tills.find(database, name) or tills.Till(till=name, store=one.store, added=now_ms)
        if was.public_key != one.public_key:
            now = msgspec.structs.replace(
                was,
                store=one.store,
                store_name=one.store_name,
                public_key=one.public_key,
                enrolled=now_ms,
                revoked=None,
            )
            tills.save(database, now)


def read(path: str) -> Fleet | None:
    """The file's content; None where there is none. Raises Conflict for one that cannot be read: guessing could cost points."""
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(MAX_BYTES), type=Fleet)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise Conflict("fleet-unreadable", path=path) from error


def write(path: str, fleet: Fleet) -> None:
    """Replace the file, safe against a power cut at any moment. Raises the storage errors."""
    try:
        replace_file(path, msgspec.json.encode(fleet))
    except OSError as error:
        raise named(error, path) from error
    sync_folder(os.path.dirname(path) or ".")


def keep(paths: Iterable[str], fleet: Fleet) -> None:
    """Write the file wherever it lies; folders are made."""
    for path in paths:
        os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        write(path, fleet)


def check(paths: Iterable[str], fleet: Fleet) -> None:
    """Raises Conflict when a file knows a later epoch than the database: somebody put an old one in place by hand."""
    for path in paths:
        found = read(path)
        if found is not None and found.hub == fleet.hub and found.epoch > fleet.epoch:
            raise Conflict("epoch-behind", found=fleet.epoch, known=found.epoch, path=path)
