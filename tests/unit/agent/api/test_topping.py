"""The call that waits: it ends when points come, when its time is over, or when somebody ends it."""

import asyncio

import pytest
from till_kit import card

from agent.api import topping
from agent.api.topping import routes
from agent.errors import Conflict
from agent.till.top_up import TopUp
from agent.web.routes import Call
from sync.wire import CloseBody

PATH = "/v1/current/top-up"


@pytest.fixture
def shown(counter):
    """A member with points, shown at a till that is on line; nothing is held here."""
    counter.till.member(1, [("a", 340)])
    counter.till.is_online = True
    counter.till.scan(card(1), symbology="ean13")
    return counter


def together(counter, *work):
    """A top-up and what happens meanwhile, in one loop; the top-up's answer."""
    table = {(row.method, row.path): row.handler for row in routes(counter.place)}

    async def scene():
        waiting = asyncio.create_task(table["POST", PATH](Call(body=TopUp(), query=None)))
        for step in work:
            await asyncio.sleep(0)
            await step(table)
        return await waiting

    return asyncio.run(scene())


def test_it_answers_when_the_grant_comes(shown):
    async def grant(_table):
        (want,) = shown.till.store.rights.pending()
        shown.till.lease(want.member, 340)
        shown.place.bell.ring()

    assert together(shown, grant)["spendable_here"] == 340


def test_without_an_answer_it_ends_and_wishes_no_longer(shown, monkeypatch):
    monkeypatch.setattr(topping, "WAIT_S", 0.05)
    pushes = []
    shown.till.desk.push_soon = lambda: pushes.append(1)
    monkeypatch.setattr(topping, "AGAIN_S", 0.01)
    with pytest.raises(Conflict) as told:
        together(shown)
    assert told.value.code == "top-up-no-answer"
    assert shown.till.store.rights.pending() == []
    assert [body.reason for body in shown.till.bodies(CloseBody)] == ["withdrawn"]
    assert len(pushes) > 2, "it asks again"


def test_somebody_ends_it(shown, monkeypatch):
    monkeypatch.setattr(topping, "WAIT_S", 60)

    async def stop(table):
        # A few turns of the loop until it waits.
        for _ in range(1000):
            if (await table["DELETE", PATH](Call(body=None, query=None)))["ended"]:
                return
            await asyncio.sleep(0)

    with pytest.raises(Conflict):
        together(shown, stop)
    assert shown.call(routes, "DELETE", PATH) == {"ended": 0}


def test_a_refusal_waits_for_nothing(counter):
    with pytest.raises(Conflict) as told:
        together(counter)
    assert told.value.code == "nobody-shown"
