"""A hub that is asked for too much, over real sockets: it sheds early and says when to come again, and a till comes back as told."""

import contextlib
import random
import selectors
import threading
import time

import msgspec
import pytest
from hostile_answers import whole
from httpd import read_reply
from raw_server import RawServer
from served_hub import ServedHub, body_of, problem
from small_hub import HUB_KEY, TILL, MemoryOutbox

from sync.calls import HubCalls
from sync.client import SyncClient
from sync.hub.intake import MOST
from sync.retry import TRIP_AFTER
from sync.signing import Signer, Verifier
from sync.transport import HttpTransport, Limits

TILLS = 100


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    hub = ServedHub(tmp_path_factory.mktemp("hub"))
    for n in range(TILLS):
        hub.enrol(f"t{n}")
    yield hub
    hub.audit()
    hub.stop()


def request(hub, pen):
    """A whole signed push as bytes."""
    body = body_of(*pen.batch(first=1))
    headers = hub.signed("POST", "/v1/push", body, till=pen.till) | {"Content-Length": str(len(body))}
    lines = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    return f"POST /v1/push HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n{lines}\r\n".encode() + body


def pen_of(hub, n, inc):
    pen = hub.pen(f"t{n}", inc=inc)
    pen.sale(f"m{n}", earn=1)
    return pen


@contextlib.contextmanager
def stuck(hub):
    """The hub's writer does nothing meanwhile, as on a disk that hangs."""
    go_on = threading.Event()
    hub.service._writer.submit(go_on.wait)
    try:
        yield
    finally:
        go_on.set()


def answered_first(lines, count):
    """The first so many answers, by line."""
    replies = {}
    with selectors.DefaultSelector() as ready:
        for line in lines:
            ready.register(line, selectors.EVENT_READ)
        while len(replies) < count:
            found = ready.select(20)
            assert found, "no answer"
            for key, _ in found:
                replies[key.fileobj] = read_reply(key.fileobj)
                ready.unregister(key.fileobj)
    return replies


def test_pushes_beyond_what_fits_are_shed_at_once_and_come_through_later(hub):
    pens = [pen_of(hub, n, 1) for n in range(TILLS)]
    lines = []
    with stuck(hub):
        for pen in pens:
            lines.append(hub.connect())
            lines[-1].sendall(request(hub, pen))
        # The first answers can only be refusals: nothing was written yet.
        shed = answered_first(lines, TILLS - MOST)
        assert {problem(reply) for reply in shed.values()} == {(503, "hub-busy")}
        assert {reply.json["retryable"] for reply in shed.values()} == {True}
        assert all(int(reply.headers["retry-after"]) >= 1 for reply in shed.values())
        assert hub.ask("GET", "/v1/health").status == 200
    assert {read_reply(line).status for line in lines if line not in shed} == {200}
    for line in lines:
        line.close()
    for line, pen in zip(lines, pens, strict=True):
        if line in shed:
            assert hub.raw(request(hub, pen)).status == 200
    assert hub.sql("SELECT count(*) FROM watermark WHERE inc = 1 AND wm = 1") == [(TILLS,)]


def test_a_till_has_one_push_in_flight(hub):
    first, second = pen_of(hub, 1, 2), pen_of(hub, 1, 3)
    with stuck(hub), hub.connect() as line:
        line.sendall(request(hub, first))
        while not hub.service.api._intake._inside:
            time.sleep(0.01)
        assert problem(hub.raw(request(hub, second))) == (503, "hub-busy")
    while hub.service.api._intake._inside:
        time.sleep(0.01)
    assert hub.raw(request(hub, second)).status == 200


def test_slow_lorises_leave_a_push_served(hub):
    """Headers that never end, and bodies that never come, each for as long as the hub lets them."""
    pen = pen_of(hub, 2, 2)
    whole_push = request(hub, pen_of(hub, 3, 2))
    with contextlib.ExitStack() as open_:
        for _ in range(300):
            open_.enter_context(hub.connect()).sendall(b"GET /v1/health HTTP/1.1\r\nHost: hub\r\nX-Slow: ")
            open_.enter_context(hub.connect()).sendall(whole_push[:-40])
        assert hub.raw(request(hub, pen)).status == 200
        assert hub.ask("GET", "/v1/health").status == 200


def test_two_thousand_idle_connections_leave_a_push_served(hub):
    pen = pen_of(hub, 4, 2)
    with contextlib.ExitStack() as open_:
        for _ in range(2_100):
            open_.enter_context(hub.connect())
        assert hub.raw(request(hub, pen)).status == 200


class Scripted:
    """Answers each path from a list; the last answer stays."""

    def __init__(self, **answers):
        self.answers = {f"/v1/{name}": list(given) for name, given in answers.items()}
        self.asked = []

    def __call__(self, connection, request):
        path = request.split(b" ")[1].decode().partition("?")[0]
        self.asked.append(path)
        given = self.answers[path]
        connection.sendall(given.pop(0) if len(given) > 1 else given[0])


def client_of(server, outbox):
    calls = HubCalls(
        HttpTransport(server.url, monotonic=time.monotonic, limits=Limits(connect_s=2, read_s=2, total_s=4)),
        till=TILL, signer=Signer(b"\x07" * 32), now_ms=lambda: 1_795_000_000_000, nonce=iter(map(str, range(99))).__next__,
    )  # fmt: skip
    return SyncClient(outbox, calls, till=TILL, hub_key=Verifier(HUB_KEY.public), below=random.Random(1).randrange)


BUSY = whole(b"{}", status="503 Busy", kind="application/problem+json", headers="Retry-After: 7\r\n")
DOWN = whole(b"{}", status="500 Oops")
UP = whole(b'{"status":"ok"}')


@pytest.mark.parametrize(
    ("header", "least_ms"),
    [("7", 7_000), ("Mon, 30 Nov 2026 00:00:00 GMT", 0), ("Fri, 01 Jan 2027 00:00:00 GMT", 3_600_000)],
)
def test_a_till_comes_back_no_sooner_than_it_is_told(header, least_ms):
    outbox = MemoryOutbox()
    outbox.append(b"{}")
    with RawServer(Scripted(push=[BUSY.replace(b"Retry-After: 7", b"Retry-After: " + header.encode())])) as server:
        client = client_of(server, outbox)
        outcome = client.push_once(0)
        assert (outcome.kind, outcome.code, outcome.status) == ("busy", "busy", 503)
        assert least_ms <= outcome.wait_ms <= 3_601_000
        assert client.push_once(max(0, outcome.wait_ms - 1)).kind == "waiting"
        assert len(server.requests) == 1


def test_an_open_breaker_sends_a_probe_before_a_batch():
    outbox = MemoryOutbox()
    outbox.append(b"{}")
    answer = {"wm": 1, "durable": 0, "hash": outbox.rows[0][3], "epoch": 0, "at": 1_795_000_000_000}
    good = whole(msgspec.json.encode(answer))
    script = Scripted(push=[DOWN] * TRIP_AFTER + [good], health=[DOWN, DOWN, UP])
    now, kinds = 0, []
    with RawServer(script) as server:
        client = client_of(server, outbox)
        for _ in range(20):
            outcome = client.push_once(now)
            now += outcome.wait_ms
            kinds.append(outcome.kind)
            if outcome.kind == "sent":
                break
    assert script.asked == ["/v1/push"] * TRIP_AFTER + ["/v1/health"] * 3 + ["/v1/push"]
    assert kinds == ["away"] * (TRIP_AFTER + 2) + ["sent"]
    assert outbox.acked == (1, 1)
