"""A shop of two tills and a hub, each a machine of its own: a disk with faults, a process that ends and comes back.

Whatever stops a step (a power cut, a full or broken disk) is met here as the shop would meet it: the machine starts again, the line
is tried again, and whoever asked asks again. Nothing sleeps, draws chance or opens a socket.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence

from fault_disk import Disk, Fault, Model, PowerCut
from fault_vfs import on_disk
from hub_kit import Bench, Clock, Pen
from shop import STORE, Line, ShopTill
from till_kit import FREE_SPENDING, HandClock

from agent.errors import CorruptDatabase, StorageBroken, StorageFull
from agent.runtime import secrets, wiring
from agent.sqlite import transaction
from agent.till.wish import let_go
from sync.calls import HubFault
from sync.client import Outcome
from sync.hub.hub import Hub
from sync.hub.opening import open_hub
from sync.hub.store import tills as hub_tills
from sync.hub.store.steps import Steps
from sync.signing import Signer
from sync.wire import Changes, Head, PushAnswer

HUB = "hub"
TRIES = 12
"""A step that has not come through after so many starts never will."""
PROGRAMME = FREE_SPENDING.replace("365d", "9d")
"""Points are gone in nine days, so that a day's end books some of them as expired."""


class Violation(AssertionError):
    """What must never happen."""


class Machine:
    """A disk and the process that runs on it; `start` opens everything anew."""

    def __init__(self, name: str, folder: str, start: Callable[[Machine], None], *, seed: int) -> None:
        self.name = name
        self.disk = Disk(os.path.join(folder, name), seed=seed)
        self.factory = on_disk(self.disk)
        self._start = start
        self.running = False
        self.cut_after = 0
        """When the process ended by itself: so many calls later the power goes too."""

    def need(self) -> None:
        """Run, if it does not. Raises whatever stops it."""
        if not self.running:
            self._start(self)
            self.running = True

    def off(self, model: Model) -> None:
        """The power went; it comes back to what the model leaves."""
        self.running = False
        self.disk.restart(model)

    def end(self) -> None:
        """The process ends by itself, whatever it has open; the disk is another one's by now, or has room again."""
        self.running = False
        self.disk.mend()
        self.disk.release()
        if self.cut_after:
            self.disk.fault = Fault(len(self.disk.calls) + self.cut_after, "cut")
            self.cut_after = 0


class DayLine(Line):
    """A till's line to the hub's machine: a hub that stops in the middle of a call is a line that says nothing."""

    def push(self, head: Head, lines: Sequence[bytes]) -> PushAnswer:
        return self.shop.hub_call(lambda: super(DayLine, self).push(head, lines))

    def changes(self, cursor: str, *, wait_s: int = 0) -> Changes:
        return self.shop.hub_call(lambda: super(DayLine, self).changes(cursor, wait_s=wait_s))


class DayTill(ShopTill):
    """A till as the service joins it; a programme from the hub goes on its shelf."""

    def _open(self) -> None:
        self.line = DayLine(self.shop, self.line.till)
        super()._open()
        self.ids.go_on(self.store.journal.tail.seq)
        self.store.on_broken = lambda: self.shop.told_broken.add(self.line.till)

    def _told(self, changes: Changes) -> None:
        if changes.programme is not None:
            wiring.load_shelf(self.parts.shelf, self.store, self.parts.secrets)
        if changes.revokes:
            let_go(self.desk)


class DayHub(Bench):
    """The hub's side: opened through its disk, the tills enrolled at its first start."""

    def __init__(self, machine: Machine, clock: HandClock, names: Sequence[str], on_broken: Callable[[], None]) -> None:
        self.path = os.path.join(machine.disk.root, "hub.sqlite3")
        self.clock = Clock(clock.wall_ms)
        self.database, self.keys = open_hub(
            self.path, chance=lambda count: bytes(range(count)), factory=machine.factory
        )
        steps = Steps(self.database)
        steps.on_broken = on_broken
        self.hub = Hub(self.database, keys=self.keys, clock=clock.now_ms, steps=steps)
        self.tills = {}
        for name in ("t1", *names):
            known = hub_tills.find(self.database, name)
            self.tills[name] = known or hub_tills.Till(
                till=name, store="s1" if name == "t1" else STORE, added=clock.wall_ms
            )
            if known is None:
                with transaction(self.database):
                    hub_tills.save(self.database, self.tills[name])


