"""Who stands at the till: a scan or a typed text becomes a member, a coupon, a certificate, or a refusal."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from agent.loyalty import ids
from agent.loyalty.sale import Sale
from agent.till.current import Outcome, Presented
from agent.till.desk import Desk
from agent.till.refusal import Refusal
from drivers.shapes import Scan
from sync.wire import MemberState

_LOST: dict[Outcome, Refusal] = {
    "late": Refusal("scan-late", "conflict"),
    "full": Refusal("too-much-shown", "conflict"),
}


class Who(Struct, frozen=True, kw_only=True):
    """A member at the till. `state` is None for a card nobody met before: it earns at once all the same."""

    member: str
    how: str
    masked: str
    hmac: str
    """Keyed name of the card or phone; "" where the member was named by id."""
    state: MemberState | None = None

    @property
    def status(self) -> str:
        return self.state.status if self.state else "active"


def masked(text: str) -> str:
    """A card for people: "*4471"."""
    return "*" + text[-4:]


def by_card(desk: Desk, text: str, *, how: str, symbology: str | None = None) -> Who | Refusal:
    """The member of a card's text, through the same guard and rules as a scan."""
    scan = desk.recogniser.text(text, symbology=symbology, at_ms=desk.clock.monotonic_ms())
    return by_scan(desk, scan, how=how)


def by_scan(desk: Desk, scan: Scan, *, how: str = "scan") -> Who | Refusal:
    """The member of a recognised card."""
    if scan.kind == "payment":
        return Refusal("payment-card", "invalid")
    if scan.kind not in ("member", "rotating"):
        return Refusal("not-a-card", "invalid", {"kind": scan.kind})
    number = scan.id or ""
    try:
        hmac = ids.card_hmac(desk.key, number)
    except ValueError:
        return Refusal("not-a-card", "invalid", {"kind": scan.kind})
    found = by_name(desk, hmac, how=how)
    if found is not None:
        return found if found.masked else msgspec.structs.replace(found, masked=masked(number))
    return Who(member=ids.member_id(desk.key, number), how=how, masked=masked(number), hmac=hmac)


def by_name(desk: Desk, hmac: str, *, how: str) -> Who | None:
    """The member behind the keyed name of a card or phone."""
    member = desk.store.members.find(hmac)
    if member is None:
        return None
    state = desk.store.members.get(member)
    if state is not None and state.into is not None and (heir := desk.store.members.get(state.into)) is not None:
        # Merged, and the word of it came in pieces: the card still leads to the former member.
        member, state = state.into, heir
    return Who(member=member, how=how, masked=state.masked if state else "", hmac=hmac, state=state)


def by_phone(desk: Desk, phone: str) -> Who | Refusal:
    """A look-up by phone: only members that are known."""
    try:
        hmac = ids.phone_hmac(desk.key, phone)
    except ValueError:
        return Refusal("not-a-phone", "invalid")
    return by_name(desk, hmac, how="phone") or Refusal("member-unknown", "not_found")


def by_id(desk: Desk, member: str, *, how: str) -> Who | Refusal:
    """A member the till knows, by id."""
    state = desk.store.members.get(member)
    if state is None:
        return Refusal("member-unknown", "not_found")
    return Who(member=member, how=how, masked=state.masked, hmac="", state=state)


def presented(desk: Desk, thing: Presented) -> Who:
    """The member of a presented card as the till knows them now; `thing` is one of a member."""
    assert thing.member is not None, "coupons have no member"
    return again(desk, member=thing.member, hmac=thing.data, masked=thing.masked, how=thing.how)


def again(desk: Desk, *, member: str, hmac: str, masked: str, how: str) -> Who:
    """A member identified a while ago, as the till knows them now."""
    state = desk.store.members.get(member)
    return Who(member=member, how=how, masked=(state and state.masked) or masked, hmac=hmac, state=state)


def present(desk: Desk, scan: Scan, *, how: str = "scan") -> Presented | Refusal:
    """Put what a scan shows to the receipt now open; goods are none of ours."""
    if scan.kind in ("coupon", "gift"):
        return show(
            desk,
            Presented(
                kind="coupon" if scan.kind == "coupon" else "certificate",
                data=scan.id or scan.payload or "",
                how=how,
                at_ms=scan.at_ms,
            ),
        )
    who = by_scan(desk, scan, how=how)
    return who if isinstance(who, Refusal) else present_member(desk, who, at_ms=scan.at_ms)


def present_member(desk: Desk, who: Who, *, at_ms: int) -> Presented | Refusal:
    """Put a member to the receipt now open."""
    thing = Presented(
        kind="member", data=who.hmac, member=who.member, masked=who.masked, how=who.how, at_ms=at_ms
    )  # fmt: skip
    return show(desk, thing)


def show(desk: Desk, thing: Presented) -> Presented | Refusal:
    """Add to what is presented. A scan of the receipt before, or one too many, is refused: silence would look like success."""
    tidy(desk)
    outcome = desk.current.present(thing)
    return thing if outcome == "shown" else _LOST[outcome]


def tidy(desk: Desk) -> bool:
    """Forget what nobody came back to; whether there was something."""
    now = desk.clock.monotonic_ms()
    if not desk.current.idle(now, desk.rules.current_idle_ms):
        return False
    desk.current.clear(now)
    return True


def opened(desk: Desk, sale: str | None) -> None:
    """A receipt is being worked on: what was suspended with its id comes back, what is presented lives on."""
    tidy(desk)
    now = desk.clock.monotonic_ms()
    if sale is not None:
        desk.current.resume(sale, now)
    desk.current.touch(now)


def of_sale(desk: Desk, card: str | None) -> Who | Refusal | None:
    """The member a sale belongs to: the card it names, else the one presented here; two different ones are refused."""
    if card is not None:
        return by_card(desk, card, how="pos")
    shown = desk.current.members()
    if len(shown) > 1:
        return Refusal("two-cards", "conflict")
    return presented(desk, shown[0]) if shown else None


def without_number(desk: Desk, sale: Sale) -> Sale:
    """The sale with its card's keyed name in place of the number, for telling one body from another.

    Of a payment card not even that is kept: its digits are few enough to be guessed back from a hash.
    """
    if sale.card is None:
        return sale
    scan = desk.recogniser.text(sale.card, symbology=None, at_ms=desk.clock.monotonic_ms())
    try:
        name = "payment" if scan.kind == "payment" else ids.card_hmac(desk.key, sale.card)
    except ValueError:
        name = ""
    return msgspec.structs.replace(sale, card=name)
