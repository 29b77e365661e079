"""Holds keep points while the customer pays."""

import pytest
from till_kit import card, granted, refused

from agent.till.hold import content_of_quote, hold, listed, release, stale


@pytest.fixture
def anna(till):
    member = till.member(1, [("a", 300)])
    till.lease(member, 200)
    return member


def quoted(till, points=120):
    return granted(till.quote(card=card(1), redeem={"main": points}))["quote"]


def test_held_points_are_not_there_for_others(till, anna):
    row = granted(till.hold("H-1", quoted(till)))
    assert (row.state, row.points, row.member) == ("open", {"points:main": 120}, anna)
    other = granted(till.quote(card=card(1), redeem={"main": "max"}))
    assert other["spent"] == {"main": 80}
    assert refused(till.sell("S-2", card=card(1), redeem={"main": 100})) == "cannot-spend"
    assert till.balance(1).spendable_here == 80


def test_a_second_hold_takes_no_more_than_is_left(till, anna):
    first, second = quoted(till), quoted(till)
    granted(till.hold("H-1", first))
    assert refused(till.hold("H-2", second)) == "cannot-spend"
    granted(release(till.desk, "H-1"))
    granted(till.hold("H-2", second))


def test_a_hold_has_no_effect_on_the_journal(till, anna):
    before = till.records()
    granted(till.hold("H-1", quoted(till)))
    assert till.records() == before


def test_the_same_id_again(till, anna):
    first, second = quoted(till), quoted(till, 60)
    made, again = granted(hold(till.desk, "H-1", first)), granted(hold(till.desk, "H-1", first))
    assert (made[1], again[1], again[0]) == (False, True, made[0])
    assert refused(till.hold("H-1", second)) == "id-reused"
    granted(till.sell("S-1", card=card(1), hold="H-1", receipt_no="1"))
    assert granted(hold(till.desk, "H-1", first))[0].state == "captured"


def test_a_quote_nobody_knows_or_that_ran_out(till, anna):
    assert refused(till.hold("H-1", "q-1")) == "quote-unknown"
    given = quoted(till)
    till.clock.pass_ms(15 * 60_000)
    assert refused(till.hold("H-1", given)) == "quote-unknown"


def test_a_quote_without_points_may_be_held_too(till):
    row = granted(till.hold("H-1", granted(till.quote())["quote"]))
    assert (row.points, row.member) == ({}, None)


def test_stale_at_its_time_even_before_the_job(till, anna):
    granted(till.hold("H-1", quoted(till)))
    till.clock.pass_ms(15 * 60_000 - 1)
    assert till.balance(1).spendable_here == 80
    till.clock.pass_ms(1)
    assert till.balance(1).spendable_here == 200
    assert (listed(till.desk, "open"), [row.id for row in listed(till.desk, "stale")]) == ([], ["H-1"])
    assert stale(till.desk) == 1
    assert stale(till.desk) == 0
    assert till.store.operations.hold("H-1").state == "stale"
    assert [row.id for row in listed(till.desk, "stale")] == ["H-1"]


def test_open_holds_outlive_a_crash(till, anna):
    granted(till.hold("H-1", quoted(till)))
    till.restart()
    assert [row.id for row in listed(till.desk, "open")] == ["H-1"]
    assert till.balance(1).spendable_here == 80


def test_release(till, anna):
    granted(till.hold("H-1", quoted(till)))
    assert granted(release(till.desk, "H-1")).state == "released"
    assert granted(release(till.desk, "H-1")).state == "released"
    assert till.balance(1).spendable_here == 200
    assert refused(release(till.desk, "H-9")) == "hold-unknown"
    granted(till.hold("H-2", quoted(till)))
    granted(till.sell("S-1", card=card(1), hold="H-2", receipt_no="1"))
    assert refused(release(till.desk, "H-2")) == "hold-captured"


def test_no_card_number_lies_in_a_hold(till, anna):
    granted(till.hold("H-1", quoted(till)))
    assert card(1).encode() not in till.store.operations.hold("H-1").quote


def test_a_captured_hold_needs_its_quote_no_more(till, anna):
    granted(till.hold("H-1", quoted(till)))
    granted(till.sell("S-1", card=card(1), hold="H-1", receipt_no="1"))
    assert till.store.operations.hold("H-1").quote == b""


def test_what_a_hold_is_of():
    assert content_of_quote("q-1") != content_of_quote("q-2")
    assert len(content_of_quote("q-1")) == 64


def test_one_made_by_a_clock_that_stood_ahead_keeps_no_points_for_a_year(till, anna):
    till.clock.wall_ms += 400 * 86_400_000
    granted(till.hold("H-1", granted(till.quote(card=card(1), redeem={"main": 150}))["quote"]))
    till.clock.wall_ms -= 400 * 86_400_000
    assert listed(till.desk, "open") == []
    assert stale(till.desk) == 1
    assert till.store.operations.hold("H-1").state == "stale"


def test_a_small_step_back_leaves_a_hold_as_it_is(till, anna):
    granted(till.hold("H-1", granted(till.quote(card=card(1), redeem={"main": 150}))["quote"]))
    till.clock.wall_ms -= 60_000
    assert [row.id for row in listed(till.desk, "open")] == ["H-1"]
    assert stale(till.desk) == 0
