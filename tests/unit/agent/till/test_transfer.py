"""Points given away at the till: two records with one id, a debit by lease, replays that answer the same."""

import msgspec
import pytest
from till_kit import MAIN, card, granted, refused

from agent.till.transfer import Donation, Transfer, give
from sync.wire import EnrolBody, MoveInBody, MoveOutBody


def transfer(till, points, *, to=2, name="T-1", giver=1):
    asked = msgspec.convert({"id": name, "to": card(to), "points": points}, Transfer)
    return give(till.desk, till.member_id(giver), asked)


@pytest.fixture
def anna(till):
    anna = till.member(1, [("a", 100, "2026-12-31"), ("b", 50)])
    till.member(2)
    till.lease(anna, 120)
    return anna


def test_two_records_and_lots_that_keep_their_days(till, anna):
    answer = granted(transfer(till, 110))
    assert (answer["member"], answer["to"], answer["points"]) == (anna, till.member_id(2), 110)
    assert (answer["balance"]["main"]["confirmed"], answer["balance"]["main"]["spendable_here"]) == (40, 10)
    (out,), (come,) = till.bodies(MoveOutBody), till.bodies(MoveInBody)
    assert (out.id, out.points, out.to) == (come.id, come.points, till.member_id(2)) == ("T-1", 110, come.member)
    assert [(lot.points, lot.expires_on, lot.born) for lot in come.lots] == [(100, "2026-12-31", 0), (10, None, 1)]
    assert till.balance(2).unsynced == 110
    till.check()


def test_no_more_than_may_be_spent_here(till, anna):
    assert refused(transfer(till, 121)) == "cannot-spend"
    assert till.bodies(MoveOutBody) == []
    granted(transfer(till, 120))
    assert refused(transfer(till, 1, name="T-2")) == "cannot-spend"


def test_points_that_came_are_spent_only_by_a_right(till, anna):
    granted(transfer(till, 100))
    assert till.balance(2).spendable_here == 0


def test_replays(till, anna):
    first, again = granted(transfer(till, 10)), granted(transfer(till, 10))
    assert msgspec.json.encode(first | {"replayed": True}) == msgspec.json.encode(again)
    assert refused(transfer(till, 11)) == "id-reused"
    assert len(till.bodies(MoveOutBody)) == 1


def test_the_receiver_may_be_met_here_first(till, anna):
    granted(transfer(till, 10, to=7))
    (record,) = till.bodies(EnrolBody)
    assert record.member == till.member_id(7)


def test_refused(till, anna):
    assert refused(transfer(till, 10, to=1)) == "transfer-to-self"
    assert refused(transfer(till, 10, giver=9)) == "member-unknown"
    till.member(1, [("a", 100)], rev=2, status="blocked")
    assert refused(transfer(till, 10)) == "member-blocked"
    bad = msgspec.convert({"id": "T-9", "to": "4111111111111111", "points": 1}, Transfer)
    assert refused(give(till.desk, till.member_id(1), bad)) == "payment-card"


def test_to_a_cause(till, anna):
    asked = msgspec.convert({"id": "D-1", "cause": "shelter", "points": 30}, Donation)
    answer = granted(give(till.desk, anna, asked))
    assert (answer["to"], answer["cause"]) == (None, "shelter")
    (out,) = till.bodies(MoveOutBody)
    assert [(row.account, row.unit, row.amount) for row in out.postings] == [
        (f"member:{anna}", MAIN, -30),
        ("donated", MAIN, 30),
    ]
    assert till.bodies(MoveInBody) == []
    assert granted(give(till.desk, anna, asked))["replayed"] is True
    till.check()
