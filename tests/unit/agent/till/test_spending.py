"""Points out of this till's leases: soonest to expire first, kept in mind until the hub tells them back."""

from till_kit import MAIN

from agent.loyalty.lots import Part
from agent.rows import Delta
from agent.till.spending import book_spent, take_rights


def test_soonest_to_expire_first_over_all_leases(till):
    anna = till.member(1, [("late", 50), ("soon", 30, "2026-12-01")])
    first, second = till.lease(anna, 30), till.lease(anna, 50)
    with till.store.transaction():
        spends = take_rights(till.desk, anna, {MAIN: 40}, till.clock.now_ms())
        book_spent(till.desk, anna, spends, n=7)
    by_lease = {spend.lease: spend.parts for spend in spends}
    assert by_lease == {first.grant.id: (Part("soon", 30),), second.grant.id: (Part("late", 10),)}
    assert till.store.rights.deltas(anna) == [Delta(MAIN, spent=40, lots={"soon": 30, "late": 10})]
    assert till.balance(1).spendable_here == 40


def test_nothing_spent_leaves_no_trace(till):
    anna = till.member(1, [("a", 50)])
    with till.store.transaction():
        spends = take_rights(till.desk, anna, {}, till.clock.now_ms())
        book_spent(till.desk, anna, spends, n=7)
    assert spends == ()
    assert till.store.rights.deltas(anna) == []
