"""A new incarnation: after a restore, a heal, a copy or a fork. It spends nothing until the hub has lent it something.

Rights of the former stay behind. So does its place in the hub's books where another story stands under its key: the facts that
the hub has not got under the old key are written once more under the new one, in their order.
"""

from __future__ import annotations

from typing import Literal

from agent.rows import NOT_BEGUN, RETOLD, place, position
from agent.till.desk import Desk
from sync.wire import AnyBody, BootBody, CloseBody, GotBody, WantBody, decode

Reason = Literal["new", "restored", "healed", "copied", "forked"]
BEGUN = "begun"
"""Key of `meta`: why the incarnation now written began."""
A_STEP = 50


def begin(desk: Desk, reason: Reason, *, above: int = 0, fork: int | None = None) -> int:
    """Write the first record of an incarnation higher than `above` and any here; returns how many facts went with it.

    `fork` is the position of the last record the hub has as it is here; None when it takes the former one's rest under its own key.
    One transaction: a power cut leaves all of it or nothing.
    """
    journal, now = desk.store.journal, desk.clock.now_ms()
    tail = journal.tail
    body = BootBody(reason=reason, store=desk.rules.store, former=max(tail.inc, above), former_seq=tail.seq)
    with desk.store.transaction():
        boot = journal.append(body, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted(), above=above)
        desk.store.rights.forget()
        desk.store.meta.put(NOT_BEGUN, "")
        desk.store.meta.put(BEGUN, reason)
        if fork is None:
            return 0
        carried = _carry(desk, fork, until=position(tail.inc, tail.seq))
        # What is left of the former incarnations is told by this one, and not sent under their keys any more.
        desk.store.meta.put("acked", str(position(boot.inc, 0)))
        last = journal.tail
        parted, behind = place(fork)
        for inc in range(parted, tail.inc + 1):
            desk.store.meta.put(f"{RETOLD}{inc}", f"{last.inc} {last.seq} {behind if inc == parted else 0}")
    return carried


def go_on(desk: Desk, inc: int, common: int) -> bool:
    """Leave a former incarnation behind at a fork that is known: all its facts behind `common` were told again. Whether it is so.

    A hub that was restored is told everything from the start, and meets the other story it has of that incarnation once more.
    """
    store = desk.store
    told = store.meta.get(f"{RETOLD}{inc}").split()
    if inc >= store.journal.tail.inc or not told or common < int(told[2]):
        return False
    with store.transaction():
        acked = int(store.meta.get("acked", "0"))
        store.meta.put("acked", str(max(acked, store.journal.last_of(inc))))
    return True


def _carry(desk: Desk, n: int, *, until: int) -> int:
    """Tell facts again: body, name and time as they were. Of wishes and grants nothing is carried, they were the former one's."""
    journal, count = desk.store.journal, 0
    while rows := [row for row in journal.after(n, A_STEP) if position(row.inc, row.seq) <= until]:
        for row in rows:
            n = position(row.inc, row.seq)
            record = decode(row.line)
            if not _is_fact(record.body):
                continue
            told = journal.append(record.body, at=record.at, id=record.id, trusted=record.clock == "trusted")
            if member := getattr(record.body, "member", None):
                desk.store.rights.retold(n, position(told.inc, told.seq), member)
            count += 1
    return count


def _is_fact(body: AnyBody) -> bool:
    if isinstance(body, CloseBody):
        # A withdrawal names a wish by its number, which the hub knows under the old key only.
        return body.reason != "withdrawn"
    return not isinstance(body, BootBody | WantBody | GotBody)


def met(desk: Desk) -> bool:
    """Whether the hub has taken the first record of the incarnation now written."""
    return int(desk.store.meta.get("acked", "0")) >= position(desk.store.journal.tail.inc, 1)
