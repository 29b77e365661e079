"""What a hostile, broken or wrong hub says to a till: one exchange each, and the cause the till names."""

from __future__ import annotations

import gzip
import json
import time

import msgspec
import zstandard

from agent.loyalty.leases import Backing, Grant, lease_id
from agent.loyalty.lots import Lot
from sync.signing import Signer, sign_grant, sign_programme
from sync.wire import Changes, Head, LeaseAnswer, MemberState, PushAnswer, Verdict

NOW = 1_795_331_700_000
UNIT = "points:main"
YEAR_S = 31_536_000


def whole(body, *, status="200 OK", kind="application/json", headers=""):
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode("latin-1") + body


def dripping(connection, _request):
    for _ in range(30):
        connection.sendall(b"x")
        time.sleep(0.1)


def head_of(request: bytes) -> Head:
    """The head of a push as it came over the line."""
    body = request.partition(b"\r\n\r\n")[2]
    return msgspec.json.decode(zstandard.decompress(body).partition(b"\n")[0], type=Head)


def right(head: Head, key: Signer, *, member: str) -> PushAnswer:
    """What the right hub would say: all applied, the wish granted, nothing new."""
    leases = tuple(
        LeaseAnswer(seq, grant=sign_grant(key, grant_of(head, seq, member))) for seq in head.pending_wants
    )  # fmt: skip
    return PushAnswer(
        wm=head.last, durable=0, hash=head.hash, epoch=1, at=NOW, leases=leases, changes=Changes(cursor=head.cursor, at=NOW)
    )  # fmt: skip


def grant_of(head: Head, seq: int, member: str) -> Grant:
    return Grant(
        id=lease_id("T1", head.inc, seq), till="T1", member=member, unit=UNIT, granted=10,
        backing=(Backing(lot="seed", points=10, born=1),),
    )  # fmt: skip


