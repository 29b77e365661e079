"""Quotes and holds, as calls."""

import pytest
from till_kit import as_sale, card

from agent.api.messages import HoldBody, HoldQuery
from agent.api.promises import named, routes, shown
from agent.errors import Conflict, NotFound
from agent.rows import Hold

QUOTES, HOLDS = ("POST", "/v1/quotes"), "/v1/holds"


def test_a_quote_is_told_to_the_page_with_the_lines_names(counter):
    sale = as_sale(None)
    answer = counter.call(routes, *QUOTES, sale, lang="en")
    assert "names" not in answer
    kind, told = counter.heard[-1]
    assert (kind, told["names"], told["quote"]) == ("quote", {"1": "Кофе зерно 1 кг"}, answer["quote"])
    assert named({}, as_sale(None, [{"n": 2, "sku": "s", "price": 1, "amount": 1}])) == {"names": {"2": "s"}}


def test_a_hold_s_life(counter):
    counter.till.lease(counter.till.member(1, [("a", 300)]), 200)
    quote = counter.call(routes, *QUOTES, as_sale(None, card=card(1), redeem={"main": 150}))["quote"]
    made = counter.call(routes, "POST", HOLDS, HoldBody(id="H-1", quote=quote))
    assert made == {
        "id": "H-1",
        "state": "open",
        "points": {"main": 150},
        "expires": "2026-11-22T07:30:00Z",
        "replayed": False,
    }
    assert counter.call(routes, "POST", HOLDS, HoldBody(id="H-1", quote=quote))["replayed"] is True
    assert [row["id"] for row in counter.call(routes, "GET", HOLDS, query=HoldQuery())] == ["H-1"]
    assert counter.call(routes, "DELETE", HOLDS + "/{id}", id="H-1")["state"] == "released"
    assert counter.call(routes, "GET", HOLDS, query=HoldQuery()) == []
    assert [row["id"] for row in counter.call(routes, "GET", HOLDS, query=HoldQuery(state="released"))] == ["H-1"]


def test_refusals(counter):
    with pytest.raises(Conflict):
        counter.call(routes, "POST", HOLDS, HoldBody(id="H-1", quote="q-1"))
    with pytest.raises(NotFound):
        counter.call(routes, "DELETE", HOLDS + "/{id}", id="H-1")


def test_shown():
    row = Hold(
        id="H", content="c", state="open", member=None, created=0, expires=0, points={"points:main": 5}, quote=b"x"
    )
    assert shown(row) == {"id": "H", "state": "open", "points": {"main": 5}, "expires": "1970-01-01T00:00:00Z"}
