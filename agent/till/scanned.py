"""What the till does with a scan: goods are the POS's, cards and coupons go to the receipt now open, and everybody hears of it."""

from __future__ import annotations

from agent.till import identify
from agent.till.desk import Desk
from agent.till.enrol import shown
from agent.till.refusal import Refusal
from agent.till.wish import wish
from drivers.shapes import Scan

OURS = frozenset({"member", "rotating", "coupon", "gift"})


def scanned(desk: Desk, scan: Scan, *, how: str = "scan") -> dict[str, object] | Refusal:
    """Take one scan; the answer is what the event stream and `POST /v1/scans` say of it. A payment card's digits are nowhere in it."""
    answer: dict[str, object] = {"kind": scan.kind, "device": scan.device, "symbology": scan.symbology}
    if scan.kind == "payment":
        desk.events.publish("notice", {"code": "payment-card", "device": scan.device})
        return answer
    answer |= {"data": scan.payload, "gtin14": scan.gtin14, "id": scan.id}
    if scan.kind not in OURS:
        desk.events.publish("scan", answer)
        return answer
    thing = identify.present(desk, scan, how=how)
    if isinstance(thing, Refusal):
        desk.events.publish("notice", {"code": thing.code, **thing.fields})
        return thing
    desk.events.publish("scan", answer)
    if thing.member is not None:
        who = identify.by_card(desk, thing.data, how=how)
        if not isinstance(who, Refusal):
            answer["member"] = shown(desk, who)
            desk.events.publish("member", current(desk))
            wish(desk, who)
    else:
        desk.events.publish("member", current(desk))
    return answer


def current(desk: Desk) -> dict[str, object]:
    """What is presented for the receipt now open, in words that say since when."""
    now = desk.clock.monotonic_ms()
    if desk.current.idle(now, desk.rules.current_idle_ms):
        desk.current.clear(now)
    members = desk.current.members()
    answer: dict[str, object] = {
        "member": None,
        "ambiguous": len(members) > 1,
        "coupons": desk.current.of("coupon"),
        "certificates": desk.current.of("certificate"),
    }
    if members:
        newest = members[-1]
        who = identify.by_card(desk, newest.data, how=newest.how)
        if not isinstance(who, Refusal):
            answer["member"] = shown(desk, who)
            answer["member_from"] = {"how": newest.how, "seconds": max(0, now - newest.at_ms) // 1000}
    return answer


def suspend(desk: Desk, sale: str) -> dict[str, object]:
    """Park a receipt: what was presented for it waits under its id."""
    desk.current.park(sale, desk.clock.monotonic_ms())
    desk.events.publish("member", current(desk))
    return {"id": sale, "suspended": True}
