"""How many redeemed points come back, and to which lots they are owed."""

from fractions import Fraction

from agent.loyalty.decision import Decision, LineResult
from agent.loyalty.leases import Spend
from agent.loyalty.ledger import LOSS
from agent.loyalty.lots import Part
from agent.loyalty.return_redeemed import owed, redeemed_back


def decision(*redeemed, spent):
    lines = tuple(LineResult(n, "1", 1000, 0, paid, 1000 - paid) for n, paid in enumerate(redeemed, 1))
    return Decision(
        programme="p",
        version=1,
        hash="h",
        at=0,
        total=0,
        discount=0,
        redeemed=0,
        to_pay=0,
        lines=lines,
        spent={"main": spent},
    )


def test_floor_of_the_redeemed_money_returned():
    sold = decision(372, 220, spent=592)
    assert redeemed_back(sold, "main", {1: Fraction(1)}) == 372
    assert redeemed_back(sold, "main", {1: Fraction(1, 3), 2: Fraction(1, 3)}) == 197
    assert redeemed_back(sold, "main", {}) == 0


def test_unpaid_lines_do_not_bring_points_back_and_unknown_shares_go_by_amount():
    assert redeemed_back(decision(500, 0, spent=5), "main", {2: Fraction(1)}) == 0
    assert redeemed_back(decision(0, 0, spent=5), "main", {2: Fraction(1)}) == 2


def test_owed_is_spent_less_given_by_lot_with_the_loss_beside():
    spends = (
        Spend("L1", "u", (Part("a", 5), Part("b", 2))),
        Spend("L2", "u", (Part("a", 1),)),
        Spend("L3", "other", (Part("c", 9),)),
    )
    assert owed(spends, [Part("a", 4), Part("b", 2)], "u", loss=3) == {"a": 2, "b": 0, LOSS: 3}
    assert owed(spends, [Part("a", 9)], "u", loss=0) == {"a": 0, "b": 2}
