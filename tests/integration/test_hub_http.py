"""The hub behind real HTTP on loopback: signed calls by the till's own client code, and calls that should never pass."""

import gzip
import hashlib
import json
import subprocess
import sys
import threading
import time
from itertools import count

import pytest
import requests
import zstandard
from hub_kit import UNIT, Pen

from sync.calls import HubCalls, HubFault
from sync.hub import wiring
from sync.hub.enrolment import add_till, revoke_till
from sync.hub.settings import Listen, Settings
from sync.hub.store.steps import transaction
from sync.joining import EnrolRequest
from sync.signing import Request, Signer, Verifier, check_grant, check_programme, sign_request
from sync.transport import HttpTransport
from sync.wire import encode

SIGNER = Signer(b"\x07" * 32)
OTHER = Signer(b"\x08" * 32)


@pytest.fixture
def service(tmp_path):
    service = wiring.Service(Settings(database=str(tmp_path / "hub.db"), listen=Listen(port=0)))
    service.start()
    yield service
    assert service.stop()


@pytest.fixture
def base(service):
    return f"http://127.0.0.1:{service.address[1]}"


def on_writer(service, work):
    def step():
        with transaction(service.hub.database):
            return work(service.hub.database)

    return service._writer.call(step)


def add(service, till, store="s1"):
    return on_writer(
        service,
        lambda db: add_till(db, till, store=store, store_name="Магазин", now_ms=wiring.clock(), chance=wiring.chance),
    )


def calls_of(base, till="t1", *, signer=SIGNER, offset_ms=0, encoding="zstd"):
    nonces = count()
    return HubCalls(
        HttpTransport(base, monotonic=time.monotonic),
        till=till,
        signer=signer,
        now_ms=lambda: wiring.clock() + offset_ms,
        nonce=lambda: f"{till}-{next(nonces)}-{offset_ms}-{encoding}",
        encoding=encoding,
    )


@pytest.fixture
def calls(service, base):
    calls = calls_of(base)
    calls.enrol(EnrolRequest(code=add(service, "t1"), till="t1", public_key=SIGNER.public))
    return calls


def pen_of(till="t1"):
    return Pen(till, clock=wiring.clock)


def test_enrol_push_lease_and_changes(service, base, calls):
    pen = pen_of()
    pen.boot()
    pen.sale("m1", earn=500, lot="a")
    pen.want("m1", 300)
    answer = calls.push(*pen.batch())
    assert (answer.wm, answer.hash) == (3, pen.hashes[3])
    grant = answer.leases[0].grant
    assert (grant.granted, grant.unit) == (300, UNIT)
    assert check_grant(Verifier(service.hub.keys.signer.public), grant)
    news = calls.changes("")
    assert news.members[0].leased == {UNIT: 300}
    assert news.members[0].applied == {"t1/1": 3}


@pytest.mark.parametrize("encoding", ["zstd", "gzip", ""])
def test_every_encoding(base, calls, encoding):
    pen = pen_of()
    pen.sale("m1", earn=5)
    assert calls_of(base, encoding=encoding).push(*pen.batch()).wm == 1


def test_a_code_serves_one_key(service, base):
    code = add(service, "t1")
    first = calls_of(base).enrol(EnrolRequest(code=code.lower(), till="t1", public_key=SIGNER.public))
    assert (first.till, first.store, first.store_name, first.epoch, first.incarnation) == ("t1", "s1", "Магазин", 1, 0)
    assert bytes.fromhex(first.programme_key) == service.hub.keys.programme_key
    again = calls_of(base).enrol(EnrolRequest(code=code, till="t1", public_key=SIGNER.public))
    assert again.hub_key == first.hub_key
    for request in (
        EnrolRequest(code=code, till="t1", public_key=OTHER.public),
        EnrolRequest(code="WRONG-CODE", till="t1", public_key=SIGNER.public),
        EnrolRequest(code=code, till="t2", public_key=SIGNER.public),
    ):
        with pytest.raises(HubFault) as refused:
            calls_of(base).enrol(request)
        assert (refused.value.status, refused.value.problem) == (403, "enrol-refused")


def test_a_wrong_clock_is_corrected_from_the_answer(base, calls):
    pen = pen_of()
    pen.sale("m1", earn=5)
    wrong = calls_of(base, offset_ms=-20 * 365 * 86_400_000)
    assert wrong.push(*pen.batch()).wm == 1


def test_a_revoked_till_is_refused_and_its_facts_wait(service, base, calls):
    pen = pen_of()
    pen.sale("m1", earn=5)
    on_writer(service, lambda db: revoke_till(db, "t1", now_ms=wiring.clock()))
    with pytest.raises(HubFault) as refused:
        calls.push(*pen.batch())
    assert (refused.value.status, refused.value.problem, refused.value.code) == (403, "till-revoked", "refused")
    calls_of(base).enrol(EnrolRequest(code=add(service, "t1"), till="t1", public_key=SIGNER.public))
    assert calls.push(*pen.batch(first=1)).wm == 1


