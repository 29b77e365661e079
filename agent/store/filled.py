"""A received fill becomes the base of the till's members: one transaction, after which the pull goes on from the fill's cursor."""

from __future__ import annotations

import re

from agent.store.base import Base
from agent.store.members import CURSOR
from agent.store.outbox import MEMBERS_EPOCH
from agent.store.till_store import TillStore
from sync.fill import Fill
from sync.wire import EnrolBody, decode

_CURSOR = re.compile(r"(\d{1,18}):(\d{1,18})(?::|$)", re.ASCII)


def takes(store: TillStore, fill: Fill) -> bool:
    """Whether the fill tells more than this till has pulled, and is of no hub older than the one it has met."""
    found = _CURSOR.match(store.meta.get(CURSOR))
    met = max(int(store.meta.get("epoch", "0")), int(found[1]) if found else 0)
    if fill.epoch != met:
        return fill.epoch > met
    return not found or int(found[1]) < met or int(found[2]) < fill.rev


def swap(store: TillStore, path: str, fill: Fill) -> bool:
    """Take the file at `path` for the base, on the writer; False when the till has come further by itself.

    Members enrolled here that the file does not know yet stay. Raises CorruptDatabase for what is no fill; storage errors.
    """
    base = Base(path, till=store.till)
    former = store.members.base
    try:
        with store.transaction():
            if not takes(store, fill):
                base.close()
                return False
            store.members.rebase(base)
            store.rights.included(base.marks)
            for stored in store.journal.enrols(base.marks):
                body = decode(stored.line).body
                assert isinstance(body, EnrolBody), "its kind says so"
                store.members.enrol(body)
            store.meta.put(CURSOR, fill.cursor)
            store.meta.put(MEMBERS_EPOCH, str(fill.epoch))
    except BaseException:
        store.members.base = former
        base.close()
        raise
    if former is not None:
        former.close()
    return True
