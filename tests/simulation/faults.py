"""What befalls a shop: lines, power, clocks, disks, odd records, people. Each method is one happening; the plan weighs them by name."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import msgspec
from simulation.clocks import DAY_MS, HOUR_MS, MINUTE_MS
from simulation.shadow import ELSEWHERE
from simulation.violation import need
from till_kit import card

from agent.errors import Conflict, NotFound, StorageFull
from agent.loyalty import ids
from agent.sqlite import transaction
from sync import wire
from sync.hub import merging, recovering
from sync.hub.ground import day_of
from sync.hub.releasing import Release, release
from sync.hub.restoring import restore
from sync.hub.store import aliases, held, waiting
from sync.hub.store.audits import Audit
from sync.wire import NoticeBody, SaleBody, decode

if TYPE_CHECKING:
    from simulation.till import Machine
    from simulation.world import World


class NewerNotice(NoticeBody, tag="notice", frozen=True, kw_only=True):
    """A notice as a later release writes it, with a field this one has never heard of."""

    colour: str = ""


class Faults:
    """Happenings of one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def some(self, *, up: bool = True) -> Machine | None:
        found = [one for one in self.world.machines.values() if one.up == up and not one.gone]
        return self.world.chance.choice(found) if found else None

    # --- power and lines

    def switch_on(self) -> None:
        world = self.world
        if not world.hub.up and world.chance.random() < 0.7:
            world.note("  hub on")
            world.hub.start()
        machine = self.some(up=False)
        if machine:
            world.note(f"  {machine.name} on")
            machine.start()

    def line_down(self) -> None:
        machine = self.world.chance.choice(list(self.world.machines.values()))
        machine.line.cut = True
        self.world.note(f"  {machine.name}'s line is cut")

    def line_up(self) -> None:
        for machine in self.world.machines.values():
            if self.world.chance.random() < 0.6:
                machine.line.cut = False

    def nothing(self) -> None:
        """A quiet moment."""

    def till_off(self) -> None:
        machine = self.some()
        if machine:
            self.world.note(f"  {machine.name} off")
            machine.power_off()
            if self.world.chance.random() < 0.5:
                machine.booted_ms = self.world.true_ms
                machine.start()

    def till_doomed(self) -> None:
        machine = self.some()
        if machine:
            self.world.note(f"  {machine.name} will not survive its next durable step")
            machine.disk.doomed = True

    def hub_off(self) -> None:
        if self.world.hub.up:
            self.world.note("  hub off")
            self.world.hub.power_off()
            if self.world.chance.random() < 0.5:
                self.world.hub.start()

    def hub_doomed(self) -> None:
        self.world.note("  the hub will not survive its next durable step")
        self.world.hub.disk.doomed = True

    def long_outage(self) -> None:
        """A month without a line at one till, with customers all the while."""
        machine, world = self.some(), self.world
        if not machine:
            return
        for work in (machine.job_standing, machine.job_push, machine.job_push):
            if machine.up:
                machine.job(work)
        world.note(f"  {machine.name} is without a line for 30 days")
        machine.line.cut = True
        for _ in range(6):
            world.pass_ms(5 * DAY_MS)
            machine.jobs()
            for _ in range(3):
                if machine.up:
                    world.chance.choice((world.counter.sell, world.counter.redeem, world.counter.scan))(machine)
            machine.jobs()
        if machine.up:
            machine.job(machine.job_print)
        if machine.up:
            self._bounded(machine)

    def _bounded(self, machine: Machine) -> None:
        store, desk = machine.store, machine.desk
        members = self.world.plan.members
        need(len(store.rights.pending()) <= members, "bounded: one wish a member waits", len(store.rights.pending()))
        need(len(store.operations.holds("open")) <= 100, "bounded: holds end", len(store.operations.holds("open")))
        need(len(desk.quotes._kept if hasattr(desk.quotes, "_kept") else ()) <= 1000, "bounded: quotes", "too many")
        jobs = (
            store.database.connection().execute("SELECT count(*) FROM print_job WHERE state = 'queued'").fetchone()[0]
        )
        need(jobs <= 5, "bounded: the spool empties without a line", jobs)

    # --- clocks

    def clock_jump(self) -> None:
        machine = self.some()
        if machine:
            by = self.world.chance.choice(
                (-DAY_MS, -HOUR_MS, -3 * MINUTE_MS, 3 * MINUTE_MS, HOUR_MS, 2 * DAY_MS, 400 * DAY_MS)
            )
            machine.set_clock(machine.offset_ms + by)
            self.world.note(f"  {machine.name}'s clock jumps by {by // 1000} s")

    def clock_never_set(self) -> None:
        """A reboot with an empty battery: 1970."""
        machine = self.some()
        if machine:
            self.world.note(f"  {machine.name} reboots in 1970")
            machine.power_off()
            machine.booted_ms = self.world.true_ms
            machine.offset_ms = -self.world.true_ms + HOUR_MS
            machine.start()

    # --- disks

    def full_disk(self) -> None:
        """No page more: SQLite itself refuses. Somebody makes room some steps later."""
        machine = self.some()
        if machine:
            self.world.note(f"  {machine.name}'s disk is full")
            machine.fill()
            self.world.later.append((self.world.steps + self.world.chance.randrange(3, 12), machine.make_room))

    def save(self) -> None:
        """The hub's backup."""
        self.world.hub.work(self.world.hub.save)

    def set_back(self) -> None:
        """An image of a till's disk is taken, and put back some steps later: what was written since is gone from it."""
        machine = self.some()
        if not machine or machine.image:
            return
        machine.take_image()
        self.world.note(f"  an image of {machine.name}'s disk is taken")
        self.world.later.append(
            (self.world.steps + self.world.chance.randrange(2, 40), lambda: self._put_back(machine))
        )

    def _put_back(self, machine: Machine) -> None:
        world = self.world
        if machine.gone:
            return
        world.note(f"  {machine.name}'s disk is set back to the image")
        world.count("disks set back")
        machine.put_back()
        world.watch.set_back(machine)
        world.forget(machine.till)
        machine.start()
        for op in world.counter.pos(machine).sales[-30:]:
            if machine.up and op.at_ms >= machine.image_ms:
                world.counter.perform(machine, op)

    def clone(self) -> None:
        """A till's disk is copied into a second machine, and both go on."""
        world = self.world
        machine = self.some()
        if not machine or machine.cloned or len(world.machines) > 4:
            return
        world.note(f"  {machine.name} is cloned")
        world.count("clones")
        world.watch.cloned(machine, world.add_clone(machine))

    def hub_lost(self, *, oldest: bool = False) -> None:
        """The hub's disk is lost; a backup stands in its place and lacks what came since."""
        world, hub = self.world, self.world.hub
        if not hub.copies:
            return
        copy = hub.copies[0] if oldest else world.chance.choice(hub.copies[-2:])
        world.note(f"  the hub is restored from {copy}")
        world.count("hub restores")
        if hub.up:
            hub.power_off()
        act = Audit(at=hub.now_ms(), who="sim", what="restore", subject="hub", reason="sim")
        beside, with_copies = hub.fleet_files
        if oldest:
            os.unlink(beside)
        restore(hub.path, f"{hub.folder}/backup/{copy}", paths=[beside, with_copies], act=act)
        world.watch.hub_lost()
        hub.start()
        world.hub_is_of_the_past()

    def people(self) -> None:
        """What people do about what no machine mends: lost tills are waived, leases nobody can close are released."""
        world, hub = self.world, self.world.hub
        gone = {machine.till for machine in world.machines.values() if machine.gone}
        day = day_of(hub.now_ms(), "Europe/Moscow")
        for row in waiting.rows(hub.database) if hub.core.recovering else []:
            if row.till in gone and row.state == "awaited":
                act = Audit(at=hub.now_ms(), who="sim", what="waive", subject=row.till, reason="sim")

                def waive(till: str = row.till, act: Audit = act) -> None:
                    with transaction(hub.database):
                        recovering.waive(hub.database, till, act=act, day=day)

                hub.work(waive)
        rows = held.rows(hub.database, releasable=True)
        self._release([row for row in rows if row.till in gone or row.inc < row.newest_inc])

    # --- odd records

    def poison(self) -> None:
        """A record no hub can apply: it goes to quarantine, and nothing else does."""
        machine = self.some()
        if not machine:
            return

        def write() -> None:
            store = machine.store
            sales = (
                store.database.connection()
                .execute("SELECT line FROM journal WHERE kind = 'sale' ORDER BY n DESC LIMIT 1")
                .fetchone()
            )
            body: Any = NoticeBody(what="from-the-future")
            version = wire.VERSION
            if sales and self.world.chance.random() < 0.6:
                sold = decode(bytes(sales[0])).body
                assert isinstance(sold, SaleBody)
                body = msgspec.structs.replace(sold, store=ELSEWHERE, spends=(), lots=(), loss={}, postings=())
            else:
                wire.VERSION = 2
            try:
                self._append(machine, body)
            finally:
                wire.VERSION = version

        self.world.note(f"  {machine.name} writes a record that cannot be applied")
        machine.run(write)
        self.world.count("poison records")

    def choke(self) -> None:
        """A record at which the hub's code fails: it is found by halving and parked, and the others go on."""
        machine = self.some()
        if not machine:
            return

        def write() -> None:
            self._append(machine, NoticeBody(what="choke"))

        self.world.note(f"  {machine.name} writes a record that makes the hub fail")
        machine.run(write)
        self.world.count("poison records")

    def newer_till(self) -> None:
        """A record with a field only a later release knows: it is applied, and kept to the byte."""
        machine = self.some()
        if machine:
            machine.run(lambda: self._append(machine, NewerNotice(what="refused", colour="blue")))

    def _append(self, machine: Machine, body: Any) -> None:
        now = machine.clock.now_ms()
        with contextlib.suppress(StorageFull), machine.store.transaction():
            machine.store.journal.append(body, at=now, id=machine.parts.ids.new(now), trusted=machine.clock.trusted())

    # --- people

    def merge(self) -> None:
        """Two cards turn out to be one person's."""
        world, hub = self.world, self.world.hub
        if not hub.up:
            return
        one, other = world.chance.sample(range(1, world.plan.members + 1), 2)
        first, second = (ids.member_id(hub.keys.programme_key, card(n)) for n in (one, other))
        source, heir = (aliases.heir(hub.database, name) for name in (first, second))
        done: list[tuple[str, str]] = []

        def work() -> None:
            act = merging.Act(who="sim", reason="sim", at=hub.now_ms())
            done.append(merging.merge_for_good(hub.database, first, second, act, paths=hub.fleet_files))

        try:
            hub.work(work)
        except (Conflict, NotFound):
            return
        # The power may go behind the commit, and nobody is told.
        if (done and hub.up) or (not hub.up and world.merged(source)):
            world.note(f"  member {one} is merged into {other}")
            world.watch.shadow.alias[source] = heir
            world.count("merges")

    def release_lease(self) -> None:
        """A person ends a lease of a till that is thought to be lost; it may yet come back."""
        hub = self.world.hub
        if hub.up:
            rows = held.rows(hub.database, releasable=True)
            self._release([self.world.chance.choice(rows)] if rows else [])

    def burnt(self) -> None:
        """A till burns down with what it had not sent; a person ends its leases."""
        world, hub = self.world, self.world.hub
        machine = self.some()
        if not machine or machine.cloned or not hub.up or sum(not one.gone for one in world.machines.values()) < 3:
            return
        machine.power_off()
        machine.gone = True
        world.note(f"  {machine.name} burns down")
        world.count("tills lost")
        world.burnt(machine)
        self._release(held.rows(hub.database, till=machine.till, releasable=True))
        if "hub_lost" in world.plan.weights and world.chance.random() < 0.5:
            # The fire took the office too, with the copies that lay there.
            self.hub_lost(oldest=True)

    def _release(self, rows: list[held.Row]) -> None:
        world, hub = self.world, self.world.hub
        if not rows:
            return
        # Whatever becomes of the step, a person has decided: these may be lost from now on.
        for row in rows:
            world.note(f"  the lease {row.lease[:8]} of {row.till} is released: {row.held} points")
            world.watch.released.add(row.lease)
            world.watch.shadow.risk(row.member, row.lease, row.held)

        def work() -> None:
            now = hub.now_ms()
            told = Release(who="sim", reason="sim", epoch=hub.core.epoch, day=day_of(now, "Europe/Moscow"), now_ms=now)
            with transaction(hub.database):
                release(hub.database, [(row.member, row.lease) for row in rows], told=told)

        hub.work(work)
        world.count("forced releases")
