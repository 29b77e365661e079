"""What a hostile till, or somebody who found its cable, says to the hub's door: one call each, and the refusal that is due."""

from __future__ import annotations

import gzip
import io
import json

import msgspec
import zstandard
from served_hub import ServedHub, body_of, signer_of

from sync.hub import wiring

DAY_MS = 86_400_000
MIB = 1024 * 1024
CALLS = {}
"""name -> (call(hub), status, problem, cause)."""


def case(status, problem, cause=""):
    def kept(call):
        CALLS[call.__name__.replace("_", " ")] = (call, status, problem, cause)
        return call

    return kept


def good(hub: ServedHub, **wrong) -> bytes:
    """A push of one sale that would be taken; `wrong` replaces fields of its head."""
    pen = hub.pen("t9x")
    pen.till = "t1"
    pen.inc = 77
    pen.sale("m1", earn=5)
    head, lines = pen.batch()
    return body_of(msgspec.to_builtins(head) | wrong, lines)


def pushed(hub, body, *, headers=(), **how):
    return hub.call("POST", "/v1/push", body, headers=headers, **how)


def swapped(hub, **how):
    """Signed as something else than what is sent."""
    body = good(hub)
    said = {"method": "POST", "path": "/v1/push", "body": body} | how
    return hub.ask("POST", "/v1/push", body, hub.signed(said["method"], said["path"], said["body"]))


def with_header(hub, **changes):
    body = good(hub)
    headers = hub.signed("POST", "/v1/push", body) | {name.replace("_", "-"): text for name, text in changes.items()}
    return hub.ask("POST", "/v1/push", body, headers, length="Content_Length" not in changes)


