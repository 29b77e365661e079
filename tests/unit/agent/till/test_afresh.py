"""A new incarnation: its first record, what goes with it, and what stays behind."""

import pytest
from till_kit import card, granted, line

from agent.rows import position
from agent.till.afresh import begin, go_on, met
from agent.till.top_up import TopUp
from agent.till.top_up import begin as ask
from agent.till.wish import withdraw
from sync.wire import BootBody, CloseBody, EnrolBody, GotBody, SaleBody, WantBody


@pytest.fixture
def busy(till):
    """A till with a bit of everything behind its first record."""
    anna = till.member(1, [("a", 340)])
    till.lease(anna, 200)
    granted(till.sell("S-1", card=card(1), redeem={"main": 100}))
    granted(till.sell("S-2", [line(price=10_000)], card=card(7)))
    granted(till.give_back("S-2", "R-1", [{"n": 1, "quantity": "1"}]))
    return till


def kinds(till, inc):
    return [type(record.body) for record in till.records() if record.inc == inc]


def test_without_a_fork_nothing_is_told_again(busy):
    seq = busy.store.journal.tail.seq
    assert begin(busy.desk, "healed") == 0
    (boot,) = [body for body in busy.bodies(BootBody) if body.former]
    assert (boot.reason, boot.former, boot.former_seq) == ("healed", 1, seq)
    assert busy.balance(1).spendable_here == 0
    assert busy.store.meta.get("acked", "0") == "0", "the former incarnation's rest goes under its own key"


def test_the_number_is_above_all_that_are_known(busy):
    begin(busy.desk, "forked", above=7, fork=position(1, 1))
    assert busy.store.journal.tail.inc == 8
    begin(busy.desk, "forked", above=3, fork=position(8, 1))
    assert busy.store.journal.tail.inc == 9
    busy.check()


def test_facts_behind_the_fork_are_told_again_as_they_were(busy):
    shown = ask(busy.desk, TopUp())
    assert shown.code == "nobody-shown"
    first = [record for record in busy.records() if record.inc == 1 and record.seq > 1]
    whole = busy.balance(7).whole, busy.balance(1).whole
    count = begin(busy.desk, "forked", fork=position(1, 1))
    again = [record for record in busy.records() if record.inc == 2][1:]
    facts = [record for record in first if not isinstance(record.body, WantBody | GotBody)]
    assert count == len(again) == len(facts)
    assert [(r.body, r.id, r.at, r.clock) for r in again] == [(r.body, r.id, r.at, r.clock) for r in facts]
    assert {EnrolBody, SaleBody} <= set(kinds(busy, 2))
    assert [record.hlc for record in again] == sorted({record.hlc for record in again}), "in the order of telling"
    assert (busy.balance(7).whole, busy.balance(1).whole) == whole
    assert busy.store.meta.get("acked") == str(position(2, 0))
    busy.check()


def test_what_the_hub_tells_of_the_other_story_does_not_drop_what_was_told_again(busy):
    """The hub's mark of the old key counts the other story's records."""
    whole = busy.balance(7).whole
    begin(busy.desk, "forked", fork=position(1, 1))
    busy.member(7, rev=9, applied={"T1/1": 10**6})
    assert busy.balance(7).whole == whole
    busy.member(7, rev=10, applied={"T1/2": 10**6})
    assert busy.balance(7).whole == 0


def test_records_the_hub_has_are_not_told_again(busy):
    tail = busy.store.journal.tail
    assert begin(busy.desk, "forked", fork=position(1, tail.seq)) == 0
    assert busy.store.meta.get("acked") == str(position(2, 0))


def test_a_fork_that_is_known_is_passed(busy):
    """A restored hub is told everything from the start and meets the other story again; what lay behind it was told once."""
    begin(busy.desk, "forked", fork=position(1, 2))
    tail = busy.store.journal.tail
    with busy.store.transaction():
        busy.store.meta.put("acked", "0")
    assert not go_on(busy.desk, 1, 1), "another fork: a record between the two was not told again"
    assert not go_on(busy.desk, tail.inc, 2), "the one being written has none behind it"
    assert busy.store.meta.get("acked") == "0"
    assert go_on(busy.desk, 1, 2)
    assert busy.store.journal.after(int(busy.store.meta.get("acked")), 1)[0].inc == tail.inc
    assert busy.store.journal.tail == tail


def test_a_withdrawal_is_not_told_again_but_a_closing_is(busy):
    anna = busy.member_id(1)
    busy.is_online = True
    busy.clock.pass_ms(60_000)
    granted(busy.scan(card(1), symbology="ean13"))
    withdraw(busy.desk, busy.store.rights.pending())
    with busy.store.transaction():
        busy.store.rights.recall([lease.grant.id for lease in busy.store.rights.leases(anna)])
    from agent.till.wish import let_go

    assert let_go(busy.desk) == 1
    begin(busy.desk, "forked", fork=position(1, 1))
    closings = [
        record.body.reason for record in busy.records() if record.inc == 2 and isinstance(record.body, CloseBody)
    ]
    assert closings == ["revoked"]


def test_it_has_met_the_hub_when_its_first_record_was_taken(busy):
    begin(busy.desk, "restored")
    for place, known in ((position(1, 99), False), (position(2, 0), False), (position(2, 1), True)):
        with busy.store.transaction():
            busy.store.meta.put("acked", str(place))
        assert met(busy.desk) == known
