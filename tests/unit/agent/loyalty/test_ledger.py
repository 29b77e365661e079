"""Double entry: movements sum to zero per unit, and what does not is named."""

import pytest

from agent.loyalty.ledger import ISSUED, REDEEMED, Posting, member_account, move, points_unit, unbalanced


def test_a_movement_sums_to_zero():
    rows = move("points:main", 57, source=ISSUED, target=member_account("m"))
    assert rows == (Posting("issued", "points:main", -57), Posting("member:m", "points:main", 57))
    assert unbalanced(rows) == {}


def test_nothing_is_no_posting():
    assert move("points:main", 0, source=ISSUED, target=REDEEMED) == ()


def test_a_movement_never_runs_backwards():
    with pytest.raises(ValueError, match="positive"):
        move("points:main", -1, source=ISSUED, target=REDEEMED)


def test_units_are_summed_apart():
    rows = [Posting("a", points_unit("x"), 5), Posting("b", points_unit("y"), -5)]
    assert unbalanced(rows) == {"points:x": 5, "points:y": -5}