for _name, _send, _status, _problem in (
    ("no signature", lambda hub: hub.ask("POST", "/v1/push", good(hub)), 401, "signature-missing"),
    ("nobody's till", lambda hub: pushed(hub, good(hub), till="t404"), 401, "till-unknown"),
    ("a till without a key", lambda hub: pushed(hub, good(hub), till="invited"), 401, "till-unknown"),
    ("a revoked till", lambda hub: pushed(hub, good(hub), till="revoked"), 403, "till-revoked"),
    ("another till's key", lambda hub: pushed(hub, good(hub), signer=signer_of("t2")), 401, "signature-refused"),
    ("a body swapped after signing", lambda hub: swapped(hub, body=good(hub, inc=78)), 401, "signature-refused"),
    ("another path signed", lambda hub: swapped(hub, path="/v1/changes"), 401, "signature-refused"),
    ("a query added", lambda hub: swapped(hub, path="/v1/push?x=1"), 401, "signature-refused"),
    ("another method signed", lambda hub: swapped(hub, method="PUT"), 401, "signature-refused"),
    ("a time of yesterday", lambda hub: pushed(hub, good(hub), now_ms=wiring.clock() - DAY_MS), 401, "clock-off"),
    ("a time of tomorrow", lambda hub: pushed(hub, good(hub), now_ms=wiring.clock() + DAY_MS), 401, "clock-off"),
    ("a time in words", lambda hub: with_header(hub, Kopilka_Time="soon"), 401, "signature-missing"),
    ("a time without end", lambda hub: with_header(hub, Kopilka_Time="9" * 5000), 401, "signature-missing"),
    ("a time of other digits", lambda hub: with_header(hub, Kopilka_Time="\xb2\xb3"), 401, "signature-missing"),
    ("a long nonce", lambda hub: pushed(hub, good(hub), nonce="n" * 81), 401, "signature-missing"),
    ("a signature that is none", lambda hub: with_header(hub, Kopilka_Signature="****"), 401, "signature-refused"),
    ("a signature of nothing", lambda hub: with_header(hub, Kopilka_Signature="AAAA"), 401, "signature-refused"),
    ("a till's name without end", lambda hub: with_header(hub, Kopilka_Till="t" * 81), 401, "signature-missing"),
    ("an encoding nobody knows", lambda hub: pushed(hub, b"x", headers={"Content-Encoding": "br"}), 415, "encoding-unknown"),
    ("an encoding twice", lambda hub: pushed(hub, b"x", headers={"Content-Encoding": "gzip, gzip"}), 415, "encoding-unknown"),
    ("another till in the head", lambda hub: pushed(hub, good(hub, till="t2")), 403, "other-till"),
    ("enrolment by a guess", lambda hub: enrolled(hub, code="AAAA-BBBB-CCCC"), 403, "enrol-refused"),
    ("enrolment of a stranger", lambda hub: enrolled(hub, till="t404"), 403, "enrol-refused"),
    ("enrolment of garbage", lambda hub: hub.ask("POST", "/v1/enrol", b"[" * 4000), 400, "too-deep"),
    ("enrolment too long", lambda hub: hub.ask("POST", "/v1/enrol", b"x" * 5000), 413, "too-large"),
    ("a longer poll than there is", lambda hub: hub.call("GET", "/v1/changes?wait=26"), 400, "bad-request"),
    ("a cursor without end", lambda hub: hub.call("GET", "/v1/changes?cursor=" + "1" * 101), 400, "bad-request"),
    ("a query without end", lambda hub: hub.call("GET", "/v1/changes?cursor=" + "1" * 3000), 400, "bad-request"),
    ("a query nobody asked for", lambda hub: hub.call("GET", "/v1/changes?other=1"), 400, "bad-request"),
    ("a query given twice", lambda hub: hub.call("GET", "/v1/changes?wait=0&wait=1"), 400, "bad-request"),
    ("a wait of other digits", lambda hub: hub.call("GET", "/v1/changes?wait=%D9%A1"), 400, "bad-request"),
    ("no such path", lambda hub: hub.call("GET", "/v1/other"), 404, "not-found"),
    ("a path that climbs", lambda hub: hub.call("GET", "/v1/health/../changes"), 404, "not-found"),
    ("a path that climbs in code", lambda hub: hub.call("POST", "/v1/%2e%2e/v1/push", good(hub)), 404, "not-found"),
    ("a file of the machine", lambda hub: hub.call("GET", "/v1/..%2f..%2fetc/passwd"), 404, "not-found"),
    ("a double slash", lambda hub: hub.call("POST", "//v1/push", good(hub)), 404, "not-found"),
    ("a slash in code", lambda hub: hub.call("POST", "/v1%2Fpush", good(hub)), 404, "not-found"),
    ("a method nobody offers", lambda hub: hub.call("PUT", "/v1/push", good(hub)), 405, "method-refused"),
    ("a push by GET", lambda hub: hub.call("GET", "/v1/push"), 405, "method-refused"),
    ("a trace", lambda hub: hub.call("TRACE", "/v1/push"), 405, "method-refused"),
    ("a free call by another method", lambda hub: hub.ask("DELETE", "/v1/health"), 405, "method-refused"),
    ("too large by its own word", lambda hub: with_header(hub, Content_Length=str(MIB + 1)), 413, "too-large"),
    ("too large in fact", lambda hub: pushed(hub, b"x" * (MIB + 1)), 413, "too-large"),
):  # fmt: skip
    CALLS[_name] = (_send, _status, _problem, "")


def enrolled(hub, *, code=None, till="invited"):
    said = {"code": code or "AAAA-BBBB-DDDD", "till": till, "public_key": signer_of("thief").public}
    return hub.ask("POST", "/v1/enrol", json.dumps(said).encode(), {"Content-Type": "application/json"})


@case(401, "request-repeated")
def a_request_again(hub):
    path = "/v1/changes?wait=0"
    headers = hub.signed("GET", path)
    assert hub.ask("GET", path, b"", headers).status == 200
    return hub.ask("GET", path, b"", headers)


@case(401, "signature-missing")
def two_tills_in_one_call(hub):
    body = good(hub)
    headers = hub.signed("POST", "/v1/push", body)
    return hub.ask("POST", "/v1/push", body, [*headers.items(), ("Kopilka-Till", "t2")])


