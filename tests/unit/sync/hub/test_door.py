"""The door as an ASGI application: what passes, what it hands on, in which order it looks."""

import asyncio
import gzip
import json

import pytest

from agent.web.guard import CALLER
from sync.hub.door import Door
from sync.hub.intake import Intake
from sync.hub.store.tills import Till
from sync.signing import Request, Signer, sign_request

SIGNER = Signer(b"\x01" * 32)
NOW = 1_790_000_000_000
TILLS = {
    "t1": Till(till="t1", store="s1", public_key=SIGNER.public),
    "t2": Till(till="t2", store="s1"),
    "t3": Till(till="t3", store="s1", public_key=SIGNER.public, revoked=1),
}


class Inner:
    """The application behind the door: answers with what reached it."""

    def __init__(self):
        self.seen = []

    async def __call__(self, scope, receive, send):
        body = (await receive())["body"] if scope["method"] == "POST" else b""
        self.seen.append((scope.get(CALLER), body, dict(scope["headers"])))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def ask(headers, *, body=b"", path="/v1/push", query=b"", inner=None, chunks=None, intake=None):
    """(status, problem code or None, response headers)."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in chunks or [body]]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    sent = []

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    async def find(name):
        return TILLS.get(name)

    door = Door(
        inner or Inner(),
        free=frozenset({"/v1/health"}),
        find=find,
        clock=lambda: NOW,
        intake=intake or Intake(monotonic_ms=lambda: 0),
    )
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
    }
    asyncio.run(door(scope, receive, send))
    said = sent[1]["body"]
    code = None if said == b"ok" else json.loads(said)["type"].rpartition(":")[2]
    return sent[0]["status"], code, dict(sent[0]["headers"])


def signed(body=b"", *, path="/v1/push", till="t1", now_ms=NOW, nonce="n"):
    return sign_request(SIGNER, Request("POST", path, body), till=till, now_ms=now_ms, nonce=nonce)


def test_a_signed_call_passes_plain():
    inner, packed = Inner(), gzip.compress(b"plain")
    headers = signed(packed) | {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
    assert ask(headers, chunks=[packed[:5], packed[5:]], inner=inner)[0] == 200
    caller, body, seen = inner.seen[0]
    assert (caller.name, caller.scopes, body) == ("t1", frozenset({"till"}), b"plain")
    assert seen[b"content-length"] == b"5"
    assert b"content-encoding" not in seen


def test_path_and_query_are_signed_as_sent():
    path = "/v1/changes?cursor=1%3A2&wait=0"
    assert ask(signed(path=path), path="/v1/changes", query=b"cursor=1%3A2&wait=0")[0] == 200
    assert ask(signed(path=path), path="/v1/changes", query=b"cursor=1%3A3&wait=0")[:2] == (401, "signature-refused")


def test_free_calls_need_nothing():
    assert ask({}, path="/v1/health")[0] == 200


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "signature-missing"),
        (signed(till="t9"), 401, "till-unknown"),
        (signed(till="t2"), 401, "till-unknown"),
        (signed(till="t3"), 403, "till-revoked"),
        (signed(b"other"), 401, "signature-refused"),
        (signed(now_ms=NOW - 300_001), 401, "clock-off"),
        (signed(now_ms=NOW + 300_001), 401, "clock-off"),
        (signed(nonce="n" * 81), 401, "signature-missing"),
        (signed() | {"Content-Length": "1048577"}, 413, "too-large"),
        (signed() | {"Content-Length": "-1"}, 400, "bad-request"),
    ],
)
def test_refusals(headers, status, code):
    inner = Inner()
    assert ask(headers, inner=inner)[:2] == (status, code)
    assert inner.seen == []


def test_every_answer_has_the_hubs_date():
    assert ask({})[2][b"date"] == b"Mon, 21 Sep 2026 14:13:20 GMT"
    assert ask({}, path="/v1/health")[2][b"date"] == b"Mon, 21 Sep 2026 14:13:20 GMT"


def test_an_unsigned_body_is_not_even_read():
    assert ask({"Kopilka-Till": "t9"}, chunks=[b"x" * 2_000_000])[:2] == (401, "till-unknown")


def test_a_body_that_finds_no_room_is_sent_away_and_gives_its_room_back():
    body = b"x" * 1000
    intake = Intake(monotonic_ms=lambda: 0, held_bytes=1500)
    assert ask(signed(body), body=body, intake=intake)[:2] == (503, "hub-busy")
    intake = Intake(monotonic_ms=lambda: 0, held_bytes=2500)
    for nonce in "ab":
        assert ask(signed(body, nonce=nonce), body=body, intake=intake)[0] == 200
