"""What the till does with a scan: goods are the POS's, cards and coupons go to the receipt now open, and everybody hears of it."""

from __future__ import annotations

from agent.till import identify
from agent.till.current import Presented
from agent.till.desk import Desk
from agent.till.members import looked_up, shown
from agent.till.refusal import Refusal
from agent.till.wish import wish
from drivers.shapes import Scan

CARDS = frozenset({"member", "rotating"})
OURS = CARDS | {"coupon", "gift"}


def scanned(desk: Desk, scan: Scan, *, how: str = "scan") -> dict[str, object] | Refusal:
    """Take one scan; the answer is what the event stream and `POST /v1/scans` say of it. No card's digits are in it."""
    answer: dict[str, object] = {"kind": scan.kind, "device": scan.device, "symbology": scan.symbology}
    if scan.kind == "payment":
        desk.events.publish("notice", {"code": "payment-card", "device": scan.device})
        return answer
    if scan.kind not in CARDS:
        answer |= {"data": scan.payload, "gtin14": scan.gtin14, "id": scan.id}
    if scan.kind not in OURS:
        desk.current.touch(desk.clock.monotonic_ms())
        desk.events.publish("scan", answer)
        return answer
    thing = identify.present(desk, scan, how=how)
    if isinstance(thing, Refusal):
        desk.events.publish("notice", {"code": thing.code, **thing.fields})
        return thing
    return _told(desk, answer, thing)


def by_phone(desk: Desk, phone: str) -> dict[str, object] | Refusal:
    """A phone that was typed in a card's place: the member it belongs to is presented; journalled as a look-up."""
    who = looked_up(desk, card=None, phone=phone)
    if isinstance(who, Refusal):
        return who
    thing = identify.present_member(desk, who, at_ms=desk.clock.monotonic_ms())
    if isinstance(thing, Refusal):
        return thing
    return _told(desk, {"kind": "member", "device": "", "symbology": None}, thing)


def _told(desk: Desk, answer: dict[str, object], thing: Presented) -> dict[str, object]:
    """Everybody hears what is presented; rights are wished for before they are asked for."""
    desk.events.publish("scan", answer)
    now_shown = current(desk)
    desk.events.publish("member", now_shown)
    if thing.member is None:
        return answer
    who = identify.presented(desk, thing)
    wish(desk, who)
    return answer | {"member": shown(desk, who)}


def current(desk: Desk) -> dict[str, object]:
    """What is presented for the receipt now open, in words that say since when."""
    identify.tidy(desk)
    members = desk.current.members()
    answer: dict[str, object] = {
        "member": None,
        "ambiguous": len(members) > 1,
        "coupons": desk.current.of("coupon"),
        "certificates": desk.current.of("certificate"),
    }
    if members:
        newest = members[-1]
        seconds = max(0, desk.clock.monotonic_ms() - newest.at_ms) // 1000
        answer["member"] = shown(desk, identify.presented(desk, newest))
        answer["member_from"] = {"how": newest.how, "seconds": seconds}
    return answer


def clear(desk: Desk) -> dict[str, object]:
    """Begin anew."""
    desk.current.clear(desk.clock.monotonic_ms())
    return _changed(desk)


def forget_idle(desk: Desk) -> bool:
    """Clear what nobody came back to, and say so; a job calls this."""
    gone = identify.tidy(desk)
    if gone:
        _changed(desk)
    return gone


def suspend(desk: Desk, sale: str) -> dict[str, object] | Refusal:
    """Park a receipt: what was presented for it waits under its id. A sale that was made cannot wait any more."""
    if desk.store.operations.get("sale", sale) is not None:
        return Refusal("sale-made", "conflict", {"id": sale})
    identify.tidy(desk)
    desk.current.park(sale, desk.clock.monotonic_ms())
    _changed(desk)
    return {"id": sale, "suspended": True}


def _changed(desk: Desk) -> dict[str, object]:
    answer = current(desk)
    desk.events.publish("member", answer)
    return answer
