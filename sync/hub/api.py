"""The hub's HTTP calls: a thin skin over Hub. Pushes wait for the writer in a group, enrolments run on it, look-ups on the reader,
polls sleep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta
from starlette.types import ASGIApp

from agent.errors import (
    BadRequest,
    CorruptDatabase,
    Forbidden,
    StorageBroken,
    TooLarge,
    TooMany,
    Unauthorised,
    Unavailable,
)
from agent.web.app import Setting, build_app
from agent.web.openapi import Proof, openapi
from agent.web.routes import FREE, Call, Route
from agent.web.wake import Bell
from sync.hub.door import SCOPE, Door
from sync.hub.fill_api import fill_routes
from sync.hub.hub import Hub
from sync.hub.intake import Intake
from sync.hub.reception import BadPush
from sync.hub.store.tills import Till
from sync.hub.unpack import PLAIN_BYTES
from sync.joining import EnrolAnswer, EnrolRequest, RotateAnswer, RotateRequest
from sync.signing import HEADERS
from sync.wire import CURSOR_SIGNS, Changes, Head, PushAnswer

MAX_WAIT_S = 25
GATHER_S = 2.0
"""Members' news that follows other news is gathered for so long: in a busy chain each push would wake every till, a thousand answers a
sale. A lease asked back and a programme wait for nothing.
"""
LOOK_S = 0.5
"""How often a poll looks by itself: a command in another process publishes without ringing this one's bell."""
DEADLINE_MS = (MAX_WAIT_S + 10) * 1000
MAX_IN_FLIGHT = 2_000
"""Sleeping polls count; each is a task of a few kilobytes."""
ENROLMENTS_A_MINUTE = 30

SIGNED = Proof(
    schemes={name: {"type": "apiKey", "in": "header", "name": name} for name in HEADERS},
    needed=HEADERS,
)
"""docs/protocol.md says what stands in the four headers."""

T = TypeVar("T")
Push = Callable[[str, Head, Sequence[bytes]], Awaitable[PushAnswer]]
"""The till that signed it, head, records; answered when it is durable."""
_head = msgspec.json.Decoder(Head)


class Health(msgspec.Struct, frozen=True):
    """The hub answers; `at` is its clock, UTC ms."""

    status: str
    epoch: int
    at: int
    engine: str
    """sqlite or postgresql."""


class Poll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a till has read to, and how long (seconds) it would wait for news."""

    cursor: Annotated[str, Meta(max_length=CURSOR_SIGNS)] = ""
    wait: Annotated[int, Meta(ge=0, le=MAX_WAIT_S)] = 0


class RotateCall(RotateRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /v1/rotate."""


