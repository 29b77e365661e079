"""How the till stands: devices, line, queue, leases, clock; kept from what device threads and jobs report."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from agent.loyalty.programme.values import Programme
from agent.rows import REVOKED, position
from agent.till import when
from agent.till.afresh import BEGUN, met
from agent.till.desk import Desk
from drivers.shapes import DeviceState

OFFLINE_AFTER_MS = 60_000
"""Without an answer from the hub for this long the line counts as cut."""


@dataclass(slots=True)
class Line:
    """The line to the hub. Written by the sync job, read by everybody; single values, so no lock."""

    configured: bool = False
    answered_ms: int | None = None
    """Monotonic time of the hub's last answer."""
    failing: bool = False
    refused: bool = False
    """The hub is there and will not have this till, or says what cannot be believed: time does not mend it, a person must."""
    cause: str = ""
    since_ms: int = 0
    """UTC ms of the last change between connected and not."""

    def online(self, now_ms: int) -> bool:
        """Whether the hub answered a short while ago and the last try did not fail. `now_ms` is monotonic."""
        recent = self.answered_ms is not None and now_ms - self.answered_ms < OFFLINE_AFTER_MS
        return self.configured and recent and not self.failing


@dataclass(slots=True)
class Board:
    """The last word of every device."""

    devices: dict[str, DeviceState] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, state: DeviceState) -> bool:
        """Keep a device's state; False when nothing changed."""
        with self.lock:
            if self.devices.get(state.device) == state:
                return False
            self.devices[state.device] = state
            return True

    def all(self) -> list[DeviceState]:
        with self.lock:
            return sorted(self.devices.values(), key=lambda state: (state.kind, state.device))


def queue(desk: Desk) -> dict[str, object]:
    """Records the hub has not confirmed: how many, and how old the oldest is."""
    acked = int(desk.store.meta.get("acked", "0"))
    tail = desk.store.journal.tail
    oldest = desk.store.journal.after(acked, 1)
    if not oldest:
        return {"unsent": 0, "oldest_s": 0}
    from sync.wire import decode

    first = oldest[0]
    age = max(0, desk.clock.now_ms() - decode(first.line).at) // 1000
    # Within one incarnation positions run without gaps; across two the count is a lower bound, told as it is.
    unsent = position(tail.inc, tail.seq) - position(first.inc, first.seq) + 1 if tail.inc == first.inc else tail.seq
    return {"unsent": unsent, "oldest_s": age}


def leases(desk: Desk) -> dict[str, int]:
    """Rights held here, wished for, and asked back by the hub."""
    rights = desk.store.rights
    return {"open": len(rights.open_ids()), "wanted": len(rights.pending()), "recalled": len(rights.recalled())}


def journal(desk: Desk) -> dict[str, object]:
    """Where the journal ends, why its incarnation began, and whether the hub has met it."""
    tail = desk.store.journal.tail
    return {"inc": tail.inc, "seq": tail.seq, "begun": desk.store.meta.get(BEGUN), "met": met(desk)}


def status(
    desk: Desk, board: Board, line: Line, *, started_ms: int, version: str, programme: Programme
) -> dict[str, object]:
    """One screen of state."""
    now = desk.clock.now_ms()
    devices = board.all()
    waiting = queue(desk)
    degraded = line.refused or not desk.clock.trusted() or any(row.state != "ready" for row in devices)
    return {
        "state": "DEGRADED" if degraded else "READY",
        "till": desk.rules.till,
        "store": desk.rules.store,
        "store_name": desk.rules.store_name,
        "version": version,
        "at": when.iso(now),
        "up_s": max(0, now - started_ms) // 1000,
        "line": {
            "configured": line.configured,
            "online": desk.online(),
            "since": when.iso(line.since_ms) if line.since_ms else None,
            "cause": line.cause,
            "revoked": bool(desk.store.meta.get(REVOKED)),
        },
        "queue": waiting,
        "devices": [
            {"device": row.device, "kind": row.kind, "state": row.state, "cause": row.cause, "numbers": row.numbers}
            for row in devices
        ],
        "printing": {"waiting": desk.store.prints.waiting()},
        "leases": leases(desk),
        "members": desk.store.members.count(),
        # Of so many the hub's last word could not be taken; a later release may.
        "members_aside": desk.store.spoilt.count(),
        "clock": {"trusted": desk.clock.trusted()},
        "programme": {
            "id": programme.id,
            "version": programme.version,
            "digits": programme.digits,
            "timezone": programme.zone.key,
            # How points are counted and called: the page shows figures, not smallest points.
            "currencies": [
                {"id": row.id, "scale": row.scale, "names": {"ru": row.names.of("ru"), "en": row.names.of("en")}}
                for row in programme.currencies
            ],
        },
        "journal": journal(desk),
    }
