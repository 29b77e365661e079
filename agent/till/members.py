"""A member as the page and the POS see one, and finding one by card or phone, which leaves a trace in the journal."""

from __future__ import annotations

from agent.till import identify
from agent.till.answer import balance_answer
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.naming import tier_name
from agent.till.paper import language
from agent.till.quote import balances
from agent.till.refusal import Refusal
from sync.wire import NoticeBody


def shown(desk: Desk, who: Who) -> dict[str, object]:
    """A member with what they have; `known` is False for a card nobody met before."""
    state = who.state
    now = desk.clock.now_ms()
    tier = state.tier if state else None
    return {
        "member": who.member,
        "card": who.masked,
        "known": state is not None,
        "name": state.name if state else "",
        "status": who.status,
        "tier": tier,
        "tier_name": tier_name(desk.programme(now), tier, language(desk.rules.lang)),
        "how": who.how,
        "balance": balance_answer(balances(desk, who, now)),
    }


def looked_up(desk: Desk, *, card: str | None, phone: str | None) -> Who | Refusal:
    """Find a member by card or phone; journalled whatever comes of it, since members' data is looked at."""
    if (card is None) == (phone is None):
        return Refusal("card-or-phone", "invalid")
    who = identify.by_card(desk, card, how="typed") if card is not None else identify.by_phone(desk, phone or "")
    found = not isinstance(who, Refusal) and who.state is not None
    now = desk.clock.now_ms()
    with desk.store.transaction():
        note = NoticeBody(what="look-up", numbers={"by": "card" if card is not None else "phone", "found": int(found)})
        desk.store.journal.append(note, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
    return who if found or isinstance(who, Refusal) else Refusal("member-unknown", "not_found")


def look_up(desk: Desk, *, card: str | None, phone: str | None) -> dict[str, object] | Refusal:
    """The same, as an answer."""
    who = looked_up(desk, card=card, phone=phone)
    return who if isinstance(who, Refusal) else shown(desk, who)