def test_a_poll_sleeps_until_another_till_pushes(service, base, calls):
    calls_of(base, "t2", signer=OTHER).enrol(EnrolRequest(code=add(service, "t2"), till="t2", public_key=OTHER.public))
    waiting = calls_of(base, "t2", signer=OTHER)
    cursor = waiting.changes("").cursor
    found = []
    poll = threading.Thread(target=lambda: found.append(waiting.changes(cursor, wait_s=20)))
    poll.start()
    pen = pen_of()
    pen.sale("m1", earn=5)
    calls.push(*pen.batch())
    poll.join(15)
    assert [member.member for member in found[0].members] == ["m1"]


def test_a_poll_hears_of_what_another_process_publishes(service, base, calls, tmp_path):
    cursor = calls.changes("").cursor
    found = []
    poll = threading.Thread(target=lambda: found.append(calls.changes(cursor, wait_s=20)))
    poll.start()
    path = tmp_path / "p.toml"
    path.write_text('[programme]\nid = "p"\nversion = 1\ncurrency = "RUB"\ntimezone = "Asia/Omsk"\n')
    command = [
        sys.executable,
        "-m",
        "sync.hub.cli",
        "--database",
        str(tmp_path / "hub.db"),
        "programme",
        "publish",
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    poll.join(25)
    assert found[0].programme == path.read_text()
    assert check_programme(Verifier(service.hub.keys.signer.public), found[0].programme, found[0].programme_signature)


def test_two_tills_push_at_once(service, base, calls):
    """Four writers, one member: every record once, the sum exact."""
    signers = {f"w{n}": Signer(bytes([n]) * 32) for n in range(1, 5)}
    for till, signer in signers.items():
        calls_of(base, till, signer=signer).enrol(
            EnrolRequest(code=add(service, till), till=till, public_key=signer.public)
        )

    def write(till):
        line, pen = calls_of(base, till, signer=signers[till]), pen_of(till)
        for _ in range(10):
            for _ in range(5):
                pen.sale("m1", earn=1)
            head, lines = pen.batch()
            for _ in range(2):
                assert line.push(head, lines).wm == head.last

    writers = [threading.Thread(target=write, args=[till]) for till in signers]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    state = calls.changes("").members[0]
    assert sum(lot.left for lot in state.lots) == 4 * 10 * 5


def test_stopping_ends_a_poll(service, base, calls):
    cursor = calls.changes("").cursor
    found = []
    poll = threading.Thread(target=lambda: found.append(calls.changes(cursor, wait_s=25)))
    poll.start()
    while not service._bell._sleepers:
        time.sleep(0.01)
    service._bell.close()
    poll.join(10)
    assert found[0].members == ()


def signed(path, body=b"", *, method="POST", signer=SIGNER, till="t1", nonce="n", now_ms=None, **headers):
    now_ms = wiring.clock() if now_ms is None else now_ms
    return {**sign_request(signer, Request(method, path, body), till=till, now_ms=now_ms, nonce=nonce), **headers}


def good_push(earn=5):
    pen = pen_of()
    pen.sale("m1", earn=earn)
    head, lines = pen.batch()
    return b"\n".join((encode(head), *lines)) + b"\n"


BOMB = gzip.compress(b"0" * (9 * 1024 * 1024))
HOSTILE = {
    "no signature": lambda: (good_push(), {}, 401, "signature-missing"),
    "nobody's till": lambda: (good_push(), signed("/v1/push", good_push(), till="t9"), 401, "till-unknown"),
    "a huge till": lambda: (b"", signed("/v1/push", till="t" * 81), 401, "signature-missing"),
    "another key": lambda: (good_push(), signed("/v1/push", good_push(), signer=OTHER), 401, "signature-refused"),
    "another body": lambda: (good_push(6), signed("/v1/push", good_push()), 401, "signature-refused"),
    "another path": lambda: (b"x", signed("/v1/changes", b"x"), 401, "signature-refused"),
    "another method": lambda: (b"x", signed("/v1/push", b"x", method="GET"), 401, "signature-refused"),
    "yesterday": lambda: (b"x", signed("/v1/push", b"x", now_ms=wiring.clock() - 86_400_000), 401, "clock-off"),
    "no time": lambda: (b"x", signed("/v1/push", b"x") | {"Kopilka-Time": "soon"}, 401, "signature-missing"),
    "no base64": lambda: (b"x", signed("/v1/push", b"x") | {"Kopilka-Signature": "***"}, 401, "signature-refused"),
    "empty": lambda: (b"", signed("/v1/push"), 400, "push-refused"),
    "no json": lambda: (b"{", signed("/v1/push", b"{"), 400, "push-refused"),
    "a head of a list": lambda: (b"[]\n", signed("/v1/push", b"[]\n"), 400, "push-refused"),
    "brackets": lambda: (b"[" * 9999, signed("/v1/push", b"[" * 9999), 400, "push-refused"),
    "no utf-8": lambda: (b'{"v":"\xff"}', signed("/v1/push", b'{"v":"\xff"}'), 400, "push-refused"),
    "gzip that is none": lambda: (b"x", signed("/v1/push", b"x", **{"Content-Encoding": "gzip"}), 400, "push-refused"),
    "zstd that is none": lambda: (b"x", signed("/v1/push", b"x", **{"Content-Encoding": "zstd"}), 400, "push-refused"),
    "cut gzip": lambda: (BOMB[:99], signed("/v1/push", BOMB[:99], **{"Content-Encoding": "gzip"}), 400, "push-refused"),
    "a gzip bomb": lambda: (BOMB, signed("/v1/push", BOMB, **{"Content-Encoding": "gzip"}), 413, "too-large"),
    "a zstd bomb": lambda: (
        zstandard.compress(b"0" * (9 * 1024 * 1024)),
        signed("/v1/push", zstandard.compress(b"0" * (9 * 1024 * 1024)), **{"Content-Encoding": "zstd"}),
        413,
        "too-large",
    ),
    "brotli": lambda: (b"x", signed("/v1/push", b"x", **{"Content-Encoding": "br"}), 415, "encoding-unknown"),
    "too large": lambda: (b"x" * 1_048_577, signed("/v1/push", b"x"), 413, "too-large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pushes_are_refused_and_change_nothing(service, base, calls, name):
    body, headers, status, problem = HOSTILE[name]()
    before = hashlib.sha256(_dump(service)).hexdigest()
    answer = requests.post(f"{base}/v1/push", data=body, headers=headers, timeout=10)
    said = answer.json()
    assert (answer.status_code, said["type"]) == (status, f"urn:kopilka:problem:{problem}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["retryable"] is False
    assert said["detail"]
    assert hashlib.sha256(_dump(service)).hexdigest() == before


def _dump(service):
    return service._writer.call(lambda: "\n".join(service.hub.database.connection().iterdump()).encode())


def test_a_request_is_answered_once(base, calls):
    body = good_push()
    headers = signed("/v1/push", body, nonce="once")
    assert requests.post(f"{base}/v1/push", data=body, headers=headers, timeout=10).status_code == 200
    again = requests.post(f"{base}/v1/push", data=body, headers=headers, timeout=10)
    assert (again.status_code, again.json()["type"]) == (401, "urn:kopilka:problem:request-repeated")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("cursor=&wait=0", 200),
        ("wait=26", 400),
        ("wait=-1", 400),
        ("wait=x", 400),
        ("other=1", 400),
        ("cursor=" + "1" * 101, 400),
    ],
)
def test_odd_polls(base, calls, query, status):
    path = f"/v1/changes?{query}"
    answer = requests.get(base + path, headers=signed(path, method="GET", nonce=query[:80]), timeout=10)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"code":"x"}',
        b"x" * 5000,
        json.dumps({"code": "ABCD", "till": "t1", "public_key": "0" * 63}).encode(),
    ],
)
def test_odd_enrolments(base, service, body):
    answer = requests.post(f"{base}/v1/enrol", data=body, headers={"Content-Type": "application/json"}, timeout=10)
    assert answer.status_code in (400, 413)
    assert answer.headers["content-type"] == "application/problem+json"


def test_enrolment_is_rate_limited(base, service):
    body = json.dumps({"code": "ABCDEF", "till": "t1", "public_key": "0" * 64})
    codes = [
        requests.post(
            f"{base}/v1/enrol", data=body, headers={"Content-Type": "application/json"}, timeout=10
        ).status_code
        for _ in range(31)
    ]
    assert codes == [403] * 30 + [429]


def test_health_and_the_document_need_no_signature(base, service):
    assert requests.get(f"{base}/v1/health", timeout=10).json()["status"] == "ok"
    document = requests.get(f"{base}/v1/openapi.json", timeout=10).json()
    assert set(document["paths"]) == {
        "/v1/push",
        "/v1/changes",
        "/v1/enrol",
        "/v1/health",
        "/v1/openapi.json",
        "/v1/fill",
        "/v1/fill/{sha256}",
        "/v1/rotate",
    }
    assert requests.get(f"{base}/v1/other", timeout=10).status_code == 401
