"""How the till stands."""

import pytest
from till_site import CODE

from agent.api.messages import PairBody
from agent.api.state import routes
from agent.errors import Forbidden
from agent.web.sse import EventStream


def test_health(counter):
    answer = counter.call(routes, "GET", "/v1/health")
    assert (answer.status, answer.value) == (200, {"ready": True, "version": "1.2.3"})
    counter.is_ready = False
    answer = counter.call(routes, "GET", "/v1/health")
    assert (answer.status, answer.value["ready"]) == (503, False)


def test_status(counter):
    answer = counter.call(routes, "GET", "/v1/status")
    assert (answer["till"], answer["store"], answer["clock"]) == ("T1", "S014", {"trusted": True})
    assert answer["queue"]["unsent"] == answer["journal"]["seq"] == 1


def test_events(counter):
    assert isinstance(counter.call(routes, "GET", "/v1/events"), EventStream)


def test_a_page_is_paired_once(counter):
    answer = counter.call(routes, "POST", "/v1/page/pair", PairBody(code=CODE))
    assert answer.value == {"paired": True}
    assert "HttpOnly" in answer.headers["set-cookie"]
    with pytest.raises(Forbidden) as raised:
        counter.call(routes, "POST", "/v1/page/pair", PairBody(code=CODE))
    assert raised.value.code == "wrong-code"