class EnrolCall(EnrolRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /v1/enrol."""


@dataclass(frozen=True, slots=True)
class Threads:
    """Where the hub's work runs: one writer, one reader, each with its own connection."""

    writer: Executor
    reader: Executor


class Api:
    """Handlers of one hub."""

    def __init__(
        self,
        hub: Hub,
        threads: Threads,
        bell: Bell,
        *,
        push: Push,
        intake: Intake,
        on_broken: Callable[[], None] = lambda: None,
    ) -> None:
        """`push` brings a batch to the writer. `on_broken` is told when the disk failed under a write: the process is to end
        and heal at its next start.
        """
        self._push = push
        self._intake = intake
        self._on_broken = on_broken
        self._hub = hub
        self._threads = threads
        self._bell = bell
        self._enrolments: list[int] = []
        self._document: dict[str, Any] = {}

    def app(self) -> ASGIApp:
        """The whole application, its door included."""
        routes = self.routes()
        self._document = openapi(routes, title="kopilka-hub", version="1", proof=SIGNED)
        setting = Setting(executor=self._threads.writer, deadline_ms=DEADLINE_MS, max_in_flight=MAX_IN_FLIGHT)
        free = frozenset(route.path for route in routes if route.scopes == FREE)
        app = build_app(routes, setting)
        return Door(app, free=free, find=self.find_till, clock=self._hub.clock, intake=self._intake)

    def routes(self) -> list[Route]:
        """One table for the application and its OpenAPI document."""
        fills = fill_routes(self._hub.fills) if self._hub.fills is not None else []
        return [*self._signed(), *self._keys(), *fills, *self._free()]

    def _signed(self) -> list[Route]:
        return [
            Route(
                method="POST",
                path="/v1/push",
                scopes=(SCOPE,),
                handler=self.push,
                summary="Records of a till's journal: one line of head, then the records' own bytes, one a line",
                request=bytes,
                max_bytes=PLAIN_BYTES,
                answer=PushAnswer,
                faults=(BadRequest, Forbidden, TooLarge, Unavailable),
            ),
            Route(
                method="GET",
                path="/v1/changes",
                scopes=(SCOPE,),
                handler=self.changes,
                summary="Members, programme and recalls since a cursor; waits for news when there is none",
                query=Poll,
                answer=Changes,
                faults=(Unauthorised,),
            ),
        ]

    def _keys(self) -> list[Route]:
        return [
            Route(
                method="POST",
                path="/v1/rotate",
                scopes=(SCOPE,),
                handler=self.rotate,
                summary="A till changes its key; signed by the old one, or, asked again, by the new",
                request=RotateCall,
                answer=RotateAnswer,
                max_bytes=4096,
            ),
        ]

    def _free(self) -> list[Route]:
        return [
            Route(
                method="POST",
                path="/v1/enrol",
                scopes=FREE,
                handler=self.enrol,
                summary="A till joins by its one-time code",
                request=EnrolCall,
                answer=EnrolAnswer,
                max_bytes=4096,
                faults=(Forbidden, TooMany),
            ),
            Route(
                method="GET",
                path="/v1/health",
                scopes=FREE,
                handler=self.health,
                summary="The cheap probe",
                answer=Health,
            ),
            Route(
                method="GET",
                path="/v1/openapi.json",
                scopes=FREE,
                handler=self.openapi,
                summary="This document",
                answer=dict[str, Any],
            ),
        ]

    async def find_till(self, name: str) -> Till | None:
        return await self._read(self._hub.till, name)

    async def push(self, call: Call[bytes, Any]) -> PushAnswer:
        """Raises BadPush, TooLarge, Forbidden, Unauthorised, Unavailable (too many at once); storage errors."""
        head, lines = parse_push(call.body)
        try:
            with self._intake.place(call.caller.name):
                answer = await self._push(call.caller.name, head, lines)
        except (StorageBroken, CorruptDatabase):
            self._on_broken()
            raise
        if lines or answer.leases:
            self._bell.ring()
        return answer

    async def changes(self, call: Call[None, Poll]) -> Changes:
        """At once when there is something new, or when `wait` is over."""
        till, poll = call.caller.name, call.query
        loop = asyncio.get_running_loop()
        until = loop.time() + poll.wait
        gathered = loop.time() + GATHER_S
        with self._bell.sleeper() as sleeper:
            while loop.time() < until and not self._bell.closed:
                news = await self._read(self._hub.moved, poll.cursor)
                if news == "pressing" or (news and loop.time() >= gathered):
                    break
                ends = min(until, gathered) if news else until
                await sleeper.sleep(min(LOOK_S, max(0.0, ends - loop.time())))
        return await self._read(self._hub.changes, till, poll.cursor)

    def rotate(self, call: Call[RotateCall, None]) -> RotateAnswer:
        """On the writer's thread. Raises Forbidden, Unauthorised."""
        return self._hub.rotate(call.caller.name, call.body)

    def enrol(self, call: Call[EnrolCall, None]) -> EnrolAnswer:
        """On the writer's thread. Raises Forbidden, TooMany."""
        now_ms = self._hub.clock()
        self._enrolments = [at for at in self._enrolments if at > now_ms - 60_000]
        if len(self._enrolments) >= ENROLMENTS_A_MINUTE:
            raise TooMany("too-many", wait_s=60)
        self._enrolments.append(now_ms)
        return self._hub.enrol(call.body)

    async def health(self, _: Call[None, None]) -> Health:
        return Health("ok", self._hub.epoch, self._hub.clock(), self._hub.engine)

    async def openapi(self, _: Call[None, None]) -> dict[str, Any]:
        return self._document

    async def _read(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads.reader, work, *args)


def parse_push(body: bytes) -> tuple[Head, list[bytes]]:
    """Head and records of a push's plain body. Raises BadPush."""
    first, _, rest = body.partition(b"\n")
    try:
        head = _head.decode(first)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BadPush("bad-head") from error
    lines = rest.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return head, lines
