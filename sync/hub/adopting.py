"""A hub that lived inside a shop's only till moves to a machine of its own: same keys, same books, a new epoch.

A restore from the till's own file: copied whole, checked, under a new epoch, so that the till pushes again what was written since and shows
the rights it holds before this hub lends anything. The till's key is known here, so it needs no code.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from msgspec import Struct

from agent.errors import Conflict, NotFound
from agent.sqlite import open_database
from sync.hub.restoring import restore
from sync.hub.store import meta
from sync.hub.store.audits import Audit
from sync.hub.store.server import is_server
from sync.hub.store.steps import transaction

LIVE = "hub.sqlite3"
ADOPTED = "hub-adopted"
"""Written into the file that was taken over: the hub inside the till takes nothing more, or the two would part."""
_COPY = re.compile(r"hub-\d{8}T\d{6}Z\.db")


class Moved(Struct, frozen=True, kw_only=True):
    """What was taken over, and from where."""

    source: str
    target: str
    epoch: int
    tills: tuple[str, ...]


def source_of(path: str) -> str:
    """The hub's file in a till's data folder, else the newest copy in a backup folder, or the file itself. Raises NotFound."""
    if not os.path.isdir(path):
        names = [os.path.basename(path)] if os.path.exists(path) else []
        folder = os.path.dirname(path)
    else:
        folder, found = path, sorted(os.listdir(path))
        names = [LIVE] if LIVE in found else [name for name in found if _COPY.fullmatch(name)]
    if not names:
        raise NotFound("no-hub-there", path=path)
    return os.path.join(folder, names[-1])


def adopt(path: str, target: str, *, paths: Sequence[str], act: Audit) -> Moved:
    """Take over the hub at `path` (folder or file) as the new file `target`; `paths` are the fleet files, `act` says who, when, why.

    Raises NotFound, Conflict (something is at `target`, the hub was taken over before), CorruptDatabase, StorageFull, StorageBroken.
    """
    if is_server(target):
        raise Conflict("adopt-needs-file", path="postgresql://")
    if os.path.exists(target):
        raise Conflict("hub-exists", path=target)
    source = source_of(path)
    live = os.path.basename(source) == LIVE
    if live:
        _mark(source, os.path.abspath(target))
    try:
        known, _ = restore(target, source, paths=paths, act=act)
    except BaseException:
        if live:
            _mark(source, None)
        raise
    if live:
        _mark(target, None)
    return Moved(source=source, target=target, epoch=known.epoch, tills=tuple(one.till for one in known.tills))


def _mark(source: str, target: str | None) -> None:
    """Say in a file that its hub is elsewhere now, or that it is here. Raises Conflict when it is said already."""
    database = open_database(source)
    try:
        with transaction(database):
            if target and (taken := meta.read(database, ADOPTED)):
                raise Conflict(ADOPTED, path=taken)
            meta.write(database, ADOPTED, target or "")
    finally:
        database.close()
