import logging
import threading
import time
from typing import Annotated

import pytest
from httpd import PAGE, POS, serving
from msgspec import Meta, Struct
from starlette.responses import PlainTextResponse

from agent.errors import Conflict
from agent.web.routes import FREE, Answer, Route


class Line(Struct, forbid_unknown_fields=True):
    n: Annotated[int, Meta(ge=1)]


class Basket(Struct, forbid_unknown_fields=True):
    lines: list[Line]


class Told(Struct):
    lines: int
    thread: str = ""


class Find(Struct, forbid_unknown_fields=True):
    card: str = ""
    after: int = 0


gone_on = threading.Event()
crashes: list[int] = []


def sell(call) -> Told:
    return Told(len(call.body.lines), threading.current_thread().name)


async def status(call) -> Told:
    return Told(0, threading.current_thread().name)


def fail(call):
    raise Conflict("id-reused", id=call.path["id"], at="09:58")


def crash(call):
    raise ZeroDivisionError("2811111111114")


def slow(call) -> None:
    gone_on.wait(3)


ROUTES = [
    Route(method="POST", path="/v1/sales", scopes=("pos",), handler=sell, summary="Sell", request=Basket, answer=Told),
    Route(method="GET", path="/v1/status", scopes=("pos", "page"), handler=status, summary="Status", answer=Told),
    Route(
        method="GET",
        path="/v1/members",
        scopes=("pos",),
        handler=lambda call: {"card": call.query.card, "after": call.query.after},
        summary="Look up",
        query=Find,
        answer=dict,
    ),
    Route(method="POST", path="/v1/sales/{id}/void", scopes=("pos",), handler=fail, summary="Void"),
    Route(
        method="GET",
        path="/v1/sales/{id}",
        scopes=("pos",),
        handler=lambda call: call.path["id"],
        summary="One",
        answer=str,
    ),
    Route(method="DELETE", path="/v1/current", scopes=("pos",), handler=lambda call: None, summary="Clear"),
    Route(method="GET", path="/crash", scopes=FREE, handler=crash, summary="Crash"),
    Route(method="GET", path="/slow", scopes=FREE, handler=slow, summary="Slow"),
    Route(
        method="POST",
        path="/raw",
        scopes=FREE,
        handler=lambda call: PlainTextResponse(call.body[::-1]),
        summary="Raw",
        request=bytes,
    ),
    Route(
        method="GET",
        path="/made",
        scopes=FREE,
        handler=lambda call: Answer({"a": 1}, 201, {"X-Mark": "7"}),
        summary="Made",
        answer=dict,
    ),
]


@pytest.fixture(scope="module")
def site():
    with serving(ROUTES, deadline_ms=300, max_in_flight=4, on_crash=lambda: crashes.append(1)) as made:
        yield made


def test_plain_handlers_run_in_the_executor_and_async_ones_in_the_loop(site):
    assert site.ask("POST", "/v1/sales", body={"lines": [{"n": 1}]}).json == {"lines": 1, "thread": "writer_0"}
    reply = site.ask("GET", "/v1/status")
    assert reply.json == {"lines": 0, "thread": "http"}
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"


def test_a_fault_is_a_problem_in_the_asked_language(site):
    reply = site.ask("POST", "/v1/sales/S-1/void", body={}, headers=[("Accept-Language", "en")])
    assert reply.status == 409
    assert reply.json["detail"] == "S-1 was recorded at 09:58 with other content."
    assert site.ask("POST", "/v1/sales/S-1/void", body={}).json["title"] == "Этот номер уже занят другой операцией."


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"lines":[{"n":0}]}', 400, "bad-request"),
        (b'{"lines":[],"x":1}', 400, "bad-request"),
        (b"{", 400, "bad-json"),
        (b'{"lines":' * 40, 400, "too-deep"),
        (b" " * 70_000, 413, "too-large"),
    ],
)
def test_bad_bodies_are_refused_with_the_field(site, body, status, code):
    reply = site.ask("POST", "/v1/sales", body=body)
    assert (reply.status, reply.json["type"]) == (status, f"urn:kopilka:problem:{code}")
    assert reply.json["next_step"]