@case(401, "signature-missing")
def two_signatures(hub):
    body = good(hub)
    mine = hub.signed("POST", "/v1/push", body)
    other = hub.signed("POST", "/v1/push", body, signer=signer_of("t2"))
    return hub.ask("POST", "/v1/push", body, [*mine.items(), ("Kopilka-Signature", other["Kopilka-Signature"])])


@case(413, "too-large")
def too_large_in_chunks(hub):
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    body = chunk * 20 + b"0\r\n\r\n"
    headers = hub.signed("POST", "/v1/push", b"") | {"Transfer-Encoding": "chunked"}
    return hub.ask("POST", "/v1/push", body, headers, length=False)


@case(431, "too-large")
def a_header_without_end(hub):
    return hub.ask("GET", "/v1/health", b"", [(f"X-{n}", "y" * 1000) for n in range(30)])


def packed(hub, body, name):
    return pushed(hub, body, headers={"Content-Encoding": name})


def zstd_of(data, **how):
    return zstandard.ZstdCompressor(**how).compress(data)


@case(413, "too-large")
def a_zstd_bomb(hub):
    return packed(hub, zstd_of(b"0" * (64 * MIB)), "zstd")


@case(413, "too-large")
def a_gzip_bomb(hub):
    return packed(hub, gzip.compress(b"0" * (64 * MIB)), "gzip")


@case(400, "push-refused", "bad-zstd")
def a_huge_zstd_window(hub):
    settings = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    out = io.BytesIO()
    with zstandard.ZstdCompressor(compression_params=settings).stream_writer(out, closefd=False) as writer:
        writer.write(good(hub))
    return packed(hub, out.getvalue(), "zstd")


@case(400, "push-refused", "bad-zstd")
def a_truncated_zstd_frame(hub):
    return packed(hub, zstd_of(good(hub))[:-9], "zstd")


@case(400, "push-refused", "bad-zstd")
def something_behind_a_zstd_frame(hub):
    return packed(hub, zstd_of(good(hub)) + b"more", "zstd")


@case(400, "push-refused", "bad-zstd")
def no_zstd(hub):
    return packed(hub, good(hub), "zstd")


@case(400, "push-refused", "bad-gzip")
def a_truncated_gzip(hub):
    return packed(hub, gzip.compress(good(hub))[:-9], "gzip")


@case(400, "push-refused", "bad-gzip")
def something_behind_a_gzip(hub):
    return packed(hub, gzip.compress(good(hub)) * 2, "gzip")


@case(400, "push-refused", "bad-head")
def zstd_within_zstd(hub):
    return packed(hub, zstd_of(zstd_of(good(hub))), "zstd")


HEADS = {
    "nothing": b"",
    "an empty line": b"\n",
    "no JSON": b"{",
    "a list": b"[]\n",
    "null": b"null\n",
    "brackets without end": b"[" * 200_000,
    "objects without end": b'{"v":' * 100_000,
    "no UTF-8": b'{"v":"\xff"}\n',
    "UTF-16": '{"v":1}'.encode("utf-16"),
    "a NUL": b'{"v":1,"till":"\0"}\n',
    "a lone surrogate": b'{"v":1,"till":"\\ud800"}\n',
    "a giant integer": b'{"v":' + b"1" * 5000 + b"}\n",
    "a float": b'{"v":1.0}\n',
    "not a number": b'{"v":NaN}\n',
}
WRONG = {
    "a version to come": ({"v": 2}, "unknown-version"),
    "a version of nothing": ({"v": 0}, "unknown-version"),
    "incarnation 0": ({"inc": 0}, "bad-head"),
    "a negative incarnation": ({"inc": -1}, "bad-head"),
    "an incarnation beyond its column": ({"inc": 2**31}, "bad-head"),
    "an incarnation beyond 64 bits": ({"inc": 2**64}, "bad-head"),
    "seq 0": ({"first": 0, "last": 0}, "bad-head"),
    "a negative seq": ({"first": -5, "last": -5}, "bad-head"),
    "a seq beyond its column": ({"first": 2**40, "last": 2**40}, "bad-head"),
    "more than was sent": ({"last": 5}, "bad-head"),
    "less than was sent": ({"last": 0}, "bad-head"),
    "a hash that is wrong": ({"hash": "0" * 64}, "bad-chain"),
    "a hash in capitals": ({"hash": "A" * 64}, "bad-head"),
    "a hash too short": ({"hash": "ab"}, "bad-head"),
    "a prev that is no hash": ({"prev": "g" * 64}, "bad-head"),
    "a prev of other digits": ({"prev": "\u0661" * 64}, "bad-head"),
    "5,001 open leases": ({"open_leases": ["l"] * 5001}, "bad-head"),
    "501 wishes": ({"pending_wants": list(range(501))}, "bad-head"),
    "wishes in words": ({"pending_wants": ["x"]}, "bad-head"),
    "a cursor without end": ({"cursor": "1" * 5000}, "bad-head"),
    "failures in words": ({"failed": "many"}, "bad-head"),
}
for _name, _body in HEADS.items():
    CALLS[f"a head of {_name}"] = (lambda hub, body=_body: pushed(hub, body), 400, "push-refused", "bad-head")
