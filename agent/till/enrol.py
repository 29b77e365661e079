"""Enrol a member at the till, offline too; look one up; both leave a trace in the journal."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from agent.loyalty import ids
from agent.loyalty.sale import Code, Id
from agent.rows import Operation, position
from agent.till import identify
from agent.till.answer import balance_answer
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.naming import tier_name
from agent.till.paper import language
from agent.till.quote import balances
from agent.till.refusal import Refusal
from agent.till.sell import content_of, replayed
from sync.wire import EnrolBody, NoticeBody


class Enrolment(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What `POST /v1/members` takes: a card, a phone, or both. `birthday` is "MM-DD"."""

    id: Id
    card: Code | None = None
    phone: Annotated[str, Meta(max_length=30)] | None = None
    birthday: Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] | None = None
    consents: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


def enrol(desk: Desk, asked: Enrolment) -> dict[str, object] | Refusal:
    """Make a member of a card or phone; the same request again answers the same."""
    content = content_of(asked)
    known = desk.store.operations.get("enrol", asked.id)
    if known is not None:
        return replayed(known, content)
    body = _body(desk, asked)
    if isinstance(body, Refusal):
        return body
    now = desk.clock.now_ms()
    with desk.store.transaction():
        stored = desk.store.journal.append(body, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
        desk.store.members.enrol(body)
        answer = {"id": asked.id, "replayed": False, "member": body.member, "card": body.masked, "seq": stored.seq}
        desk.store.operations.put(
            Operation(
                kind="enrol",
                id=asked.id,
                n=position(stored.inc, stored.seq),
                content=content,
                member=body.member,
                at=now,
                state="posted",
                answer=msgspec.json.encode(answer),
            )
        )
    desk.events.publish("member", {"member": body.member, "enrolled": True})
    desk.push_soon()
    return answer


def _body(desk: Desk, asked: Enrolment) -> EnrolBody | Refusal:
    card: Who | Refusal | None = identify.by_card(desk, asked.card, how="typed") if asked.card else None
    if isinstance(card, Refusal):
        return card
    if card is not None and card.state is not None:
        return Refusal("card-taken", "conflict", {"card": card.masked})
    phone = None
    if asked.phone:
        try:
            phone = ids.phone_hmac(desk.key, asked.phone)
        except ValueError:
            return Refusal("not-a-phone", "invalid")
        if desk.store.members.find(phone) is not None:
            return Refusal("phone-taken", "conflict")
    if card is None and not asked.phone:
        return Refusal("card-or-phone", "invalid")
    member = card.member if card else ids.member_id_of_phone(desk.key, asked.phone or "")
    return EnrolBody(
        member=member,
        cards=(card.hmac,) if card else (),
        phone=phone,
        masked=card.masked if card else "",
        birthday=asked.birthday,
        consents=asked.consents,
    )


def shown(desk: Desk, who: Who) -> dict[str, object]:
    """A member as the page and the POS see one."""
    state = who.state
    now = desk.clock.now_ms()
    programme = desk.programme(now)
    tier = state.tier if state else None
    return {
        "member": who.member,
        "card": who.masked,
        "known": state is not None,
        "name": state.name if state else "",
        "status": state.status if state else "active",
        "tier": tier,
        "tier_name": tier_name(programme, tier, language(desk.rules.lang)),
        "how": who.how,
        "balance": balance_answer(balances(desk, who, now)),
    }


def look_up(desk: Desk, *, card: str | None, phone: str | None) -> dict[str, object] | Refusal:
    """Find a member by card or phone; journalled, since members' data is looked at."""
    if (card is None) == (phone is None):
        return Refusal("card-or-phone", "invalid")
    who = identify.by_card(desk, card, how="typed") if card is not None else identify.by_phone(desk, phone or "")
    found = not isinstance(who, Refusal) and who.state is not None
    now = desk.clock.now_ms()
    with desk.store.transaction():
        note = NoticeBody(what="look-up", numbers={"by": "card" if card else "phone", "found": int(found)})
        desk.store.journal.append(note, at=now, id=desk.ids.new(now), trusted=desk.clock.trusted())
    if isinstance(who, Refusal):
        return who
    return shown(desk, who) if who.state is not None else Refusal("member-unknown", "not_found")
