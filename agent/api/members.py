"""Scans, what is presented now, members."""

from __future__ import annotations

from agent.api.border import granted
from agent.api.messages import CurrentAnswer, EnrolAnswer, GiftAnswer, MemberAnswer, MemberQuery, ScanAnswer, ScanBody
from agent.api.place import Place
from agent.api.rate import Rate
from agent.errors import Conflict, NotFound, StorageFull, TooMany, Unprocessable
from agent.till import identify
from agent.till.desk import Desk
from agent.till.enrol import Enrolment, enrol
from agent.till.members import look_up, shown
from agent.till.refusal import Refusal
from agent.till.scanned import by_phone, clear, current, scanned
from agent.till.transfer import Donation, Transfer, give
from agent.web.routes import Call, Route

FAULTS = (Conflict, NotFound, Unprocessable, StorageFull)
ANY = ("pos", "page")
LOOK_UPS_A_MINUTE = 30


def routes(place: Place) -> list[Route]:
    """The calls about who stands at the till."""
    desk = place.desk
    rate = Rate(LOOK_UPS_A_MINUTE, 60_000)

    def on_scan(call: Call[ScanBody, object]) -> object:
        return granted(take_scan(desk, rate, call))

    def on_current(_call: Call[None, object]) -> object:
        return current(desk)

    def on_clear(_call: Call[None, object]) -> object:
        return clear(desk)

    def on_enrol(call: Call[Enrolment, object]) -> object:
        return granted(enrol(desk, call.body))

    def on_find(call: Call[None, MemberQuery]) -> object:
        patience(rate, desk)
        return granted(look_up(desk, card=call.query.card, phone=call.query.phone))

    def on_member(call: Call[None, object]) -> object:
        return shown(desk, granted(identify.by_id(desk, call.path["id"], how="id")))

    def on_transfer(call: Call[Transfer, object]) -> object:
        return granted(give(desk, call.path["id"], call.body))

    def on_donation(call: Call[Donation, object]) -> object:
        return granted(give(desk, call.path["id"], call.body))

    return [
        Route(method="POST", path="/v1/scans", scopes=ANY, handler=on_scan, request=ScanBody, answer=ScanAnswer,
              summary="A scan the POS read itself, or a phone typed in a card's place", faults=(*FAULTS, TooMany)),
        Route(method="GET", path="/v1/current", scopes=ANY, handler=on_current, answer=CurrentAnswer,
              summary="What is presented for the receipt now open"),
        Route(method="DELETE", path="/v1/current", scopes=ANY, handler=on_clear, answer=CurrentAnswer, summary="Begin anew"),
        Route(method="GET", path="/v1/members", scopes=ANY, handler=on_find, query=MemberQuery, answer=MemberAnswer,
              summary="Find a member by card or phone", faults=(*FAULTS, TooMany)),
        Route(method="POST", path="/v1/members", scopes=ANY, handler=on_enrol, request=Enrolment, answer=EnrolAnswer,
              summary="Enrol a member, offline too", faults=FAULTS),
        Route(method="GET", path="/v1/members/{id}", scopes=ANY, handler=on_member, answer=MemberAnswer,
              summary="A member's balance", faults=FAULTS),
        Route(method="POST", path="/v1/members/{id}/transfers", scopes=("pos",), handler=on_transfer, request=Transfer,
              answer=GiftAnswer, summary="Give points to another member, offline too", faults=FAULTS),
        Route(method="POST", path="/v1/members/{id}/donations", scopes=("pos",), handler=on_donation, request=Donation,
              answer=GiftAnswer, summary="Give points to a cause, offline too", faults=FAULTS),
    ]  # fmt: skip


def take_scan(desk: Desk, rate: Rate, call: Call[ScanBody, object]) -> dict[str, object] | Refusal:
    """A scan of the POS's, a card typed on the page, or a phone; what is typed counts as a look-up. Raises TooMany."""
    data, phone = call.body.data, call.body.phone
    by_hand = "pos" not in call.caller.scopes
    if by_hand or phone is not None:
        patience(rate, desk)
    if phone is not None and data is None:
        return by_phone(desk, phone)
    if data is None or phone is not None:
        return Refusal("scan-or-phone", "invalid")
    scan = desk.recogniser.text(data, symbology=call.body.symbology, at_ms=desk.clock.monotonic_ms())
    return scanned(desk, scan, how="typed" if by_hand else "pos")


def patience(rate: Rate, desk: Desk) -> None:
    """Who looks members up by the dozen is not serving a customer. Raises TooMany."""
    if not rate.allows(desk.clock.monotonic_ms()):
        raise TooMany(wait_s=60)
