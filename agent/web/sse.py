"""Server-sent events: one ring of recent events, any number of readers, none of them able to hold memory.

A reader keeps no queue: it remembers the last number it sent and reads on from the ring. One that was away finds what it
missed by Last-Event-ID, or is told `gap` where the ring no longer holds it and reads the whole state anew.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agent.errors import Unavailable

RING = 512
MAX_READERS = 16
BEAT_MS = 1_000
"""How often an idle stream says it lives: the page must know within 2 s that the agent is gone."""
SEND_MS = 5_000
"""A reader whose socket takes nothing for this long is dropped; it comes back by itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, encoded once for all readers."""

    number: int
    wire: bytes


class Events:
    """Publishes from any thread, is read by streams of any loop. `epoch` tells one life of the process from the next."""

    def __init__(self, epoch: str, *, ring: int = RING, beat_ms: int = BEAT_MS) -> None:
        self._epoch = epoch
        self._ring: deque[Event] = deque(maxlen=ring)
        self._lock = threading.Lock()
        self._number = 0
        self._readers: set[_Reader] = set()
        self._closed = False
        self._encode = msgspec.json.Encoder().encode
        self.beat_ms = beat_ms

    def publish(self, kind: str, data: object) -> int:
        """Append an event and wake the readers. Returns its number; cheap enough for a device's thread."""
        body = self._encode(data)
        with self._lock:
            self._number += 1
            wire = b"id: %b-%d\nevent: %b\ndata: %b\n\n" % (self._epoch.encode(), self._number, kind.encode(), body)
            self._ring.append(Event(self._number, wire))
            number, readers = self._number, tuple(self._readers)
        for reader in readers:
            reader.wake()
        return number

    def close(self) -> None:
        """End every stream, at stop."""
        with self._lock:
            self._closed = True
            readers = tuple(self._readers)
        for reader in readers:
            reader.wake()

    def stream(self, last_event_id: str = "") -> Response:
        """A response that sends what is missing since `last_event_id` and then what comes. Raises Unavailable."""
        with self._lock:
            if self._closed or len(self._readers) >= MAX_READERS:
                raise Unavailable
        return EventStream(self, last_event_id)

    def _since(self, number: int) -> tuple[list[Event], bool]:
        """Events after `number`, and whether some between are no longer held."""
        with self._lock:
            held = [event for event in self._ring if event.number > number]
            first = held[0].number if held else self._number + 1
            return held, first > number + 1

    def _start(self, reader: _Reader, last_event_id: str) -> tuple[int, bool]:
        """Let a reader in: the number it goes on from, and whether it missed something for good. Raises Unavailable."""
        epoch, _, number = last_event_id.rpartition("-")
        with self._lock:
            if self._closed or len(self._readers) >= MAX_READERS:
                raise Unavailable
            self._readers.add(reader)
            if not last_event_id:
                return self._number, False
            if epoch != self._epoch or not number.isdecimal() or len(number) > 18 or int(number) > self._number:
                return self._number, True
            return int(number), False

    def _end(self, reader: _Reader) -> None:
        with self._lock:
            self._readers.discard(reader)

    async def read(self, last_event_id: str = "") -> AsyncIterator[bytes]:
        """The stream's bytes, piece by piece; ends when closed. Raises Unavailable."""
        reader = _Reader()
        at, lost = self._start(reader, last_event_id)
        try:
            yield b"retry: 1000\nid: %b-%d\nevent: hello\ndata: {}\n\n" % (self._epoch.encode(), at)
            while not self._closed:
                events, gap = self._since(at)
                if gap or lost:
                    lost = False
                    yield b"event: gap\ndata: {}\n\n"
                if events:
                    at = events[-1].number
                    yield b"".join(event.wire for event in events)
                elif not await reader.woken(self.beat_ms):
                    yield b"event: beat\ndata: {}\n\n"
        finally:
            self._end(reader)


class _Reader:
    """A wake-up that any thread may give to one stream."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._bell = asyncio.Event()

    def wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._bell.set)
        except RuntimeError:
            # The loop is gone, and the reader with it.
            return

    async def woken(self, wait_ms: int) -> bool:
        try:
            async with asyncio.timeout(wait_ms / 1000):
                await self._bell.wait()
        except TimeoutError:
            return False
        self._bell.clear()
        return True


class EventStream(Response):
    """text/event-stream until the reader hangs up, falls behind its deadline, or the events are closed."""

    def __init__(self, events: Events, last_event_id: str) -> None:
        super().__init__(media_type="text/event-stream", headers={"cache-control": "no-store"})
        self._events = events
        self._last = last_event_id

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in self.raw_headers if name != b"content-length"]
        sending = asyncio.create_task(self._send(send, headers))
        hung_up = asyncio.create_task(_hang_up(receive))
        try:
            await asyncio.wait((sending, hung_up), return_when=asyncio.FIRST_COMPLETED)
        finally:
            hung_up.cancel()
            sending.cancel()
            await asyncio.gather(sending, hung_up, return_exceptions=True)

    async def _send(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for piece in self._events.read(self._last):
            async with asyncio.timeout(SEND_MS / 1000):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