LINES = {
    "a page of HTML": (whole(b"<html>Welcome</html>", kind="text/html"), "nonsense", "nonsense"),
    "HTML called JSON": (whole(b"<html>Welcome</html>"), "nonsense", "nonsense"),
    "the right words under another type": (whole(b'{"wm":1}', kind="text/plain"), "nonsense", "nonsense"),
    "nothing at all under 200": (whole(b""), "nonsense", "nonsense"),
    "brackets without end": (whole(b"[" * 500_000), "nonsense", "nonsense"),
    "objects without end": (whole(b'{"changes":' * 100_000), "nonsense", "nonsense"),
    "a lone surrogate": (whole(b'{"hash":"\\ud800"}'), "nonsense", "nonsense"),
    "a giant integer": (whole(b'{"wm":' + b"9" * 10_000 + b"}"), "nonsense", "nonsense"),
    "an answer of 204": (whole(b"", status="204 No Content"), "nonsense", "nonsense"),
    "a gzip bomb": (whole(gzip.compress(b"0" * 20_000_000), headers="Content-Encoding: gzip\r\n"), "nonsense", "answer-too-large"),
    "a gzip that is none": (whole(b"no gzip", headers="Content-Encoding: gzip\r\n"), "away", "cut"),
    "an answer without end": (whole(b"0" * 300_000), "nonsense", "answer-too-large"),
    "an endless drip": (dripping, "away", "timeout"),
    "chunks that are none": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", "away", "cut"),
    "a silent truncation": (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", "away", "cut"),
    "headers without end": (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n", "away", "cut"),
    "a header without end": (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", "away", "cut"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "away", "cut"),
    "silence": (b"", "away", "cut"),
    "401 for everything": (whole(b"{}", status="401 Unauthorized"), "refused", "refused"),
    "403 without words": (whole(b"", status="403 Forbidden"), "refused", "refused"),
    "404 for everything": (whole(b"Not found", status="404 Not Found", kind="text/html"), "refused", "refused"),
    "410 for everything": (whole(b"{}", status="410 Gone"), "refused", "refused"),
    "500 for everything": (whole(b"{}", status="500 Oops"), "away", "server"),
    "599 for everything": (whole(b"{}", status="599 Oops"), "away", "server"),
    "a problem that is a page": (whole(b'{"type":"<script>","detail":"\\u001b[2J"}', status="400 Bad"), "refused", " [2J"),
    "come again in a year": (whole(b"{}", status="503 Busy", headers=f"Retry-After: {YEAR_S}\r\n"), "busy", "busy"),
    "come again in 2999": (whole(b"{}", status="503 Busy", headers="Retry-After: Tue, 01 Jan 2999 00:00:00 GMT\r\n"), "busy", "busy"),
    "come again never": (whole(b"{}", status="429 Slow", headers="Retry-After: -1\r\n"), "busy", "busy"),
    "a cookie and a clock of 1999": (
        whole(b"{}", status="401 No", headers="Set-Cookie: a=b\r\nDate: Fri, 31 Dec 1999 23:59:59 GMT\r\n"), "refused", "refused",
    ),
}  # fmt: skip
"""name -> (the answer's bytes or a script, kind, code) of a push."""


def doctored(text: str, old: str, new: str) -> bytes:
    assert old in text
    return text.replace(old, new, 1).encode()


REFUSED = {
    "a watermark beyond what was sent": (lambda _: {"wm": 10**6, "hash": "0" * 64}, "fork", "rolled-back"),
    "a watermark beyond all numbers": (lambda _: {"wm": 2**63 - 1}, "suspect", "impossible"),
    "a negative watermark": (lambda _: {"wm": -1}, "suspect", "impossible"),
    "a watermark that shrank": (lambda head: {"wm": head.first - 2, "hash": head.prev}, "suspect", "watermark-shrank"),
    "another hash": (lambda _: {"hash": "f" * 64}, "suspect", "hash-differs"),
    "a hash that is none": (lambda _: {"hash": "../../etc"}, "suspect", "hash-differs"),
    "more durable than applied": (lambda head: {"durable": head.last + 1}, "suspect", "impossible"),
    "an older epoch": (lambda _: {"epoch": 0}, "suspect", "old-epoch"),
    "an epoch that leaps": (lambda _: {"epoch": 5000}, "suspect", "impossible"),
    "a negative epoch": (lambda _: {"epoch": -1}, "suspect", "impossible"),
    "a moment no calendar has": (lambda _: {"at": 2**53 - 1}, "suspect", "impossible"),
    "a fork that is none": (lambda _: {"fork": True}, "fork", "fork"),
}
"""name -> (what it changes of the right answer, kind, code): refused whole."""


def wrong_grant(**changes):
    def changed(head, key, member):
        seq = head.pending_wants[0]
        wrong = dict(changes)
        signer = wrong.pop("signer", key)
        grant = msgspec.structs.replace(grant_of(head, seq, member), **wrong)
        return {"leases": [LeaseAnswer(seq, grant=sign_grant(signer, grant) if signer else grant)]}

    return changed


def of(points, **more):
    return {"granted": points, "backing": (Backing(**{"lot": "seed", "points": points, "born": 1} | more),)}


UNBELIEVED = {
    "a grant larger than wished": (wrong_grant(**of(11)), "bad-grant"),
    "a grant for another member": (wrong_grant(member="somebody"), "bad-grant"),
    "a grant for another till": (wrong_grant(till="T2"), "bad-grant"),
    "a grant under another id": (wrong_grant(id="0" * 64), "bad-grant"),
    "a grant of another unit": (wrong_grant(unit="points:other"), "bad-grant"),
    "a grant without a signature": (wrong_grant(signer=None), "bad-grant"),
    "a grant signed by another hub": (wrong_grant(signer=Signer(b"x" * 32)), "bad-grant"),
    "a grant of nothing": (wrong_grant(granted=0, backing=()), "bad-grant"),
    "a grant of less than nothing": (wrong_grant(**of(-5)), "bad-grant"),
    "a grant backed by less": (wrong_grant(granted=10, backing=(Backing(lot="seed", points=5, born=1),)), "bad-grant"),
    "a grant backed by one lot twice": (
        wrong_grant(backing=(Backing(lot="seed", points=5, born=1), Backing(lot="seed", points=5, born=1))), "bad-grant"
    ),
    "a grant backed until no day": (wrong_grant(**of(10, expires_on="2026-13-41")), "bad-grant"),
    "a grant until after all clocks": (wrong_grant(until=2**60), "bad-grant"),
    "a grant nobody wished for": (
        lambda head, key, member: {"leases": [LeaseAnswer(1, grant=sign_grant(key, grant_of(head, 1, member)))]}, "foreign-lease"
    ),
    "a refusal nobody asked for": (lambda *_: {"leases": [LeaseAnswer(10**9, refused="nothing")]}, "foreign-lease"),
    "verdicts on what was not sent": (
        lambda head, *_: {"exceptions": [Verdict(head.last + 5, "quarantined"), Verdict(0, "duplicate")], "leases": []},
        "foreign-verdict",
    ),
    "a programme with a bad signature": (
        lambda head, *_: {"leases": [], "changes": Changes(cursor=head.cursor, programme="x", programme_signature="AAAA")},
        "programme-signature",
    ),
}  # fmt: skip
"""name -> (what it changes of the right answer, doubt): the marks are taken, the doubtful part is not."""

NEWER = MemberState(member="new", rev=2, lots=(Lot(id="l", unit=UNIT, points=5, left=5, born=1),))
OTHER_KEY = Signer(b"x" * 32)
PAGES = {
    "no cursor": ({"cursor": ""}, "cursor-empty"),
    "a cursor that shrinks": ({"cursor": "1:0:0:0"}, "cursor-shrank"),
    "a cursor of an older epoch": ({"cursor": "0:9:9:9"}, "cursor-shrank"),
    "a cursor with less in it": ({"cursor": "1:9"}, "cursor-shrank"),
    "a cursor that leaps": ({"cursor": "1:999999999:0:0"}, "cursor-leapt"),
    "a cursor that leaps an epoch": ({"cursor": "5000:9:0:0"}, "cursor-leapt"),
    "a cursor that leaps over programmes": ({"cursor": "1:9:999999999:0"}, "cursor-leapt"),
    "a programme nobody signed": ({"programme": "x"}, "programme-signature"),
    "a programme of another hub": ({"programme": "x", "programme_signature": sign_programme(OTHER_KEY, "x")}, "programme-signature"),
    "an empty programme": ({"programme": "", "programme_signature": sign_programme(OTHER_KEY, "")}, "programme-signature"),
    "a moment before all clocks": ({"at": -1}, "bad-time"),
    "a moment no page of a calendar has": ({"at": 2**62}, "bad-time"),
}  # fmt: skip
"""name -> (what it changes of the right page, doubt): refused whole."""

STATES = {
    "a lot of less than nothing": ({"lots": [{"id": "x", "unit": UNIT, "points": -5, "left": -5, "born": 1}]}, "bad-lot"),
    "a lot with more left than it had": ({"lots": [{"id": "x", "unit": UNIT, "points": 5, "left": 50, "born": 1}]}, "bad-lot"),
    "points beyond all shops": ({"lots": [{"id": "x", "unit": UNIT, "points": 2**60, "left": 2**60, "born": 1}]}, "bad-lot"),
    "a lot that expires on no day": (
        {"lots": [{"id": "x", "unit": UNIT, "points": 5, "left": 5, "born": 1, "expires_on": "2026-02-31"}]}, "bad-day",
    ),
    "an absurd revision": ({"rev": 2**62}, "bad-rev"),
    "a revision before all": ({"rev": -1}, "bad-rev"),
    "a negative debt": ({"debt": {UNIT: -100}}, "bad-figure"),
    "a negative lease": ({"leased": {UNIT: -100}}, "bad-figure"),
    "a birthday on no day": ({"birthday": "99-99"}, "bad-day"),
    "a name without end": ({"name": "n" * 5000}, "too-much"),
    "figures in words": ({"debt": {UNIT: "much"}}, "undecodable"),
    "a revision in words": ({"rev": "new"}, "undecodable"),
    "lots that are none": ({"lots": [7]}, "undecodable"),
}  # fmt: skip
"""name -> (what is wrong with the known member's new state, why it is put aside)."""


def page_with(member: str, wrong: dict, cursor: str) -> bytes:
    """A page in which one state is wrong and one is good."""
    states = [{"member": member, "rev": 2} | wrong, msgspec.to_builtins(NEWER)]
    return json.dumps({"cursor": cursor, "members": states, "at": NOW}).encode()
