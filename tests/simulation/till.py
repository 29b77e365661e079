"""A till of a simulated shop: joined, synced and housekept by the service's own code, one thread, switched off at any moment."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING, Any
from unittest import mock

import msgspec
from simulation.clocks import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, DrawnIds, MachineClock
from simulation.disk import Disk, copy_folder
from simulation.net import SimLine
from simulation.violation import PowerCut, need

from agent.errors import StorageFull
from agent.runtime import secrets, syncing, wiring
from agent.runtime.backups import make_backup
from agent.runtime.settings import ReceiptSettings, Settings, TillSettings
from agent.runtime.syncing import Syncing
from agent.sqlite import InlineWriter
from agent.store.regulars import regulars
from agent.till.hold import stale
from agent.till.scanned import forget_idle
from agent.till.standing import LOOK_BACK_MS, stand
from agent.till.wish import let_go
from sync import transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.world import World

    from sync.client import SyncClient

JOBS = {
    "print": SECOND_MS, "push": 5 * SECOND_MS, "pull": 30 * SECOND_MS, "housekeeping": 30 * SECOND_MS, "backup": HOUR_MS, "standing": DAY_MS,
}  # fmt: skip


class SimSyncing(Syncing):
    """The service's own rules of sync, put together by the service's own code; only the transport and chance are the simulation's."""

    def __init__(self, machine: Machine, publish: Callable[[str, object], object]) -> None:
        self._machine = machine
        super().__init__(machine.parts, publish)

    def _make(self) -> SyncClient:
        machine = self._machine
        with (
            mock.patch.object(transport, "HttpTransport", return_value=machine.line),
            mock.patch.object(syncing.secrets, "randbelow", machine.world.chance.randrange),
        ):
            return super()._make()

    def pull(self) -> None:
        """The listener's question, without its thread and its waiting."""
        for _ in range(20):
            if not self._pull(0).more:
                break


