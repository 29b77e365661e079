"""Who stands at the till: a scan or a typed text becomes a member, a coupon, a certificate, or a refusal."""

from __future__ import annotations

from msgspec import Struct

from agent.loyalty import ids
from agent.till.current import Presented
from agent.till.desk import Desk
from agent.till.refusal import Refusal
from drivers.shapes import Scan
from sync.wire import MemberState


class Who(Struct, frozen=True, kw_only=True):
    """A member at the till. `state` is None for a card nobody met before: it earns at once all the same."""

    member: str
    how: str
    masked: str
    hmac: str
    state: MemberState | None = None


def masked(text: str) -> str:
    """A card for people: "*4471"."""
    return "*" + text[-4:]


def by_card(desk: Desk, text: str, *, how: str, symbology: str | None = None) -> Who | Refusal:
    """The member of a card's text, through the same guard and rules as a scan."""
    scan = desk.recogniser.text(text, symbology=symbology, at_ms=desk.clock.monotonic_ms())
    return by_scan(desk, scan, how=how)


def by_scan(desk: Desk, scan: Scan, *, how: str = "scan") -> Who | Refusal:
    if scan.kind == "payment":
        return Refusal("payment-card", "invalid")
    if scan.kind not in ("member", "rotating"):
        return Refusal("not-a-card", "invalid", {"kind": scan.kind})
    number = scan.id or scan.payload or ""
    try:
        hmac = ids.card_hmac(desk.key, number)
    except ValueError:
        return Refusal("not-a-card", "invalid", {"kind": scan.kind})
    member = desk.store.members.find(hmac)
    if member is None:
        return Who(member=ids.member_id(desk.key, number), how=how, masked=masked(number), hmac=hmac)
    state = desk.store.members.get(member)
    return Who(member=member, how=how, masked=(state and state.masked) or masked(number), hmac=hmac, state=state)


def by_phone(desk: Desk, phone: str) -> Who | Refusal:
    """A look-up by phone: only members that are known."""
    try:
        hmac = ids.phone_hmac(desk.key, phone)
    except ValueError:
        return Refusal("not-a-phone", "invalid")
    member = desk.store.members.find(hmac)
    if member is None:
        return Refusal("member-unknown", "not_found")
    state = desk.store.members.get(member)
    return Who(member=member, how="phone", masked=(state and state.masked) or "", hmac=hmac, state=state)


def by_id(desk: Desk, member: str, *, how: str) -> Who | Refusal:
    state = desk.store.members.get(member)
    if state is None:
        return Refusal("member-unknown", "not_found")
    return Who(member=member, how=how, masked=state.masked, hmac="", state=state)


def present(desk: Desk, scan: Scan, *, how: str = "scan") -> Presented | Refusal:
    """Put what a scan shows to the receipt now open; goods are none of ours."""
    if desk.current.idle(desk.clock.monotonic_ms(), desk.rules.current_idle_ms):
        desk.current.clear(desk.clock.monotonic_ms())
    if scan.kind in ("coupon", "gift"):
        kind = "coupon" if scan.kind == "coupon" else "certificate"
        thing = Presented(kind=kind, data=scan.id or scan.payload or "", how=how, at_ms=scan.at_ms)
    else:
        who = by_scan(desk, scan, how=how)
        if isinstance(who, Refusal):
            return who
        data = scan.id or scan.payload or ""
        thing = Presented(kind="member", data=data, member=who.member, how=how, at_ms=scan.at_ms)
    desk.current.present(thing)
    return thing


def of_sale(desk: Desk, card: str | None) -> Who | Refusal | None:
    """The member a sale belongs to: the card it names, else the one presented here; two different ones are refused."""
    if card is not None:
        return by_card(desk, card, how="pos")
    if desk.current.idle(desk.clock.monotonic_ms(), desk.rules.current_idle_ms):
        desk.current.clear(desk.clock.monotonic_ms())
    shown = desk.current.members()
    if len(shown) > 1:
        return Refusal("two-cards", "conflict")
    if not shown:
        return None
    return by_card(desk, shown[0].data, how=shown[0].how)
