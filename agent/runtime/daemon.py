"""The till's service: everything started in order, stopped in reverse, leftovers counted.

Ready means: database open and migrated, API answering. Hub, scanner and printer may come later.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import threading
import time
from collections.abc import Callable

from agent.api.app import app
from agent.api.place import Place
from agent.errors import KopilkaError, StorageBroken
from agent.notify import notify
from agent.runtime import wiring
from agent.runtime.alone import alone
from agent.runtime.backups import backup_folder, drop_but_newest, make_backup
from agent.runtime.devices import Devices
from agent.runtime.jobs import Jobs
from agent.runtime.reserve import Reserve
from agent.runtime.settings import Settings
from agent.runtime.state import status
from agent.runtime.syncing import Syncing
from agent.runtime.tokens import TokenFile
from agent.runtime.watchdog import Watchdog
from agent.sqlite import ThreadWriter
from agent.store.members import drop_received
from agent.store.pruning import STEPS, prune
from agent.store.regulars import regulars
from agent.till.hold import stale
from agent.till.scanned import forget_idle
from agent.till.shift import finish_shift
from agent.till.standing import A_STEP, LOOK_BACK_MS, stand
from agent.till.wish import forget_wishes, let_go
from agent.web.app import Setting
from agent.web.guard import Rules
from agent.web.serve import Server, tcp_socket, unix_socket
from agent.web.sse import Events
from agent.web.wake import Bell

_log = logging.getLogger("kopilka.daemon")
HOST = "127.0.0.1"
STOP_S = 1.5
HOUSEKEEPING_S = 30.0
EMBEDDED_PUSH_S = 30.0
"""There is no line that could have come back; a sale asks for a push by itself."""
HUB_HOUSEKEEPING_S, HUB_FIRST_S = 600.0, 30.0
NIGHT_S = 24 * 3600.0
PRUNING_FIRST_S = 900.0
PRUNING_PAUSE_S = 0.05
"""Between two steps the writer belongs to the sales."""
MOST_STEPS = 500
STANDING_FIRST_S = 600.0
"""A till that is switched off every night renews its standing rights a while after each start."""


class Daemon:
    """One till. `start` returns when it can sell; `stop` ends every thread it began."""

    def __init__(self, settings: Settings, *, version: str, world: wiring.World | None = None) -> None:
        self.settings = settings
        self._version = version
        self._world = world or wiring.real_world()
        self._ready = False
        self.broke = BrokenDisk()
        self._undo: list[tuple[str, Callable[[], object]]] = []
        self.leftovers = 0

    def start(self) -> None:
        """Raises ConfigFault, the storage errors, Conflict (another runs here), Unavailable (address taken); what had started is stopped again."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        clock = self._world.clock
        self._started_ms = clock.now_ms()
        self.events = Events(epoch=f"{self._started_ms:x}")
        self._undo.append(("writer", self._world.writer.close))
        self._undo.append(("lock", alone(self.settings.till.data)))
        self.reserve = self._reserve()
        # A disk that filled up while the till was off must not keep it from starting.
        self.reserve.check()
        self.parts = self._world.writer.call(wiring.join, self.settings, self.events, self._world)
        self._undo.append(("store", lambda: self._world.writer.call(self.parts.store.close)))
        if self.parts.embedded is not None:
            self.parts.embedded.on_broken = self.broke.set
            self._undo.append(("hub", self.parts.embedded.close))
        self.jobs = Jobs(clock.now_ms)
        self.bell = Bell()
        self.syncing = Syncing(self.parts, self.events.publish, self.bell.ring)
        self.devices = Devices(self.parts, self.events.publish)
        self.parts.store.on_broken = self.broke.set
        self.parts.store.before = self.reserve.check
        desk = self.parts.desk
        desk.push_soon = lambda: self.syncing.soon(self.jobs)
        desk.print_soon = self.devices.print_soon
        self._serve()
        self._undo.append(("devices", self._stop_devices))
        self.devices.start()
        self._undo.append(("jobs", self.jobs.stop))
        self._schedule()
        self._undo.append(("listener", self._stop_listening))
        self.syncing.start()
        self.reserve.tidy()
        self._ready = True
        notify("READY=1\nSTATUS=selling")
        _log.info("ready", extra={"port": self.port, "till": desk.rules.till, "seq": desk.store.journal.tail.seq})

    def _serve(self) -> None:
        api, folder = self.settings.api, self.settings.till.data
        tokens = TokenFile(os.path.join(folder, "tokens.json"))
        listener = tcp_socket(HOST, api.port)
        self.port = int(listener.getsockname()[1])
        sockets = [listener, *([unix_socket(api.socket)] if api.socket else [])]
        hosts = {f"{HOST}:{self.port}", f"localhost:{self.port}", *api.hosts}
        writer = self._world.writer
        assert isinstance(writer, ThreadWriter), "the API runs its calls on the writer's thread"
        setting = Setting(executor=writer.pool, lang="ru" if self.settings.till.lang == "ru" else "en")
        rules = Rules(
            hosts=frozenset(hosts),
            tokens=tokens.guards,
            socket_scopes=frozenset({"pos", "page", "read"}),
            lang=setting.lang,
        )
        self.server = Server(app(self._place(tokens), setting, rules), sockets, on_stop=self.events.close)
        self._undo.append(("api", lambda: self.server.stop(deadline_ms=int(STOP_S * 1000))))
        self.server.start()

    def _place(self, tokens: TokenFile) -> Place:
        printers = {row.name: row.profile for row in self.settings.printer}
        return Place(
            desk=self.parts.desk,
            writer=self._world.writer,
            events=self.events,
            bell=self.bell,
            pairing=tokens,
            status=self.status,
            ready=lambda: self._ready,
            version=self._version,
            profile=printers.get(self.settings.receipt.printer or "", "epson-80"),
        )

    def status(self) -> dict[str, object]:
        """One screen of state; on the writer."""
        parts = self.parts
        found = status(
            parts.desk,
            parts.board,
            parts.line,
            started_ms=self._started_ms,
            version=self._version,
            programme=parts.desk.programme(parts.clock.now_ms()),
        )
        tight = self.reserve.tight
        disk = {"free_mb": self.reserve.free() // (1024 * 1024), "reserve": self.reserve.held, "tight": tight}
        state = {"state": "DEGRADED"} if tight else {}
        return {**found, "fill": self.syncing.filled(), "disk": disk, **state}

    def _schedule(self) -> None:
        writer, hub, backup = self._world.writer, self.settings.hub, self.settings.backup
        self.jobs.every(HOUSEKEEPING_S, "housekeeping", self._housekeep)
        self.jobs.every(backup.every_minutes * 60, "backup", self._backup, first_s=60)
        self.jobs.every(NIGHT_S, "pruning", self._prune, first_s=PRUNING_FIRST_S)
        if self.syncing.configured:
            push_s = hub.push_s if self.parts.embedded is None else EMBEDDED_PUSH_S
            self.jobs.every(push_s, "push", self.syncing.push, first_s=0)
            self.jobs.every(NIGHT_S, "standing", self._standing, first_s=STANDING_FIRST_S)
        if self.parts.embedded is not None:
            self.jobs.every(HUB_HOUSEKEEPING_S, "hub", self.parts.embedded.keep_house, first_s=HUB_FIRST_S)
        watchdog = Watchdog.from_environment(writer, self.server.run_soon)
        if watchdog is not None:
            self.jobs.every(watchdog.interval_s, "watchdog", watchdog.beat, first_s=0)
        self.jobs.start()

    def _housekeep(self) -> None:
        """What is due by the clock. One job for all of it: every wake-up costs a small box its sleep."""
        writer, desk = self._world.writer, self.parts.desk
        for work in (stale, forget_idle, forget_wishes, finish_shift, let_go):
            writer.call(work, desk)
        self.reserve.tidy()

    def _reserve(self) -> Reserve:
        """What gives way to the journal on a full disk, in order."""
        path = os.path.join(self.settings.till.data, wiring.DATABASE)
        backups = backup_folder(self.settings)
        return Reserve(self.settings.till.data, (lambda: drop_but_newest(backups), lambda: drop_received(path)))

    def _backup(self) -> None:
        if not self.reserve.room(os.path.getsize(self.parts.store.path)):
            _log.warning("backup-skipped", extra={"free_mb": self.reserve.free() // (1024 * 1024)})
            return
        make_backup(self.settings, self.parts.store, now_ms=self.parts.clock.now_ms())
        if self.parts.embedded is not None:
            from agent.runtime.embedding import save

            save(self.settings, self.parts.embedded)

    def _prune(self) -> None:
        """What need not be kept goes in small steps; by a clock that may be wrong, nothing does."""
        clock, writer, store = self.parts.clock, self._world.writer, self.parts.store
        for step in STEPS:
            for _ in range(MOST_STEPS):
                if not self._ready or not clock.trusted() or not writer.call(prune, store, step, clock.now_ms()):
                    break
                time.sleep(PRUNING_PAUSE_S)

    def _standing(self) -> None:
        """Read beside the till, wish on its writer in small steps."""
        clock, writer = self.parts.clock, self._world.writer
        rows = regulars(self.parts.store.path, clock.now_ms() - LOOK_BACK_MS)
        for start in range(0, len(rows), A_STEP):
            writer.call(stand, self.parts.desk, rows[start : start + A_STEP])

    def _stop_devices(self) -> None:
        self.leftovers += self.devices.stop(STOP_S)

    def _stop_listening(self) -> None:
        self.leftovers += not self.syncing.stop(STOP_S)

    def stop(self) -> None:
        """In reverse; each part is ended whatever the others do."""
        self._ready = False
        notify("STOPPING=1")
        while self._undo:
            name, end = self._undo.pop()
            try:
                end()
            except (KopilkaError, RuntimeError, OSError):
                self.leftovers += 1
                _log.exception("stop-failed", extra={"part": name})
        if self.leftovers:
            _log.warning("leftovers", extra={"count": self.leftovers})


class BrokenDisk:
    """An I/O error seen by the store; `over` is what the service waits for."""

    def __init__(self) -> None:
        self.seen = False
        self.over = threading.Event()

    def set(self) -> None:
        """End the service: what the disk still holds can only be told by opening it anew."""
        self.seen = True
        self.over.set()


def run(settings: Settings, *, version: str) -> int:
    """Run until SIGTERM or SIGINT (exit 0), or until the disk fails (74: the service manager starts it again, and it heals)."""
    faulthandler.enable()
    daemon = Daemon(settings, version=version)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: daemon.broke.over.set())
    daemon.start()
    daemon.broke.over.wait()
    began = time.monotonic()
    daemon.stop()
    _log.info("stopped", extra={"ms": int((time.monotonic() - began) * 1000), "leftovers": daemon.leftovers})
    return StorageBroken.exit_code if daemon.broke.seen else 0
