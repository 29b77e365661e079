"""The watcher: looks at disks after every step and at the hub's books after every commit, and ends the run at what does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.shadow import Chain, Shadow, day_of
from simulation.violation import need

from agent.rows import RETOLD, place, position
from agent.sqlite import in_transaction
from sync.wire import decode

if TYPE_CHECKING:
    from simulation.till import Machine
    from simulation.world import World

_ACCOUNTS = """
SELECT a.member, a.unit, a.posted, a.leased, a.debt,
 (SELECT coalesce(sum(remaining), 0) FROM lot l WHERE l.member = a.member AND l.unit = a.unit),
 (SELECT coalesce(sum(leased), 0) FROM lot l WHERE l.member = a.member AND l.unit = a.unit),
 (SELECT coalesce(sum(granted - spent - back), 0) FROM lease x WHERE x.member = a.member AND x.unit = a.unit),
 (SELECT coalesce(sum(amount), 0) FROM entry e WHERE e.member = a.member AND e.unit = a.unit AND e.account = 'member:' || a.member)
FROM account a
"""
_OWING = """
SELECT a.member, a.debt, l.lot FROM account a JOIN lot l ON l.member = a.member AND l.unit = a.unit
WHERE a.debt > 0 AND l.remaining > l.leased AND l.spendable_from = '' AND (l.expires_on IS NULL OR l.expires_on >= ?)
"""
"""Debt beside points that anybody could have been granted."""
STATEMENTS = 400
"""No cashier's call takes more, however much waits to be sent: what it costs does not grow with an outage."""