class Machine:
    """One box at one counter. Its disk's folder is `folder`; a clone is another machine with the same till's name."""

    def __init__(self, world: World, name: str, *, till: str, store: str, folder: str) -> None:
        self.world = world
        self.name = name
        self.till = till
        self.store_id = store
        self.folder = folder
        self.line = SimLine(world, self)
        self.disk = Disk(os.path.join(folder, wiring.DATABASE), world.chance)
        self.offset_ms = 0
        self.booted_ms = world.true_ms - HOUR_MS
        self.up = False
        self.gone = False
        """Burnt, stolen or scrapped: it never comes back."""
        self.asked = False
        self.due = dict.fromkeys(JOBS, 0)
        self.broken = 0
        self.full = False
        self.was_set_back = False
        self.cloned = False
        self.image = ""
        """Folder of an image that is going to be put back."""
        self.image_ms = 0
        self.papers: list[int] = []
        """Positions of the records that were printed in this disk's time."""

    def enrolled(self, keys: Any) -> None:
        """What an enrolment leaves on the disk."""
        os.makedirs(self.folder, exist_ok=True)
        seed = self.till.encode().ljust(32, b"-")
        kept = secrets.Secrets(
            till_key=seed.hex(), programme_key=keys.programme_key.hex(), hub_key=keys.signer.public,
            hub_url="https://hub", till=self.till, store=self.store_id,
        )  # fmt: skip
        secrets.write(self.folder, kept)
        with open(os.path.join(self.folder, "programme.toml"), "w", encoding="utf-8") as file:
            file.write(self.world.plan.programme)

    def start(self) -> None:
        """Switch the service on. The power may go on the way."""
        world = self.world
        settings = Settings(
            till=TillSettings(
                id=self.till, store=self.store_id, data=self.folder,
                programme=os.path.join(self.folder, "programme.toml"),
            ),
            receipt=ReceiptSettings(printer="receipts"),
        )  # fmt: skip
        self.clock = MachineClock(lambda: world.true_ms, offset_ms=self.offset_ms, booted_ms=self.booted_ms)
        made = wiring.World(
            clock=self.clock, ids=DrawnIds(world.chance.randbytes), writer=InlineWriter(), factory=self.disk.factory
        )
        self.line.connect()
        try:
            self._join(wiring.join(settings, self, made))
        except PowerCut:
            self.power_off()
            return
        world.watch.till_started(self)

    def _join(self, parts: wiring.Parts) -> None:
        self.parts, self.desk, self.store = parts, parts.desk, parts.store
        self.syncing = SimSyncing(self, self.publish)
        self.desk.push_soon = lambda: self.syncing.soon(self)  # type: ignore[arg-type]
        self.desk.print_soon = self._print_soon
        self.store.on_broken = self._broke
        self.up = True
        self.due.update(dict.fromkeys(JOBS, self.world.true_ms))
        self.due["standing"] = self.world.true_ms + 600 * SECOND_MS
        self.due["backup"] = self.world.true_ms + MINUTE_MS

    def _broke(self) -> None:
        self.broken += 1

    def publish(self, kind: str, data: object) -> int:
        """The event stream's ear: what is told must be tellable."""
        msgspec.json.encode((kind, data))
        return 0

    def soon(self, _name: str) -> None:
        """Jobs.soon: a push was asked for."""
        self.asked = True

    def _print_soon(self, _printer: str) -> None:
        self.world.watch.printing(self)

    def print(self) -> None:
        """The printer takes what waits in the spool; paper outlives any disk."""
        waiting = "SELECT j.id, r.n FROM print_job j JOIN receipt r ON r.id = j.receipt WHERE j.state = 'queued'"
        for job, n in self.store.database.connection().execute(waiting).fetchall():
            self.papers.append(n)
            with self.store.transaction():
                self.store.prints.mark(job, "printed", now_ms=self.clock.now_ms())

    def run(self, work: Callable[[], Any]) -> Any:
        """Do something on the machine; None when it is off or goes off meanwhile."""
        if not self.up:
            return None
        try:
            found = work()
        except PowerCut:
            self.power_off()
            return None
        self.world.watch.till_stepped(self)
        if self.broken:
            self.broken = 0
            self.restart()
        return found

    def power_off(self) -> None:
        """Off where it stands; what its disk holds is all that is left."""
        if not self.disk.dead:
            self.disk.off()
        self.world.count("till crashes")
        self.up = False
        with contextlib.suppress(Exception):
            # The driver's own connection: peewee would think of transactions on a machine that is off.
            self.store.database.connection().close()
        with contextlib.suppress(Exception):
            self.store.close()
        self.disk.on()

    def set_clock(self, offset_ms: int) -> None:
        """Somebody or something sets the wall clock; the machine runs on."""
        self.offset_ms = offset_ms
        if self.up:
            self.clock.offset_ms = offset_ms

    def fill(self) -> None:
        """No room for a page more: SQLite itself says so."""
        connection = self.store.database.connection()
        count = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {count}")
        self.full = True

    def make_room(self) -> None:
        self.full = False
        if self.up:
            self.store.database.connection().execute("PRAGMA max_page_count = 1000000000")

    def take_image(self) -> None:
        """Switched off, copied, switched on."""
        self.stop()
        self.image, self.image_ms = f"{self.folder}.image", self.world.true_ms
        copy_folder(self.folder, self.image)
        self.world.watch.image(self)
        self.start()

    def put_back(self) -> None:
        """The disk is what it was when the image was taken. The machine stays off."""
        if self.up:
            self.power_off()
        shutil.rmtree(self.folder)
        os.rename(self.image, self.folder)
        self.image, self.was_set_back = "", True

    def forgot(self, _n: int) -> bool:
        """Whether this disk was set back behind a record it had."""
        return self.was_set_back

    def stop(self) -> None:
        """Switched off as it should be."""
        if self.up:
            self.store.close()
            self.up = False

    def restart(self) -> None:
        self.stop()
        self.start()

    def jobs(self, *, late: float = 0.4) -> None:
        """What is due by now, each job at most once, as the scheduler coalesces it; `late` is the chance that one is not run yet."""
        now = self.world.true_ms
        if self.up and self.asked:
            self.asked = False
            self.job(self.syncing.push)
        for name, every_ms in JOBS.items():
            if self.up and now >= self.due[name] and self.world.chance.random() >= late:
                self.due[name] = now + every_ms
                self.job(getattr(self, f"job_{name}"))

    def job(self, work: Callable[[], object]) -> None:
        """As the scheduler runs it: a full disk stops this run of the job and nothing else."""
        try:
            self.run(work)
        except StorageFull:
            need(self.full, "nothing fails", "a disk with room is called full")
            self.world.watch.till_stepped(self)

    def job_print(self) -> None:
        self.print()

    def job_push(self) -> None:
        self.syncing.push()

    def job_pull(self) -> None:
        self.syncing.pull()

    def job_housekeeping(self) -> None:
        for work in (stale, forget_idle, let_go):
            work(self.desk)

    def job_backup(self) -> None:
        make_backup(self.parts.settings, self.store, now_ms=self.clock.now_ms())

    def job_standing(self) -> None:
        rows = regulars(self.store.path, self.clock.now_ms() - LOOK_BACK_MS)
        stand(self.desk, rows)

    @property
    def online(self) -> bool:
        return self.up and self.parts.line.online(self.clock.monotonic_ms())