class DayShop:
    """Machines `hub`, `T1` and `T2`. `model` is what a power cut leaves; `refused` counts refusals for want of room."""

    def __init__(self, folder: str, *, model: Model = "lost", seed: int = 1) -> None:
        self.folder = str(folder)
        self.model: Model = model
        self.clock = HandClock()
        self.names = ("T1", "T2")
        self.tills: dict[str, DayTill] = {}
        self.bench: DayHub
        self.refused = 0
        self.told_broken: set[str] = set()
        self.ended: list[str] = []
        starts = {HUB: self._start_hub, "T1": self._start_till, "T2": self._start_till}
        self.machines = {name: Machine(name, self.folder, start, seed=seed) for name, start in starts.items()}
        self.pen = Pen("t1", clock=Clock(self.clock.wall_ms))
        self.pen.clock = self  # type: ignore[assignment]
        self.on_restart: Callable[[str], None] = lambda _name: None

    def __call__(self) -> int:
        return self.clock.wall_ms

    @property
    def disks(self) -> list[Disk]:
        return [machine.disk for machine in self.machines.values()]

    def _start_hub(self, machine: Machine) -> None:
        self.bench = DayHub(machine, self.clock, self.names, lambda: self.told_broken.add(HUB))

    def _start_till(self, machine: Machine) -> None:
        if machine.name not in self.tills:
            self._enrol(machine)
            self.tills[machine.name] = DayTill(self, machine.name, programme=PROGRAMME, factory=machine.factory)
        else:
            self.tills[machine.name]._open()
            self.on_restart(machine.name)

    def _enrol(self, machine: Machine) -> None:
        """What an enrolled till has before its first start: its programme and its secrets."""
        keys, name = self.bench.keys, machine.name
        with open(os.path.join(machine.disk.root, "programme.toml"), "w", encoding="utf-8") as file:
            file.write(PROGRAMME)
            file.flush()
            os.fsync(file.fileno())
        if secrets.read(machine.disk.root) is None:
            key = name.encode().ljust(32, b"-").hex()
            kept = secrets.Secrets(
                till_key=key,
                programme_key=keys.programme_key.hex(),
                hub_key=Signer(keys.signer.seed).public,
                till=name,
                store=STORE,
            )
            secrets.write(machine.disk.root, kept)

    def do(self, act: Callable[[], object]) -> None:
        """Do a step until it comes through; it can be done again at any point."""
        last: BaseException | None = None
        for _ in range(TRIES):
            try:
                for machine in self.machines.values():
                    machine.need()
                act()
                return
            except (PowerCut, StorageFull, StorageBroken, CorruptDatabase, HubFault, OSError) as stop:
                last = stop
                self.met(stop)
        raise Violation(f"a step never came through: {last!r}") from last

    def met(self, stop: BaseException) -> None:
        """What the world does about a step that was stopped."""
        for machine in self.machines.values():
            if machine.disk.dead:
                self.ended.append(machine.name)
                machine.off(self.model)
            elif machine.disk.fault is None:
                continue
            elif isinstance(stop, StorageBroken | CorruptDatabase) and self._ends(machine):
                self.ended.append(machine.name)
                machine.end()
            else:
                self.refused += 1
                machine.disk.mend()

    def _ends(self, machine: Machine) -> bool:
        """Whether its process ends: the store says so, or it could not even start. A copy that fails is tried again."""
        told = machine.name in self.told_broken or not machine.running
        self.told_broken.discard(machine.name)
        return told

    def hub_call(self, call: Callable[[], object]):
        """A call that reaches the hub's machine. Raises HubFault where that stops, and the till's own stops as they are."""
        hub = self.machines[HUB]
        try:
            hub.need()
            return call()
        except (PowerCut, StorageFull, StorageBroken, CorruptDatabase) as stop:
            if not (hub.disk.dead or hub.disk.fault):
                raise
            self.met(stop)
            full = isinstance(stop, StorageFull)
            raise HubFault("server" if full else "away", status=507 if full else 0, cause="reset") from None

    @contextlib.contextmanager
    def command(self, name: str) -> Iterator[None]:
        """A step of a process of its own on a machine, which ends with it."""
        try:
            yield
        except StorageBroken:
            self.told_broken.add(name)
            raise

    def sync(self, name: str, *, rounds: int = 60) -> None:
        """Push and pull as the service does, waiting as long as it waits, until there is nothing more."""
        for step in ("push_once", "pull_once") * 2:
            for _ in range(rounds):
                client = self.tills[name].client
                outcome: Outcome = getattr(client, step)(self.clock.monotonic_ms())
                if outcome.kind in ("refused", "nonsense", "suspect", "fork"):
                    raise Violation(f"{name} {step}: {outcome}")
                self.clock.mono_ms += outcome.wait_ms
                if outcome.kind in ("idle", "sent", "pulled") and not outcome.more:
                    break
            else:
                raise Violation(f"{name} {step}: never done")

    def close(self) -> None:
        for machine in self.machines.values():
            machine.disk.release()