for _name, (_wrong, _cause) in WRONG.items():
    CALLS[f"a head with {_name}"] = (
        lambda hub, wrong=_wrong: pushed(hub, good(hub, **wrong)), 400, "push-refused", _cause
    )  # fmt: skip


@case(413, "push-too-large")
def two_hundred_and_one_records(hub):
    pen = hub.pen("t1", inc=77)
    for n in range(201):
        pen.raw(b"%d" % n)
    return pushed(hub, body_of(*pen.batch()))


@case(413, "push-too-large")
def a_record_beyond_a_mebibyte(hub):
    pen = hub.pen("t1", inc=77)
    pen.raw(b"x" * (MIB + 1))
    return packed(hub, zstd_of(body_of(*pen.batch())), "zstd")


@case(413, "push-too-large")
def many_records_beyond_a_batch(hub):
    pen = hub.pen("t1", inc=77)
    for n in range(3):
        pen.raw(b"%d" % n * 100_000)
    return packed(hub, zstd_of(body_of(*pen.batch())), "zstd")


RAW = {
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "HTTP/0.9": b"GET /v1/health\r\n\r\n",
    "no host": b"GET /v1/health HTTP/1.1\r\n\r\n",
    "a space in the path": b"GET /v1/health /v1/push HTTP/1.1\r\nHost: hub\r\n\r\n",
    "a NUL in a header": b"GET /v1/health HTTP/1.1\r\nHost: hub\r\nX: a\0b\r\n\r\n",
    "a header without a name": b"GET /v1/health HTTP/1.1\r\nHost: hub\r\n: x\r\n\r\n",
    "a space before the colon": b"POST /v1/push HTTP/1.1\r\nHost: hub\r\nContent-Length : 3\r\n\r\nabc",
    "two lengths": b"POST /v1/push HTTP/1.1\r\nHost: hub\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a negative length": b"POST /v1/push HTTP/1.1\r\nHost: hub\r\nContent-Length: -3\r\n\r\nabc",
    "a length in hex": b"POST /v1/push HTTP/1.1\r\nHost: hub\r\nContent-Length: 0x3\r\n\r\nabc",
    "a coding nobody knows": b"POST /v1/push HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: xchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "a coding hidden from a proxy": b"POST /v1/push HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "an unfinished header without end": b"GET /v1/health HTTP/1.1\r\nHost: hub\r\nX: " + b"y" * 100_000,
}
"""What no parser may take for a request; each is answered 400 and hung up on."""


@case(400, "bad-request")
def a_length_and_chunks(hub):
    """Two ways to say where the body ends: what stands between might have taken the other, and the rest for a call of its own."""
    inner = b"GET /v1/health HTTP/1.1\r\nHost: hub\r\n\r\n"
    headers = hub.signed("POST", "/v1/push", b"") | {"Transfer-Encoding": "chunked", "Content-Length": "5"}
    return hub.ask("POST", "/v1/push", b"0\r\n\r\n" + inner, headers, length=False)
