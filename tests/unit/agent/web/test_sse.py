import asyncio
import contextlib
import threading
import time

import pytest
from httpd import PAGE, serving

from agent.errors import Unavailable
from agent.web import sse
from agent.web.routes import Route
from agent.web.sse import Events


async def take(stream, count: int) -> list[bytes]:
    pieces: list[bytes] = []
    async with contextlib.aclosing(stream):
        async for piece in stream:
            pieces += [part for part in piece.split(b"\n\n") if part]
            if len(pieces) >= count:
                return pieces
    return pieces


def names(pieces: list[bytes]) -> list[str]:
    return [
        line.decode().removeprefix("event: ")
        for piece in pieces
        for line in piece.split(b"\n")
        if line.startswith(b"event")
    ]


def test_a_reader_gets_what_comes_after_it():
    async def run():
        events = Events("e1")
        events.publish("scan", {"n": 1})
        stream = events.read()
        first = await anext(stream)
        events.publish("sale", {"a": "б\n"})
        rest = await take(stream, 1)
        return first, rest

    first, rest = asyncio.run(run())
    assert first == b"retry: 1000\nid: e1-1\nevent: hello\ndata: {}\n\n"
    assert rest == ['id: e1-2\nevent: sale\ndata: {"a":"б\\n"}'.encode()]


def test_what_was_missed_is_sent_by_the_last_id():
    async def run():
        events = Events("e1")
        for number in range(5):
            events.publish("scan", number)
        return await take(events.read("e1-3"), 3)

    assert [piece.splitlines()[-1] for piece in asyncio.run(run())] == [b"data: {}", b"data: 3", b"data: 4"]


@pytest.mark.parametrize("last", ["e0-3", "e1-99", "e1-x", "nonsense", "-", "e1-" + "9" * 50])
def test_an_id_of_another_life_is_a_gap(last):
    async def run():
        events = Events("e1")
        events.publish("scan", 1)
        return await take(events.read(last), 2)

    assert names(asyncio.run(run())) == ["hello", "gap"]


def test_what_the_ring_no_longer_holds_is_a_gap():
    async def run():
        events = Events("e1", ring=3)
        for number in range(10):
            events.publish("scan", number)
        return await take(events.read("e1-2"), 5), await take(events.read("e1-7"), 4)

    lost, kept = asyncio.run(run())
    assert names(lost) == ["hello", "gap", "scan", "scan", "scan"]
    assert names(kept) == ["hello", "scan", "scan", "scan"]


def test_an_idle_stream_says_that_it_lives():
    assert names(asyncio.run(take(Events("e1", beat_ms=5).read(), 3))) == ["hello", "beat", "beat"]


def test_readers_are_bounded_and_their_places_come_back():
    async def run():
        events = Events("e1")
        streams = [events.read() for _ in range(sse.MAX_READERS)]
        for stream in streams:
            await anext(stream)
        with pytest.raises(Unavailable):
            events.stream()
        with pytest.raises(Unavailable):
            await anext(events.read())
        await streams[0].aclose()
        await anext(events.read())
        events.close()
        with pytest.raises(Unavailable):
            events.stream()

    asyncio.run(run())


def test_publishing_from_many_threads_loses_nothing():
    async def run():
        events = Events("e1")
        stream = events.read()
        await anext(stream)
        threads = [threading.Thread(target=lambda: [events.publish("scan", 0) for _ in range(100)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        pieces = await take(stream, 400)
        for thread in threads:
            thread.join()
        return [int(piece.split(b"\n")[0].rpartition(b"-")[2]) for piece in pieces]

    assert asyncio.run(run()) == list(range(1, 401))


def test_publishing_after_the_readers_loop_ended_is_harmless():
    events = Events("e1")

    async def run():
        stream = events.read()
        await anext(stream)
        return stream

    loop = asyncio.new_event_loop()
    stream = loop.run_until_complete(run())
    loop.close()
    assert events.publish("scan", 1) == 1
    del stream


def open_stream(site, last: str = ""):
    line = site.connect()
    more = f"Last-Event-ID: {last}\r\n" if last else ""
    line.sendall(
        f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nCookie: kopilka_page={PAGE}\r\n{more}\r\n".encode()
    )
    return line


def until(line, mark: bytes) -> bytes:
    data = b""
    while mark not in data:
        piece = line.recv(65536)
        if not piece:
            break
        data += piece
    return data


async def follow(call):
    return call.body.stream(call.headers.get("last-event-id", ""))


def events_route(events: Events) -> Route:
    async def handler(call):
        return events.stream(call.headers.get("last-event-id", ""))

    return Route(
        method="GET", path="/v1/events", scopes=("page",), handler=handler, summary="Events", media="text/event-stream"
    )


def test_a_page_follows_over_a_real_socket_and_resumes():
    events = Events("e1", beat_ms=50)
    with serving([events_route(events)], on_stop=events.close) as site:
        with open_stream(site) as line:
            head = until(line, b"hello")
            assert b"content-type: text/event-stream" in head
            assert b"content-length" not in head
            events.publish("scan", {"kind": "member"})
            assert b'event: scan\ndata: {"kind":"member"}' in until(line, b"member")
        events.publish("sale", 2)
        with open_stream(site, "e1-1") as line:
            assert b"id: e1-2" in until(line, b"event: sale")
        # Stopping with an open stream ends it at once.
        line = open_stream(site)
        until(line, b"hello")
        began = time.monotonic()
        assert site.server.stop()
        assert time.monotonic() - began < 1.5
        assert until(line, b"never") is not None
        line.close()


def test_a_reader_that_hangs_up_leaves_its_place():
    events = Events("e1", beat_ms=20)
    with serving([events_route(events)], on_stop=events.close) as site:
        for _ in range(sse.MAX_READERS * 2):
            with open_stream(site) as line:
                assert b"hello" in until(line, b"hello")
            while events._readers:
                time.sleep(0.005)


def test_a_reader_that_takes_nothing_is_dropped(monkeypatch):
    monkeypatch.setattr(sse, "SEND_MS", 200)
    events = Events("e1", beat_ms=20)
    with serving([events_route(events)], on_stop=events.close) as site:
        with open_stream(site) as line:
            until(line, b"hello")
            while events._readers:
                events.publish("scan", "x" * 100_000)
                time.sleep(0.002)
