"""Enrol a member at the till, offline too."""

from __future__ import annotations

import contextlib
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from agent.loyalty import ids
from agent.loyalty.sale import Code, Id
from agent.rows import Operation, position
from agent.till import identify
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.refusal import Refusal
from agent.till.sell import content_of, replayed
from sync.wire import EnrolBody

_BIRTHDAY = r"^((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))$"
"""A day of a leap year: the hub parks an enrolment born on any other."""


class Enrolment(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What `POST /v1/members` takes: a card, a phone, or both. `birthday` is "MM-DD"."""

    id: Id
    card: Code | None = None
    phone: Annotated[str, Meta(max_length=30)] | None = None
    birthday: Annotated[str, Meta(pattern=_BIRTHDAY)] | None = None
    consents: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


def enrol(desk: Desk, asked: Enrolment) -> dict[str, object] | Refusal:
    """Make a member of a card or phone; the same request again answers the same."""
    content = content_of(_keyed(desk, asked))
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


def _keyed(desk: Desk, asked: Enrolment) -> Enrolment:
    """The request with keyed names for card and phone: a plain hash of a phone is guessed back in minutes."""
    found: dict[str, str] = {}
    for field, name in (("card", ids.card_hmac), ("phone", ids.phone_hmac)):
        text = getattr(asked, field)
        with contextlib.suppress(ValueError):
            found |= {field: name(desk.key, text)} if text else {}
    return msgspec.structs.replace(asked, **found)


def _body(desk: Desk, asked: Enrolment) -> EnrolBody | Refusal:
    card: Who | Refusal | None = identify.by_card(desk, asked.card, how="typed") if asked.card else None
    if isinstance(card, Refusal):
        return card
    if card is not None and card.state is not None and not (asked.phone and card.state.phone is None):
        # A card that only earned so far has nobody's name on it: a phone may still be put beside it.
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