def test_a_chunked_body_has_the_same_limit(site):
    body = b"".join(b"%x\r\n%b\r\n" % (9000, b" " * 9000) for _ in range(9)) + b"0\r\n\r\n"
    assert site.ask("POST", "/v1/sales", body=body, headers=[("Transfer-Encoding", "chunked")]).status == 413
    small = b'1\r\n{\r\nc\r\n"lines": [ ]\r\n1\r\n}\r\n0\r\n\r\n'
    assert site.ask("POST", "/v1/sales", body=small, headers=[("Transfer-Encoding", "chunked")]).status == 200


def test_a_token_is_asked_before_the_body_is_read(site):
    assert site.ask("POST", "/v1/sales", body=b" " * 70_000, token="").status == 401
    assert site.ask("POST", "/v1/sales", body=b"{", token=PAGE).status == 403


def test_queries_are_typed(site):
    assert site.ask("GET", "/v1/members?card=0%2B7&after=3").json == {"card": "0+7", "after": 3}
    for query in ("?x=1", "?after=x", "?card=1&card=2", "?card=%ff", "?" + "a" * 3000):
        assert site.ask("GET", "/v1/members" + query).status == 400
    assert site.ask("GET", "/v1/status?x=1").status == 400


def test_an_id_may_hold_a_slash(site):
    assert site.ask("GET", "/v1/sales/14%2F22%2f1").json == "14/22/1"
    assert site.ask("GET", "/v1/sales/14/22").status == 404
    assert site.ask("POST", "/v1/sales/14%2F22/void", body={}).json["fields"]["id"] == "14/22"
    assert site.ask("GET", "/v1/sales/%D0%A2-1%20a").json == "Т-1 a"


def test_no_body_is_204(site):
    reply = site.ask("DELETE", "/v1/current")
    assert (reply.status, reply.body) == (204, b"")


def test_unknown_paths_and_methods_are_problems(site):
    reply = site.ask("GET", "/v1/nothing")
    assert (reply.status, reply.json["type"]) == (404, "urn:kopilka:problem:not-found")
    reply = site.ask("PUT", "/v1/sales", body={})
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


def test_raw_bodies_and_own_responses_pass_through(site):
    reply = site.ask("POST", "/raw", body=b"abc")
    assert (reply.status, reply.body) == (200, b"cba")
    made = site.ask("GET", "/made")
    assert (made.status, made.json, made.headers["x-mark"]) == (201, {"a": 1}, "7")


def test_a_crash_is_a_sentence_for_the_caller_and_a_trace_for_the_log(site, caplog):
    with caplog.at_level(logging.ERROR, "agent.web.app"):
        reply = site.ask("GET", "/crash")
    assert (reply.status, reply.json["type"]) == (500, "urn:kopilka:problem:internal")
    assert b"ZeroDivision" not in reply.body
    assert b"2811" not in reply.body
    assert crashes
    assert caplog.records[-1].exc_info[0] is ZeroDivisionError


def test_a_call_past_its_deadline_is_answered_and_its_place_given_back(site):
    gone_on.clear()
    began = time.monotonic()
    assert site.ask("GET", "/slow").status == 503
    assert time.monotonic() - began < 3
    # The writer is still busy: plain calls queue and time out, those of the loop go on, and no more than max_in_flight wait.
    assert site.ask("GET", "/v1/status").status == 200
    assert site.ask("POST", "/v1/sales", body={"lines": []}).status == 503
    gone_on.set()
    for _ in range(8):
        assert site.ask("POST", "/v1/sales", body={"lines": []}).status == 200


def test_calls_beyond_the_limit_are_sent_away():
    gone_on.clear()
    with serving(ROUTES, max_in_flight=2, deadline_ms=5_000) as site:
        waiting = [threading.Thread(target=site.ask, args=("GET", "/slow")) for _ in range(2)]
        for thread in waiting:
            thread.start()
        while site.ask("GET", "/v1/status").status == 200:
            time.sleep(0.01)
        gone_on.set()
        for thread in waiting:
            thread.join()
        assert site.ask("POST", "/v1/sales", body={"lines": []}, token=POS).status == 200
