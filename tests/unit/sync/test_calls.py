"""Calls as bytes: signed, compressed, and answers that are no answers told apart by name. The transport is a scripted line."""

import gzip
import sys
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import zstandard

from sync.calls import HubCalls, HubFault, compress
from sync.fill import MOST_BYTES, SignedFill
from sync.joining import EnrolAnswer, EnrolRequest
from sync.line import Call, LineFault, Reply
from sync.signing import Request, Signer, Verifier, check_request
from sync.wire import GENESIS, Changes, Head, PushAnswer, encode

TILL = Signer(b"t" * 32)
NOW = 1_795_000_000_000
HEAD = Head(v=1, till="T1", inc=1, first=1, last=2, prev=GENESIS, hash=GENESIS)
ANSWER = PushAnswer(wm=2, durable=0, hash=GENESIS, epoch=1, at=NOW + 5000)
JSON = {"content-type": "application/json"}


class Line:
    """Answers by script; the last answer repeats."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.calls: list[Call] = []

    def send(self, call):
        self.calls.append(call)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(value, **headers):
    return Reply(200, encode(value), JSON | headers)


def calls(*answers, now=NOW, **more):
    line = Line(*answers)
    nonces = iter(f"n{n}" for n in range(99))
    return line, HubCalls(line, till="T1", signer=TILL, now_ms=lambda: now, nonce=lambda: next(nonces), **more)


def signed(call, now=NOW):
    return check_request(Verifier(TILL.public), Request(call.method, call.path, call.body), call.headers, now_ms=now)


def fault_of(*answers, **more):
    _, hub = calls(*answers, **more)
    with pytest.raises(HubFault) as found:
        hub.push(HEAD, [b"{}"])
    return found.value


def test_push_sends_head_and_lines_compressed_and_signed_as_sent():
    line, hub = calls(ok(ANSWER))
    assert hub.push(HEAD, [b'{"a":1}', b'{"b":2}']) == ANSWER
    (call,) = line.calls
    assert (call.method, call.path, call.headers["Content-Encoding"]) == ("POST", "/v1/push", "zstd")
    plain = zstandard.ZstdDecompressor().decompress(call.body)
    assert plain == encode(HEAD) + b'\n{"a":1}\n{"b":2}\n'
    assert signed(call) == ""
    assert call.headers["Kopilka-Nonce"] == "n0"


def test_the_clocks_offset_is_taken_from_the_answer_and_used():
    line, hub = calls(ok(ANSWER))
    hub.push(HEAD, [])
    assert hub.offset_ms == 5000
    hub.push(HEAD, [])
    assert line.calls[1].headers["Kopilka-Time"] == str(NOW + 5000)


def test_a_refused_signature_is_tried_once_more_with_the_hubs_time():
    refused = Reply(401, b"", {"date": "Sun, 22 Nov 2026 12:00:00 GMT"})
    hub_now = 1_795_348_800_000
    line, hub = calls(refused, ok(ANSWER), now=0)
    hub.push(HEAD, [])
    assert [call.headers["Kopilka-Time"] for call in line.calls] == ["0", str(hub_now)]
    assert signed(line.calls[1], hub_now) == ""
    line, hub = calls(refused, now=0)
    with pytest.raises(HubFault) as found:
        hub.push(HEAD, [])
    assert (found.value.code, found.value.status, len(line.calls)) == ("refused", 401, 2)


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 22 Nov 99999 12:00:00 GMT"])
def test_without_a_usable_date_a_refusal_is_final(date):
    line, hub = calls(Reply(401, b"", {"date": date}), now=0)
    with pytest.raises(HubFault):
        hub.push(HEAD, [])
    assert len(line.calls) == 1


def test_415_steps_down_to_gzip_and_to_nothing_and_stays_there():
    line, hub = calls(Reply(415, b""), Reply(415, b""), ok(ANSWER))
    hub.push(HEAD, [])
    hub.push(HEAD, [])
    assert [call.headers.get("Content-Encoding") for call in line.calls] == ["zstd", "gzip", None, None]
    assert gzip.decompress(line.calls[1].body) == line.calls[2].body
    assert fault_of(Reply(415, b""), encoding="").status == 415


def test_gzip_stands_in_where_zstandard_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "zstandard", None)
    body, encoding = compress(b"x" * 100, "zstd")
    assert (gzip.decompress(body), encoding) == (b"x" * 100, "gzip")
    assert compress(b"x" * 100, "zstd")[0] == body


def test_changes_asks_with_cursor_and_wait():
    line, hub = calls(ok(Changes(cursor="c")))
    assert hub.changes("4:7:1:0&x", wait_s=25).cursor == "c"
    (call,) = line.calls
    parts = urlsplit(call.path)
    assert (call.method, parts.path, parse_qs(parts.query)) == (
        "GET",
        "/v1/changes",
        {"cursor": ["4:7:1:0&x"], "wait": ["25"]},
    )
    assert (call.wait_s, signed(call)) == (25.0, "")


def test_enrol_and_health_carry_no_signature():
    answer = EnrolAnswer(till="T1", store="S", programme_key="00", hub_key="11")
    request = EnrolRequest(code="1234", till="T1", public_key=TILL.public)
    line, hub = calls(ok(answer))
    assert hub.enrol(request) == answer
    assert (line.calls[0].path, msgspec.json.decode(line.calls[0].body, type=EnrolRequest)) == ("/v1/enrol", request)
    line, hub = calls(Reply(200, b"whatever"))
    hub.health()
    assert not any("Signature" in name for call in line.calls for name in call.headers)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(200, b"<html>", {"content-type": "text/html"}), "nonsense"),
        (Reply(200, encode(ANSWER), {}), "nonsense"),
        (Reply(200, b"", JSON), "nonsense"),
        (Reply(200, b"{", JSON), "nonsense"),
        (Reply(200, b"[]", JSON), "nonsense"),
        (Reply(200, b'{"wm":"2"}', JSON), "nonsense"),
        (Reply(200, encode(ANSWER)[:-1] + b',"wm":null}', JSON), "nonsense"),
        (Reply(200, b"[" * 100_000, JSON), "nonsense"),
        (Reply(200, b'{"wm":' + b"9" * 5000 + b"}", JSON), "nonsense"),
        (Reply(200, b"\xff\xfe", JSON), "nonsense"),
        (Reply(301, b"", {"location": "https://elsewhere"}), "nonsense"),
        (Reply(204, b""), "nonsense"),
        (Reply(100, b""), "nonsense"),
        (Reply(400, b""), "refused"),
        (Reply(404, b""), "refused"),
        (Reply(413, b""), "too-large"),
        (Reply(408, b""), "server"),
        (Reply(500, b""), "server"),
        (Reply(502, b""), "server"),
        (Reply(429, b""), "busy"),
        (Reply(503, b""), "busy"),
        (LineFault("unreachable"), "away"),
        (LineFault("timeout"), "away"),
        (LineFault("answer-too-large"), "nonsense"),
        (LineFault("body-too-large"), "too-large"),
    ],
)
def test_what_is_no_answer_has_a_name(reply, code):
    assert fault_of(reply).code == code


def test_content_type_may_carry_a_charset():
    _, hub = calls(Reply(200, encode(ANSWER), {"content-type": "Application/JSON; charset=utf-8"}))
    assert hub.push(HEAD, []) == ANSWER


def test_unknown_fields_of_a_later_hub_are_let_be():
    _, hub = calls(Reply(200, encode(ANSWER)[:-1] + b',"later":{"x":1}}', JSON))
    assert hub.push(HEAD, []) == ANSWER


def test_the_problem_and_retry_after_are_read():
    body = b'{"type":"urn:kopilka:problem:till-revoked","title":"Revoked","detail":"Ask the centre","status":403}'
    fault = fault_of(Reply(403, body, {"retry-after": "7"}))
    assert (fault.code, fault.problem, fault.cause, fault.retry_after) == (
        "refused",
        "till-revoked",
        "Ask the centre",
        7000,
    )
    assert "till-revoked" in str(fault)


@pytest.mark.parametrize("name", [r"\u001b[31mred", r"a\u0000b", "x" * 61, "два"])
def test_a_problem_whose_name_is_no_name_has_none(name):
    assert fault_of(Reply(403, f'{{"type":"urn:kopilka:problem:{name}"}}'.encode())).problem == ""


def test_what_a_hub_says_cannot_drive_a_terminal():
    assert fault_of(Reply(403, rb'{"detail":"a\u001b[2J\u0000b \u202e"}')).cause == "a [2J b  "


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"type":5}', b"[" * 100_000])
def test_a_broken_problem_is_an_empty_one(body):
    fault = fault_of(Reply(403, body))
    assert (fault.code, fault.problem, fault.cause) == ("refused", "", "")


def test_the_fill_is_asked_for_and_its_pieces_unpacked():
    plain = b"piece" * 1000
    line, till = calls(ok(SignedFill(manifest="m", signature="s")), Reply(200, zstandard.compress(plain), {}))
    assert till.fill().manifest == "m"
    assert till.piece("a" * 64) == plain
    assert [call.path for call in line.calls] == ["/v1/fill", "/v1/fill/" + "a" * 64]
    assert [signed(call) for call in line.calls] == ["", ""]
    assert line.calls[1].wait_s


@pytest.mark.parametrize(
    "packed",
    [b"", b"plain", zstandard.compress(b"x" * 5000)[:-3], zstandard.compress(bytes(MOST_BYTES + 1)),
     zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 100)],
)  # fmt: skip
def test_a_piece_that_cannot_be_unpacked_or_grows_too_large_is_nonsense(packed):
    _, till = calls(Reply(200, packed, {}))
    with pytest.raises(HubFault) as caught:
        till.piece("a" * 64)
    assert caught.value.code == "nonsense"
