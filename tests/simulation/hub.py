"""The hub of a simulated shop: the real application over the real hub on a real SQLite file, with power cuts, backups and restores."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from simulation.disk import Disk
from simulation.violation import PowerCut, Violation, need

from agent.errors import KopilkaError
from agent.sqlite import transaction
from agent.web.problem import problem_response
from agent.web.wake import Bell
from sync.calls import CHANGES, PUSH
from sync.hub import fleet
from sync.hub.api import Api, Threads, parse_push
from sync.hub.hub import Hub
from sync.hub.intake import Intake
from sync.hub.opening import open_hub
from sync.hub.saving import save_copy
from sync.hub.store import tills
from sync.hub.unpack import unpack
from sync.line import Call, LineFault, Reply
from sync.signing import HEADER_TILL, Signer
from sync.wire import Head, PushAnswer, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulation.world import World

ROUNDS = 200
"""Commits that a simulated day's work may take; each settles many members."""


class Inline(ThreadPoolExecutor):
    """An executor that is the caller's own thread; asyncio takes nothing else for its default one."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:  # type: ignore[override]
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **more))
        except BaseException as fault:
            done.set_exception(fault)
        return done


class SimHub:
    """One hub process after another over one disk."""

    def __init__(self, world: World, path: str) -> None:
        self.world = world
        self.folder = os.path.dirname(path)
        self.path = path
        self.disk = Disk(path, world.chance)
        self.fleet_files = (fleet.beside(path), fleet.in_folder(f"{self.folder}/backup"))
        self.offset_ms = 0
        self.up = False
        self.made = 0
        self.copies: list[str] = []
        self._secret = world.chance.randbytes(64)
        self._loop = asyncio.new_event_loop()
        self._inline = Inline(1)
        self._loop.set_default_executor(self._inline)
        self.lives = 0

    def now_ms(self) -> int:
        return self.world.true_ms + self.offset_ms

    async def _push(self, name: str, head: Head, lines: Sequence[bytes]) -> PushAnswer:
        """A push alone in its commit; who shares one is a matter of threads, of which there are none here."""
        return self._pushed(name, head, lines)

    def _pushed(self, name: str, head: Head, lines: Sequence[bytes]) -> PushAnswer:
        (answer,) = self.core.push_all([(name, head, lines)])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _monotonic_ms(self) -> int:
        return self.world.true_ms

    def _chance(self, count: int) -> bytes:
        self.made += count
        return self._secret[self.made - count : self.made]

    def start(self) -> None:
        """Open and serve, unless the power goes meanwhile."""
        try:
            self.database, self.keys = open_hub(self.path, chance=self._chance, factory=self.disk.factory)
            self.core = self.world.make_hub(self.database, self.keys, self.now_ms)
            with transaction(self.database):
                fleet.renew(self.database, self.fleet_files, now_ms=self.now_ms())
        except PowerCut:
            self.power_off()
            return
        bell = Bell()
        bell.close()  # nobody sleeps in here: a poll is answered at once
        intake = Intake(monotonic_ms=self._monotonic_ms)
        self.app = Api(self.core, Threads(self._inline, self._inline), bell, push=self._push, intake=intake).app()
        self.up = True
        self.lives += 1
        self.world.watch.hub_started()

    def power_off(self) -> None:
        """The machine goes off where it stands."""
        if not self.disk.dead:
            self.disk.off()
        self.world.count("hub crashes")
        self.up = False
        with contextlib.suppress(Exception):
            self.database.connection().close()
            self.database.close()
        self.disk.on()

    def answer(self, call: Call) -> Reply:
        """The application's answer. Raises LineFault when there is nobody, or the power goes before the answer does."""
        if not self.up:
            raise LineFault("unreachable")
        try:
            reply = self._loop.run_until_complete(self._called(call)) if self.world.plan.http else self._direct(call)
        except PowerCut:
            self.power_off()
            raise LineFault("cut") from None
        if reply.status == 500 and not self.world.chokes(call):
            raise Violation("the hub never fails on what a till sends", f"{call.path}: {reply.body[:2000].decode()}")
        self.world.watch.hub_committed()
        return reply

    def _direct(self, call: Call) -> Reply:
        """The same calls without door and application, which take most of a run's time: one seed in four goes through them."""
        path, _, query = call.path.partition("?")
        name = call.headers.get(HEADER_TILL, "")
        answer: Any = {"status": "ok"}
        try:
            if path == PUSH:
                head, lines = parse_push(unpack(call.body, call.headers.get("Content-Encoding", "")))
                answer = self._pushed(name, head, lines)
            elif path == CHANGES:
                self.core.known_till(name)
                answer = self.core.changes(name, parse_qs(query).get("cursor", [""])[0])
        except KopilkaError as fault:
            told = problem_response(fault, "en")
            return Reply(told.status_code, bytes(told.body), dict(told.headers))
        except Exception as fault:
            return Reply(500, "".join(traceback.format_exception(fault)[-4:]).encode())
        return Reply(200, encode(answer), {"content-type": "application/json"})

    async def _called(self, call: Call) -> Reply:
        path, _, query = call.path.partition("?")
        headers = [(name.lower().encode(), value.encode()) for name, value in call.headers.items()]
        scope = {
            "type": "http", "http_version": "1.1", "method": call.method, "scheme": "https", "path": path,
            "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "client": ("till", 1), "server": ("hub", 1),
            "headers": [*headers, (b"host", b"hub"), (b"content-length", str(len(call.body)).encode())],
        }  # fmt: skip
        told: dict[str, Any] = {"body": b""}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": call.body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                told["headers"] = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                told["body"] += message.get("body", b"")

        await self.app(scope, receive, send)
        return Reply(told["status"], told["body"], told["headers"])

    def add_till(self, name: str, store: str, key: bytes) -> None:
        till = tills.Till(till=name, store=store, added=self.now_ms(), public_key=Signer(key).public)
        with transaction(self.database):
            tills.save(self.database, till)
            fleet.renew(self.database, self.fleet_files, now_ms=self.now_ms())

    def work(self, what: Callable[[], object]) -> None:
        """A job of the hub's own."""
        if not self.up:
            return
        try:
            what()
        except PowerCut:
            self.power_off()
            return
        self.world.watch.hub_committed()

    def new_day(self) -> None:
        """The hub's job: expiry and debts."""
        for _ in range(ROUNDS):
            if not self.core.upkeep.new_day():
                return
            self.world.watch.hub_committed()
        need(False, "liveness: the hub's work for a day ends", f"{ROUNDS} rounds")

    def save(self) -> None:
        """The hub's job: a verified copy, and what it makes durable."""
        saved = save_copy(self.path, f"{self.folder}/backup", now_ms=self.now_ms(), keep=3)
        self.core.durable(saved)
        self.world.count("backups")
        self.copies = sorted(name for name in os.listdir(f"{self.folder}/backup") if name.endswith(".db"))
        self.world.watch.hub_saved(self.copies)

    def swap(self, copy: str) -> None:
        """The disk is lost; a backup's file stands in its place. What else a restore is, is the caller's matter."""
        self.up = False
        self.database.close()
        for end in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path + end)
        shutil.copyfile(f"{self.folder}/backup/{copy}", self.path)

    def sql(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in Hub_sql(self.database, text, values)]

    def close(self) -> None:
        self._loop.close()
        self._inline.shutdown(wait=False)
        if self.up:
            self.database.close()


def Hub_sql(database: Any, text: str, values: tuple[Any, ...]) -> list[Any]:
    """Rows by the driver itself: what the watcher reads is no step of the machine's."""
    return list(database.connection().execute(text, values).fetchall())


__all__ = ["Hub", "SimHub"]
