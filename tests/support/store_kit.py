"""A till's store on a real file, and small records to write into it."""

from __future__ import annotations

from agent.store.till_store import TillStore
from sync.wire import BootBody, NoticeBody

AT = 1_763_794_680_000
"""2025-11-22T06:58:00Z"""


def open_store(path: object, *, till: str = "T1") -> TillStore:
    return TillStore(str(path), till=till)


def boot(store: TillStore, *, at: int = AT, above: int = 0) -> None:
    """Begin an incarnation."""
    reason = "restored" if store.journal.tail.inc else "new"
    with store.transaction():
        store.journal.append(BootBody(reason=reason, store="S1"), at=at, id="boot", above=above)


def notices(store: TillStore, count: int, *, at: int = AT, size: int = 0) -> None:
    """Records of nothing much, each in its own transaction; `size` letters in each."""
    for n in range(count):
        with store.transaction():
            store.journal.append(NoticeBody(what="x" * size, numbers={"n": n}), at=at + n, id=f"id-{n}")


def booted(path: object, count: int = 0) -> TillStore:
    """A store with a boot record and `count` notices."""
    store = open_store(path)
    boot(store)
    notices(store, count)
    return store
