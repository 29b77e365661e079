"""A sale as its record says it."""

from till_kit import card, granted, line, refused

from agent.till.sold import born, sold


def test_a_sale_with_what_came_back(till):
    granted(till.sell("S-1", [line(1, 1_000, "3")]))
    granted(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "1"}]))
    found = granted(sold(till.desk, "S-1"))
    assert (found.body.sale.id, found.voided, [one.id for one in found.prior]) == ("S-1", False, ["R-1"])
    granted(till.void("S-1", "V-1"))
    found = granted(sold(till.desk, "S-1"))
    assert (found.voided, [one.id for one in found.prior]) == (True, ["R-1"])
    assert refused(sold(till.desk, "S-2")) == "sale-unknown"


def test_ages_of_lots_told_and_untold(till):
    till.member(1, [("a", 30), ("b", 5)])
    granted(till.sell("S-1", card=card(1)))
    (own,) = till.sale_body("S-1").lots
    assert born(till.desk, granted(sold(till.desk, "S-1"))) == {"a": 0, "b": 1, own.id: own.born}
    granted(till.sell("S-2"))
    assert born(till.desk, granted(sold(till.desk, "S-2"))) == {}
