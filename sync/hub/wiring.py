"""Where the hub is put together: clock and chance are made here, threads begin and end here, everything else is handed in."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable

from agent.errors import Conflict
from agent.sqlite.alone import take
from agent.web.serve import Server, Tls, tcp_socket
from agent.web.wake import Bell
from sync.hub import fleet
from sync.hub.api import Api, Threads
from sync.hub.engines import Engine, FileEngine, ServerEngine
from sync.hub.filling import Fills, renew
from sync.hub.hub import Hub
from sync.hub.intake import Intake
from sync.hub.jobs import Job, Jobs
from sync.hub.mirroring import Mirror
from sync.hub.rounds import rounds
from sync.hub.saving import save_copy
from sync.hub.settings import Settings
from sync.hub.store import server
from sync.retry import full_jitter_ms

_log = logging.getLogger("kopilka.hub")
EXPIRY_EVERY_S = 600
REVIEW_EVERY_S = 300
CORRECT_EVERY_S = 60
GATHER_EVERY_S = 60
STANDBY_EVERY_S = 60
MAX_CONNECTIONS = 2_000
"""A sleeping poll and a push for each of a thousand tills."""


def clock() -> int:
    """Wall time, UTC ms."""
    return time.time_ns() // 1_000_000


def monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def chance(count: int) -> bytes:
    return secrets.token_bytes(count)


def pause(repetition: int) -> None:
    """Wait before a step is run again on a server that stumbled: up to a second or two, by chance."""
    time.sleep(full_jitter_ms(repetition, secrets.randbelow) / 10_000)


def engine_of(database: str) -> Engine:
    """What a hub's `database` names, opened. Raises storage errors, ConfigFault."""
    if server.is_server(database):
        return ServerEngine(database, chance=chance, pause=pause)
    return FileEngine(database, chance=chance, monotonic_ms=monotonic_ms)


def hold(database: str) -> Callable[[], None]:
    """Keep other services and a restore away from a database file; a server has several processes. Raises Conflict."""
    if server.is_server(database):
        return lambda: None
    return take(f"{database}.running", "hub-running", what=database)


def engine_alone(settings: Settings) -> tuple[Engine, Callable[[], None]]:
    """The engine for a service and how to let go: nobody restores its database meanwhile, and its epoch is no old one.

    Raises Conflict, storage errors, ConfigFault.
    """
    let_go = hold(settings.database)
    try:
        engine = engine_of(settings.database)
        try:
            fleet.check(settings.fleet_files, fleet.of(engine.database, now_ms=clock()))
            # A process that ended between a file and its commit has left the file ahead.
            engine.steps.run(lambda: fleet.renew(engine.database, settings.fleet_files, now_ms=clock()))
        except BaseException:
            engine.close()
            raise
    except BaseException:
        let_go()
        raise
    return engine, let_go


class Service:
    """A running hub: its engine, the HTTP server, the jobs. Started in order, stopped in reverse."""

    def __init__(self, settings: Settings, *, on_broken: Callable[[], None] = lambda: None) -> None:
        """Opens the database and the port; `on_broken` is told when the disk fails and the process must end.

        Raises storage errors, ConfigFault for certificates that cannot be used, Unavailable for a taken port.
        """
        tls = Tls(settings.tls.cert, settings.tls.key, settings.tls.client_ca).context() if settings.tls else None
        self._settings = settings
        self._on_broken = on_broken
        self.broken = False
        self._socket = tcp_socket(settings.listen.host, settings.listen.port)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        try:
            self.engine, self._let_go = engine_alone(settings)
        except BaseException:
            self._socket.close()
            raise
        self._writer = self.engine.writer
        self.engine.steps.on_broken = self._break
        self.hub = Hub(
            self.engine.database,
            reader=self.engine.reader,
            keys=self.engine.keys,
            clock=clock,
            policy=settings.policy,
            fills=Fills(settings.fill_folder) if settings.fill_folder else None,
            steps=self.engine.steps,
        )
        self.hub.keep_fleet = lambda: fleet.renew(self.engine.database, settings.fleet_files, now_ms=clock())
        self._bell = Bell()
        self.api = Api(
            self.hub,
            Threads(self._writer.pool, self.engine.readers),
            self._bell,
            push=self.engine.push(self.hub),
            intake=Intake(monotonic_ms=monotonic_ms),
            on_broken=self._break,
        )
        self._server = Server(
            self.api.app(),
            [self._socket],
            on_stop=self._bell.close,
            max_connections=MAX_CONNECTIONS,
            tls=tls,
        )
        self.jobs = Jobs(self._plan())

    def _plan(self) -> list[Job]:
        upkeep = self.hub.upkeep
        plan = [
            self._in_steps("new-day", upkeep.new_day, EXPIRY_EVERY_S),
            self._in_steps("review", upkeep.review, REVIEW_EVERY_S),
            self._in_steps("correct", upkeep.correct, CORRECT_EVERY_S),
            self._in_steps("gather", upkeep.gather, GATHER_EVERY_S),
        ]
        if self.hub.fills is not None:
            plan.append(Job("fill", self._fill, self._settings.fill.every_hours * 3600))
        if isinstance(self.hub.database, server.Server):
            mirror = Mirror(self.hub.database, self.engine.steps)
            plan.append(Job("standby", lambda: self._writer.call(mirror.note), STANDBY_EVERY_S))
        elif self._settings.backup.folder:
            plan.append(Job("backup", self._save, self._settings.backup.every_hours * 3600))
        return plan

    def start(self) -> None:
        """Returns when requests are answered."""
        self._server.start()
        self.jobs.start()
        _log.info("ready", extra={"address": f"{self.address[0]}:{self.address[1]}", "epoch": self.hub.epoch})

    def stop(self) -> bool:
        """End in order; whether nothing was left running."""
        self.jobs.stop()
        ended = self._server.stop()
        self.engine.close()
        self._let_go()
        return ended

    def _break(self) -> None:
        self.broken = True
        self._on_broken()

    def beats(self, *, within_s: float) -> bool:
        """Whether writer and server answer and the jobs are there: what the watchdog is fed by."""
        turned = threading.Event()
        self._server.run_soon(turned.set)
        written = self._writer.submit(lambda: None)
        try:
            written.result(within_s)
        except TimeoutError:
            return False
        return turned.wait(within_s) and self.jobs.alive

    @property
    def alive(self) -> bool:
        return self._server.alive

    def _fill(self) -> None:
        """On a connection of its own: it reads for a minute what the reader must not wait for."""
        assert self.hub.fills is not None
        made = None
        # Another process of this hub may be at it, or the command.
        with contextlib.suppress(Conflict), self.engine.apart() as reader:
            made = renew(reader, self.hub.fills, self.hub.keys.now(reader).signer, now_ms=clock())
        if made is not None:
            _log.info("fill-made", extra={"members": made.members, "bytes": made.size, "pieces": len(made.pieces)})

    def _in_steps(self, name: str, work: Callable[[], int], every_s: int) -> Job:
        """A job that runs small transactions until nothing is left, so that no push waits long."""

        def run() -> None:
            for _ in rounds(name, lambda: self._writer.call(work)):
                self._bell.ring()

        return Job(name, run, every_s)

    def _save(self) -> None:
        backup = self._settings.backup
        saved = save_copy(self._settings.database, backup.folder, now_ms=clock(), keep=backup.keep)
        self._writer.call(self.hub.durable, saved)
