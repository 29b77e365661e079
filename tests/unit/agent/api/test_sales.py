"""Sales, returns, voids, as calls."""

import pytest
from till_kit import as_sale, card, line

from agent.api.messages import LinesQuery, SuspendBody
from agent.api.sales import routes, with_lines
from agent.errors import Conflict, Unprocessable
from agent.loyalty.returned import ReturnedLine
from agent.till.give_back import Return, Void

SALES, NONE = ("POST", "/v1/sales"), LinesQuery()


def test_sell_return_void(counter):
    sold = counter.call(routes, *SALES, as_sale("S-1", [line(1, 1_000, "3")], card=card(1)), query=NONE)
    assert sold["total"] == 3_000
    asked = Return(id="R-1", lines=(ReturnedLine(n=1, quantity="1"),))
    assert counter.call(routes, "POST", "/v1/sales/{id}/returns", asked, query=NONE, id="S-1")["money_back"] == 1_000
    assert (
        counter.call(routes, "POST", "/v1/sales/{id}/void", Void(id="V-1"), query=NONE, id="S-1")["money_back"] == 2_000
    )
    with pytest.raises(Conflict) as raised:
        counter.call(routes, "POST", "/v1/sales/{id}/suspend", SuspendBody(), id="S-1")
    assert raised.value.code == "sale-made"


def test_texts_in_the_caller_s_language(counter):
    answer = counter.call(routes, *SALES, as_sale("S-1", card=card(1)), query=NONE, lang="en")
    assert answer["lines"][0]["why"][0]["text"] == "5 % in points"


def test_refused(counter):
    with pytest.raises(Unprocessable) as raised:
        counter.call(routes, *SALES, as_sale(None), query=NONE)
    assert raised.value.code == "id-missing"


def test_lines_only_where_asked_for(counter):
    answer = counter.call(routes, *SALES, as_sale("S-1"), query=LinesQuery(columns=32))
    assert all(len(row) <= 32 for row in answer["receipt_lines"]["ru"])
    assert with_lines(counter.till.desk, {"receipt": answer["receipt"]}, NONE) == {"receipt": answer["receipt"]}
    assert with_lines(counter.till.desk, {"receipt": "r-0"}, LinesQuery(columns=32)) == {"receipt": "r-0"}


def test_suspend(counter):
    assert counter.call(routes, "POST", "/v1/sales/{id}/suspend", SuspendBody(), id="S-9")["suspended"] is True
