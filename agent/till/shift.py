"""Shift end: this till's visit rights go back, so that the next shop of the day finds the points free.

Only what the hub is known to have heard of is closed: the end is a record of its own, and the closing waits for the push that took it.
"""

from __future__ import annotations

from agent.rows import PUSHED, position
from agent.till import when
from agent.till.desk import Desk
from agent.till.wish import close_all, held_here
from sync.leases import SHIFT_PUSH_MS, shift_end
from sync.wire import NoticeBody

ENDED = "shift_ended"
"""Key of `meta`: when the shift ended (UTC ms) and its record's position, until its rights are given back or it is too late."""


def end_shift(desk: Desk) -> dict[str, object]:
    """The shift is over: journalled, pushed at once; the rights go back when the hub has taken it."""
    now = desk.clock.now_ms()
    note = NoticeBody(what="shift-end")
    with desk.store.transaction():
        stored = desk.store.journal.append(note, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
        desk.store.meta.put(ENDED, f"{now} {position(stored.inc, stored.seq)}")
    desk.push_soon()
    return {"ended": when.iso(now), "leases": len(desk.store.rights.open_ids()), "online": desk.online()}


def finish_shift(desk: Desk) -> int:
    """Close visit rights once a push after the shift's end was answered; after every push, and by a job. Returns how many."""
    told, now = desk.store.meta.get(ENDED), desk.clock.now_ms()
    if not told:
        return 0
    ended, n = map(int, told.split())
    pushed = int(desk.store.meta.get(PUSHED, "0"))
    count = 0
    if int(desk.store.meta.get("acked", "0")) >= n:
        count = close_all(desk, [(lease, "shift") for lease in shift_end(held_here(desk), now, pushed_at=pushed)], now)
    elif 0 <= now - ended < SHIFT_PUSH_MS:
        return 0
    # Done, or the line was down: what is left idles out when it is up again, for who sells on does not end a shift twice.
    with desk.store.transaction():
        desk.store.meta.put(ENDED, "")
    return count
