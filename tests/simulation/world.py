"""One simulated shop and its days: everything that happens follows from the seed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
from collections import Counter as Counts
from collections.abc import Callable, Sequence
from typing import Any

from simulation.clocks import NOW
from simulation.counter import Counter, Pos
from simulation.disk import copy_folder
from simulation.faults import Faults
from simulation.hub import SimHub
from simulation.plan import SPANS, plan
from simulation.till import Machine
from simulation.violation import PowerCut
from simulation.watch import Watch

from sync.hub.hub import FAILED_PARKS, Hub
from sync.line import Call, LineFault
from sync.signing import HEADER_TILL

CAN = {
    "till_off", "till_doomed", "hub_off", "hub_doomed", "clock_jump", "clock_never_set", "full_disk", "poison", "choke",
    "newer_till", "merge", "long_outage", "release_lease", "burnt", "hub_lost", "set_back", "clone",
}  # fmt: skip
"""Faults of every run."""


class SeenHub(Hub):
    """The hub, with what it was told written down for a replay, and one planted fault in its code."""

    world: World

    def _apply(self, till: Any, head: Any, mark: Any, fresh: Any) -> Any:
        choking = any(b'"choke"' in one.line for one in fresh)
        if choking and not (head.failed >= FAILED_PARKS and len(fresh) == 1):
            self.world.choked = True
            raise RuntimeError("a planted fault of the hub's code")
        return super()._apply(till, head, mark, fresh)


class World:
    """A shop in `folder`, grown from `seed`."""

    def __init__(self, seed: int, folder: str, *, can: set[str] | None = None) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.plan = plan(self.chance, can=CAN if can is None else can)
        self.true_ms = NOW
        self.counts: Counts[str] = Counts()
        self.trace: list[str] = []
        self._digest = hashlib.sha256()
        self.steps = 0
        self.at_counter = False
        self.choked = False
        self.mail: list[tuple[int, Call]] = []
        self.later: list[tuple[int, Callable[[], None]]] = []
        self.poses: dict[str, Pos] = {}
        self.watch = Watch(self)
        self.counter = Counter(self)
        self.faults = Faults(self)
        os.makedirs(f"{folder}/hub", exist_ok=True)
        self.folder = folder
        self.hub = SimHub(self, f"{folder}/hub/hub.sqlite3")
        self.machines: dict[str, Machine] = {}

    # --- what everybody uses

    def note(self, text: str) -> None:
        """A line of the trace; its hash is the run's."""
        self._digest.update(text.encode() + b"\n")
        self.trace.append(text)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()[:16]

    def count(self, what: str) -> None:
        self.counts[what] += 1

    def pass_ms(self, ms: int) -> None:
        self.true_ms += ms

    def make_hub(self, database: Any, keys: Any, clock: Callable[[], int]) -> Hub:
        hub = SeenHub(database, keys=keys, clock=clock)
        hub.world = self
        return hub

    def chokes(self, _call: Call) -> bool:
        """Whether the hub's failure was the planted one."""
        planted, self.choked = self.choked, False
        return planted

    def forget(self, till: str) -> None:
        """What is neither at the hub nor on a disk of a till's is known to nobody, until the POS says it again."""
        shadow = self.watch.shadow
        shadow.forget(till, kept=self.watch.sent | self.watch.on_disks(till))
        for key in [key for key, op in self.counter.all.items() if op.till == till and key[0] != "enrol"]:
            if key not in shadow.facts:
                self.counter.all.pop(key).sure = False
        shadow.give_up(set(self.watch.leases) | self.watch.leases_on_disks())

    def burnt(self, machine: Machine) -> None:
        """A till is gone, or the hub has forgotten more of one that was: only what the hub knows of it is left."""
        # What of it is still on the way is lost with it: a lease it tells of would be nobody's.
        self.mail = [(at, call) for at, call in self.mail if call.headers.get(HEADER_TILL) != machine.till]
        self.forget(machine.till)
        self.poses.pop(machine.name, None)

    def add_clone(self, machine: Machine) -> Machine:
        """A second machine with the same disk."""
        machine.stop()
        copy = Machine(self, f"{machine.name}c", till=machine.till, store=machine.store_id, folder=f"{machine.folder}c")
        copy_folder(machine.folder, copy.folder)
        copy.offset_ms, copy.booted_ms = machine.offset_ms, self.true_ms
        copy.line.rates, copy.disk.risk = machine.line.rates, machine.disk.risk
        machine.cloned = copy.cloned = machine.was_set_back = copy.was_set_back = True
        self.machines[copy.name] = copy
        return copy

    def hub_is_of_the_past(self) -> None:
        """What the backup does not know is true all the same where a till can tell it again."""
        if not self.hub.up:
            self.hub.start()
        if self.hub.up:
            # Forgotten merges are kept outside of the database, and made again before anything is granted.
            self.watch.shadow.merged(self.hub.sql("SELECT member, target FROM alias ORDER BY at, member"))
            self.watch.shadow.merged(self.hub.sql("SELECT member, target FROM merge_due ORDER BY at, member"))
            for machine in self.machines.values():
                if machine.gone:
                    self.burnt(machine)
                elif machine.till in self.watch.shadow.twofold:
                    self.forget(machine.till)
                if machine.cloned:
                    # A till is heard by its name: of the other machine under it the hub may know too little when it grants again.
                    sql = "SELECT lease, spent, state = 'open' FROM lease"
                    booked = {lease: (spent, bool(open_)) for lease, spent, open_ in self.hub.sql(sql)}
                    lots = {lot for (lot,) in self.hub.sql("SELECT lot FROM lot")}
                    self.watch.shadow.risk_unheard(self.watch.chains[machine.name], booked, lots)

    def merged(self, source: str) -> bool:
        """Whether a merge that a power cut interrupted stands."""
        while not self.hub.up:
            self.hub.start()
        return bool(self.hub.sql("SELECT 1 FROM alias WHERE member = ?", source))

    # --- the run

    def open(self) -> None:
        """Hub and tills, all of them new."""
        self.hub.start()
        self.note(f"seed {self.seed}: {self.plan.stores}, {self.plan.members} members, without {self.plan.left_out}")
        for number, store in enumerate(self.plan.stores, 1):
            name = f"T{number}"
            machine = Machine(self, name, till=name, store=store, folder=f"{self.folder}/{name}")
            machine.offset_ms = self.chance.randrange(-60_000, 60_000)
            machine.enrolled(self.hub.keys)
            self.hub.add_till(name, store, name.encode().ljust(32, b"-"))
            self.machines[name] = machine
            machine.start()
            machine.line.rates = self.plan.rates
        for machine in self.machines.values():
            machine.disk.risk = self.plan.till_risk
        self.hub.disk.risk = self.plan.hub_risk

    def step(self) -> None:
        """Some time goes by, what is due is done, and something happens."""
        self.steps += 1
        self._time()
        self._mail()
        for due, work in [one for one in self.later if one[0] <= self.steps]:
            self.later.remove((due, work))
            work()
        for machine in self._shuffled(list(self.machines.values())):
            machine.jobs()
        if self.chance.random() < 0.1:
            self.hub.work(self.hub.new_day)
        what = self._pick(list(self.plan.weights.items()))
        self.note(f"{self.steps} {self.true_ms - NOW} {what}")
        if happening := getattr(self.faults, what, None):
            happening()
            return
        machine = self.faults.some()
        if machine and not self.counter.unsure_first(machine):
            getattr(self.counter, what)(machine)

    def _time(self) -> None:
        _, least, most = SPANS[self._pick([(n, span[0]) for n, span in enumerate(SPANS)])]
        self.pass_ms(self.chance.randrange(int(least), int(most)))

    def _mail(self) -> None:
        """Requests that were on the way all the while arrive; nobody waits for their answers."""
        for at, call in sorted(self.mail, key=lambda one: one[0]):
            if at <= self.true_ms:
                self.mail.remove((at, call))
                try:
                    self.hub.answer(call)
                except LineFault:
                    self.count("lost requests")

    def _pick(self, choices: Sequence[tuple[Any, float]]) -> Any:
        return self.chance.choices([name for name, _ in choices], [weight for _, weight in choices])[0]

    def _shuffled(self, things: list[Any]) -> list[Any]:
        return self.chance.sample(things, len(things))

    def close(self) -> None:
        """Let go of files and loops, whatever state a run ended in."""
        for machine in self.machines.values():
            with contextlib.suppress(Exception, PowerCut):
                machine.stop()
        with contextlib.suppress(Exception, PowerCut):
            self.hub.close()