class Watch:
    """Everything that is checked all along."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shadow = Shadow()
        self.chains: dict[str, Chain] = {}
        self.marks: dict[tuple[str, int], int] = {}
        self.sent: set[tuple[str, int, int, str]] = set()
        """Keys of the records that the hub has."""
        self.leases: dict[str, str] = {}
        self.released: set[str] = set()
        """Leases a person has released at the hub."""
        self.images: dict[str, tuple[Chain, int]] = {}
        self.saved: dict[str, dict[tuple[str, int], int]] = {}

    # --- tills

    def till_started(self, machine: Machine) -> None:
        self.take(machine)
        tail = machine.store.journal.tail
        chain = self.chains[machine.name]
        need(
            (tail.inc, tail.seq, tail.hash) == (chain.inc, chain.seq, chain.hash),
            "what was committed survives a power cut",
            f"{machine.name}: {tail} is not {chain.inc}/{chain.seq}",
        )
        for n in machine.papers:
            need(
                machine.store.journal.read(n) is not None or machine.forgot(n),
                "printed => committed",
                f"{machine.name}: {place(n)}",
            )

    def till_stepped(self, machine: Machine) -> None:
        need(not in_transaction(machine.store.database), "a step leaves no transaction open", machine.name)
        self.take(machine)
        self._acked(machine)

    def take(self, machine: Machine) -> None:
        """Read what a disk has more than before."""
        chain = self.chains.setdefault(machine.name, Chain())
        rows = machine.store.database.connection().execute(
            "SELECT n, CAST(line AS BLOB), hash FROM journal WHERE n > ? ORDER BY n", (position(chain.inc, chain.seq),)
        )
        for _, line, hash_ in rows.fetchall():
            record = decode(bytes(line))
            self.shadow.take(chain, record, bytes(line), hash_)

    def _acked(self, machine: Machine) -> None:
        inc, seq = place(int(machine.store.meta.get("acked", "0")))
        mark, hub = self.marks.get((machine.till, inc), 0), self.world.hub
        if inc < machine.store.journal.tail.inc and machine.store.meta.get(f"{RETOLD}{inc}"):
            # A known fork is passed by: what lay behind it was told again by a later incarnation.
            return
        # Of a hub that came back from a backup a till hears by its epoch; until then it believes the former one.
        behind = not hub.up or int(machine.store.meta.get("epoch", "0")) < hub.core.epoch
        need(seq <= mark or behind, "acked <= mark", f"{machine.name}: {inc}/{seq} with {mark}")

    def printing(self, machine: Machine) -> None:
        need(
            not in_transaction(machine.store.database),
            "printed => committed",
            "asked for paper inside of the transaction",
        )

    def served(self, machine: Machine, before: int, what: str) -> None:
        """A cashier's call has ended."""
        used = machine.disk.statements - before
        need(used <= STATEMENTS, "the cashier's path does not grow", f"{what} took {used} statements")

    def image(self, machine: Machine) -> None:
        self.take_off(machine)
        self.images[machine.name] = (self.chains[machine.name].copy(), len(machine.papers))

    def take_off(self, machine: Machine) -> None:
        """What an image is taken of is off; everything it wrote was seen when it wrote it."""
        need(not machine.up, "a test's own rule", "an image of a running machine")

    def set_back(self, machine: Machine) -> None:
        """What the image's leases still give may have been spent since, and may be spent again."""
        self.chains[machine.name], _ = self.images.pop(machine.name)
        self.shadow.risk_all(self.chains[machine.name])
        self.shadow.twofold.add(machine.till)

    def on_disks(self, till: str) -> set[tuple[str, int, int, str]]:
        """What the disks of a till's name hold now."""
        there = (one.name for one in self.world.machines.values() if one.till == till and not one.gone)
        return {(till, *key) for name in there for key in self.chains[name].keys}

    def leases_on_disks(self) -> set[str]:
        """The leases that some disk's journal tells of."""
        return {
            lease
            for one in self.world.machines.values()
            if not one.gone
            for lease in self.chains.get(one.name, Chain()).rights
        }

    def cloned(self, machine: Machine, copy: Machine) -> None:
        """Two hands on every lease."""
        self.chains[copy.name] = self.chains[machine.name].copy()
        self.shadow.risk_all(self.chains[machine.name])
        self.shadow.twofold.add(machine.till)

    # --- hub

    def hub_started(self) -> None:
        self.hub_committed()

    def hub_committed(self) -> None:
        """The books, all of them, at a moment when no transaction is open."""
        hub = self.world.hub
        if not hub.up:
            return
        for member, unit, posted, leased, debt, lots, held, rights, entries in hub.sql(_ACCOUNTS):
            need(
                posted - leased >= 0 <= debt and leased >= 0,
                "I1: available >= 0",
                f"{member}: {posted} - {leased}, debt {debt}",
            )
            need(lots == posted, "balance = sum(lots) - debt", f"{member} {unit}: lots {lots}, posted {posted}")
            need(held == leased, "leased = sum of what leases hold of lots", f"{member}: {held} and {leased}")
            need(rights == leased, "leased = sum of open leases", f"{member}: {rights} and {leased}")
            # While a restored hub waits, lots nobody has brought yet stand behind leases that were.
            need(
                entries == posted - debt or hub.core.recovering,
                "sum(entries) = balance",
                f"{member}: {entries}, {posted} - {debt}",
            )
        uneven = hub.sql(
            "SELECT member, till, inc, seq FROM entry GROUP BY member, till, inc, seq, unit HAVING sum(amount) <> 0"
        )
        need(not uneven, "double entry sums to zero", uneven)
        owing = hub.sql(_OWING, day_of(hub.now_ms()))
        need(not owing or hub.core.recovering, "debt is settled first from whatever becomes available", owing)
        self._marks()
        self._leases()
        self._feed()

    def _marks(self) -> None:
        hub = self.world.hub
        for till, inc, wm, durable in hub.sql("SELECT till, inc, wm, durable FROM watermark"):
            need(durable <= wm, "durable <= mark", f"{till}/{inc}")
            before = self.marks.get((till, inc), 0)
            need(wm >= before, "a mark never falls", f"{till}/{inc}: {wm}")
            if wm > before:
                fresh = hub.sql(
                    "SELECT seq, hash FROM record WHERE till = ? AND inc = ? AND seq > ?", till, inc, before
                )
                keys = {(till, inc, seq, hash_) for seq, hash_ in fresh}
                self.sent |= keys
                self.shadow.recall(keys)
            self.marks[till, inc] = wm
        for till, inc, count, last in hub.sql("SELECT till, inc, count(*), max(seq) FROM record GROUP BY till, inc"):
            need(
                count == last == self.marks.get((till, inc)),
                "the hub has every record up to the mark",
                f"{till}/{inc}: {count} of {last}",
            )

    def _leases(self) -> None:
        now: dict[str, str] = {}
        for lease, till, state in self.world.hub.sql("SELECT lease, till, state FROM lease"):
            now[lease] = state
            if self.leases.get(lease, "open") == "open" and state != "open":
                ended = lease in self.shadow.closed or lease in self.released
                need(
                    ended,
                    "I3: a lease ends by its till's own close or by a person",
                    f"{lease[:8]} of {till} is {state}",
                )
        gone = [lease for lease, state in self.leases.items() if state == "open" and lease not in now]
        need(not gone, "I3: a lease ends by its till's own close or by a person", f"{gone} vanished")
        self.leases = now
        self.shadow.find(now)

    def _feed(self) -> None:
        revs = self.world.hub.sql("SELECT count(*), coalesce(max(rev), 0) FROM feed")[0]
        head = self.world.hub.sql("SELECT max(rev) FROM feed_head")[0][0]
        need(revs[0] == revs[1] == head, "the feed has no gap", f"{revs[0]} rows, last {revs[1]}, head {head}")

    def hub_saved(self, copies: list[str]) -> None:
        """A verified copy was made: what it holds is durable."""
        self.saved[copies[-1]] = dict(self.marks)

    def hub_lost(self) -> None:
        """The hub is of the past from now on: what it had since, it had not."""
        self.marks, self.leases, self.sent = {}, {}, set()
        self.shadow.hub_forgot = True


__all__: list[Any] = ["Watch"]
