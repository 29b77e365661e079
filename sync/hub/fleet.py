"""The hub's epoch, its tills and its merges, in a file outside the database: what a restored backup may be too old to know.

It lies beside the database and in the backup folder, is replaced whole, and is written before a new till gets its keys, or a merge
is committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec
import peewee
from msgspec import Struct

from agent.errors import Conflict
from agent.sqlite import file_errors, named, replace_file, sync_folder
from sync.hub.keys import ring
from sync.hub.store import aliases, merges, meta, tills
from sync.hub.store.aliases import Merge

NAME = "hub.fleet"
MAX_BYTES = 32 * 1024 * 1024
MERGES = 50_000
"""The newest ones are kept: a backup that lacks none but these was made a year ago where people merge a hundred a day. With names of
80 signs, as long as they may be, and reasons as they are cut they fill less than MAX_BYTES; as hubs make them, a sixth of it."""
REASON = 60
"""Signs of a merge's reason that are kept."""


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
    merges: tuple[Merge, ...] = ()
    """The newest MERGES, oldest first."""
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
    made = newest([*merges.due(database, MERGES), *aliases.newest(database, MERGES)])
    return Fleet(epoch=epoch, hub=ring(database).anchor, tills=enrolled, merges=made, at=now_ms)


def newest(merges: Iterable[Merge]) -> tuple[Merge, ...]:
    """As many as are kept, each member's once: of two words about one the later in the row."""
    known = {one.member: msgspec.structs.replace(one, reason=one.reason[:REASON]) for one in merges}
    return tuple(sorted(known.values(), key=lambda one: (one.at, one.member))[-MERGES:])


def take_over(database: peewee.Database, fleet: Fleet, *, now_ms: int) -> None:
    """Tell an older database, in the caller's transaction, which tills were enrolled, given another key or revoked since, and which
    merges it has to make again.
    """
    done = aliases.of(database, (one.member for one in fleet.merges))
    merges.put(database, (one for one in fleet.merges if one.member not in done))
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
        with file_errors(path):
            os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        write(path, fleet)


def renew(database: peewee.Database, paths: Iterable[str], *, now_ms: int) -> None:
    """Write the files as the database stands, in the caller's transaction, which holds a row until it ends: whoever comes next, from
    whatever process, writes what this one has done too.
    """
    meta.read(database, "epoch", lock=True)
    keep(paths, of(database, now_ms=now_ms))


def check(paths: Iterable[str], fleet: Fleet) -> None:
    """Raises Conflict when a file knows a later epoch than the database: somebody put an old one in place by hand."""
    for path in paths:
        found = read(path)
        if found is not None and found.hub == fleet.hub and found.epoch > fleet.epoch:
            raise Conflict("epoch-behind", found=fleet.epoch, known=found.epoch, path=path)
