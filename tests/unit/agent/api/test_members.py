"""Scans, what is presented, members."""

import pytest
from till_kit import card, refused

from agent.api.members import LOOK_UPS_A_MINUTE, patience, routes, take_scan
from agent.api.messages import MemberQuery, ScanBody
from agent.api.rate import Rate
from agent.errors import NotFound, TooMany, Unprocessable
from agent.till.enrol import Enrolment
from agent.web.guard import Caller
from agent.web.routes import Call

SCAN, NOW, MEMBERS = ("POST", "/v1/scans"), ("/v1/current",), "/v1/members"


@pytest.mark.parametrize(("scopes", "how"), [(("pos",), "pos"), (("page",), "typed"), (("pos", "page"), "pos")])
def test_who_scanned_is_known(counter, scopes, how):
    counter.till.member(1)
    answer = counter.call(routes, *SCAN, ScanBody(data=card(1)), scopes=scopes)
    assert answer["member"]["how"] == how


def test_a_scan_or_a_phone(counter):
    for body in (ScanBody(), ScanBody(data="1", phone="2")):
        with pytest.raises(Unprocessable) as raised:
            counter.call(routes, *SCAN, body)
        assert raised.value.code == "scan-or-phone"


def test_present_show_clear(counter):
    counter.call(routes, *SCAN, ScanBody(data=card(1)))
    assert counter.call(routes, "GET", *NOW)["member"]["member"] == counter.till.member_id(1)
    assert counter.call(routes, "DELETE", *NOW)["member"] is None
    assert counter.heard[-1][0] == "member"


def test_enrol_find_show(counter):
    made = counter.call(routes, "POST", MEMBERS, Enrolment(id="E-1", card=card(3), phone="+79161234567"))
    found = counter.call(routes, "GET", MEMBERS, query=MemberQuery(phone="+79161234567"))
    assert found["member"] == made["member"]
    shown = counter.call(routes, "GET", MEMBERS + "/{id}", id=made["member"])
    assert (shown["card"], shown["known"]) == ("*" + card(3)[-4:], True)
    with pytest.raises(NotFound):
        counter.call(routes, "GET", MEMBERS + "/{id}", id="nobody")


def test_what_is_typed_counts_as_a_look_up(counter):
    rate = Rate(2, 60_000)
    page = Call(body=ScanBody(data=card(1)), query=None, caller=Caller(frozenset({"page"})))
    pos = Call(body=ScanBody(data=card(1)), query=None, caller=Caller(frozenset({"pos"})))
    phone = Call(body=ScanBody(phone="+79161234567"), query=None, caller=Caller(frozenset({"pos"})))
    assert take_scan(counter.till.desk, rate, page)["kind"] == "member"
    assert refused(take_scan(counter.till.desk, rate, phone)) == "member-unknown"
    for call in (page, phone):
        with pytest.raises(TooMany):
            take_scan(counter.till.desk, rate, call)
    assert take_scan(counter.till.desk, rate, pos)["kind"] == "member"


def test_patience(counter):
    rate = Rate(LOOK_UPS_A_MINUTE, 60_000)
    for _ in range(LOOK_UPS_A_MINUTE):
        patience(rate, counter.till.desk)
    with pytest.raises(TooMany):
        patience(rate, counter.till.desk)
    counter.till.clock.pass_ms(60_000)
    patience(rate, counter.till.desk)
