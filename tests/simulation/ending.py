"""The end of a run: every fault is mended, everybody talks until there is nothing more to say, and then it must all add up."""

from __future__ import annotations

from collections import Counter as Counts
from typing import TYPE_CHECKING, Any

from simulation.clocks import MINUTE_MS
from simulation.shadow import Shadow, day_of, totals
from simulation.violation import need
from till_kit import card

from agent.loyalty import ids
from sync.wire import BootBody, CloseBody, GotBody, WantBody, decode

if TYPE_CHECKING:
    from simulation.till import Machine
    from simulation.world import World

ROUNDS = 120


def heal(world: World) -> None:
    """Mend lines, disks, clocks and power; unanswered questions of the POS are asked again."""
    world.note("healing")
    world.hub.disk.risk, world.hub.disk.doomed = 0.0, False
    if not world.hub.up:
        world.hub.start()
    for machine in world.machines.values():
        machine.line.cut, machine.line.rates = False, {}
        machine.disk.risk, machine.disk.doomed = 0.0, False
        if machine.gone:
            continue
        machine.make_room()
        if not machine.up:
            machine.start()
        machine.set_clock(0)
    for machine in world.machines.values():
        pos = world.counter.pos(machine)
        for op in list(pos.unsure):
            if machine.up:
                world.counter.perform(machine, op)
        need(not pos.unsure or machine.gone, "liveness: the POS gets its answer", [op.id for op in pos.unsure])


def talk(world: World) -> int:
    """Rounds of everybody's jobs until nothing waits; returns how many it took."""
    for count in range(1, ROUNDS + 1):
        world.pass_ms(2 * MINUTE_MS)
        world._mail()
        for machine in world.machines.values():
            if machine.up:
                machine.due.update(dict.fromkeys(("push", "pull", "housekeeping", "print"), 0))
                machine.jobs(late=0.0)
        world.hub.work(world.hub.new_day)
        if count % 4 == 0:
            world.faults.people()
        if count > 8 and not waiting(world):
            return count
    need(False, "liveness: after healing everything is sent and answered", waiting(world))
    return ROUNDS


def waiting(world: World) -> list[str]:
    """What somebody still waits for."""
    found = []
    for machine in world.machines.values():
        if machine.gone:
            continue
        store = machine.store
        acked = int(store.meta.get("acked", "0"))
        if store.journal.after(acked, 1):
            found.append(f"{machine.name} has unsent records after {acked & 0xFFFFFF}: {machine.parts.line.cause}")
        if pending := store.rights.pending():
            found.append(f"{machine.name} has {len(pending)} wishes without an answer")
        if world.hub.core.moved(store.meta.get("cursor")):
            found.append(f"{machine.name} has not heard of everything")
    if world.hub.core.recovering:
        found.append("the hub still recovers")
    recalled = world.hub.sql("SELECT till, lease FROM lease WHERE state = 'open' AND recalled > 0")
    lost = {machine.till for machine in world.machines.values() if machine.gone}
    found += [f"{till} has not answered the recall of {lease[:8]}" for till, lease in recalled if till not in lost]
    return found


def check(world: World) -> None:
    """Everything that must hold when all is said."""
    _kept(world)
    _quarantine(world)
    counted = _counted(world)
    _added_up(world, counted)
    _same_leases(world, counted)
    _told(world)
    _expired(world)
    _settled(world)
    _printed(world)


def _settled(world: World) -> None:
    """What a till has closed holds nothing any more, since everything it spent is applied."""
    left = world.hub.sql("SELECT till, lease, granted - spent - back FROM lease WHERE state = 'unsettled'")
    need(not left, "liveness: a closed lease holds nothing", left)


def _same_leases(world: World, counted: dict[tuple[str, str, str], Any]) -> None:
    """What the counted records spent of a lease is what the hub has booked on it, unless a person or a copy came between."""
    shadow, spent = world.watch.shadow, Counts[str]()
    for record in counted.values():
        for spend in getattr(record.body, "spends", ()):
            spent[spend.lease] += sum(part.points for part in spend.parts)
    for lease, till, booked in world.hub.sql("SELECT lease, till, spent FROM lease"):
        if lease not in world.watch.released and till not in shadow.twofold:
            need(
                spent[lease] == booked,
                "both ends say the same of a lease",
                f"{lease[:8]} of {till}: {spent[lease]} and {booked}",
            )


def _kept(world: World) -> None:
    """Every record of every disk lies at the hub, to the byte; and nothing else does."""
    held = {
        (till, inc, seq, hash_): bytes(line)
        for till, inc, seq, hash_, line in world.hub.sql("SELECT till, inc, seq, hash, line FROM record")
    }
    shadow = world.watch.shadow
    named = {(key[0], decode(line).id) for key, line in held.items() if key[0] in shadow.twofold}
    for key, line in shadow.records.items():
        # Of two stories under one key the hub has one; the facts of the other it was told again, under the names they have.
        again = key[0] in shadow.twofold and (not _is_fact(key, shadow) or (key[0], shadow.read[key].id) in named)
        need(again or held.get(key) == line, "no record is lost", f"{key[0]} {key[1]}/{key[2]}")
    strange = [key[:3] for key in held if key not in shadow.records]
    need(not strange, "the hub has no record that no till wrote", strange)


def _is_fact(key: tuple[str, int, int, str], shadow: Shadow) -> bool:
    """Whether a record is told again by a new incarnation; one of a later release is told by what this one understands of it."""
    body = shadow.read[key].body
    if isinstance(body, CloseBody):
        return body.reason != "withdrawn"
    return not isinstance(body, BootBody | WantBody | GotBody) and key[:3] not in shadow.poison


def _counted(world: World) -> dict[tuple[str, str, str], Any]:
    """The one record of each fact that the hub has booked; every confirmed operation has exactly one."""
    import hashlib

    sql = "SELECT s.hash, r.till, r.inc, r.seq, r.line FROM sale s JOIN record r ON r.till = s.till AND r.inc = s.inc AND r.seq = s.seq"
    booked = {row[0]: (*row[1:4], decode(bytes(row[4])).id) for row in world.hub.sql(sql)}
    found = {}
    for (kind, store, name), fact in world.watch.shadow.facts.items():
        key = hashlib.sha256(f"{kind}\0{store}\0{name}".encode()).hexdigest()
        of = booked.pop(key, None)
        need(of is not None, "no fact is lost", f"{kind} {name} of {store}")
        chosen = [record for record in fact.records if (record.till, record.inc, record.seq, record.id) == of]
        need(len(chosen) == 1, "no fact is doubled", f"{kind} {name}: {of} among {len(fact.records)}")
        found[kind, store, name] = chosen[0]
    need(not booked, "the hub has no fact that no till has", list(booked))
    for (kind, store, name), op in world.counter.all.items():
        need(
            kind == "enrol" or (kind, store, name) in found,
            "no confirmed operation is lost",
            f"{kind} {name}: {op.answer}",
        )
    return found


def _added_up(world: World, counted: dict[tuple[str, str, str], Any]) -> None:
    """I5 and the balances, from the journals alone; of the hub's books only what expired and what the shop bore are read."""
    shadow, hub = world.watch.shadow, world.hub
    sums = totals(counted, shadow)
    own: dict[str, Counts[str]] = {}
    for member, account, amount in hub.sql("SELECT member, account, sum(amount) FROM entry GROUP BY member, account"):
        own.setdefault(shadow.root(member), Counts())[account] += amount
    balances: Counts[str] = Counts()
    for member, posted, debt in hub.sql("SELECT member, posted, debt FROM account"):
        balances[shadow.root(member)] += posted - debt
    for member in {*sums, *balances, *own}:
        moved, books = sums[member], own.get(member, Counts())
        borne = -books["loss:store"] - moved["lost"]
        expired = books["expired"]
        may = sum(points for name, points in shadow.allowed.items() if shadow.root(name) == member)
        need(
            0 <= borne <= may,
            "I5: the shop bears what a mismatch, a release or a clone explains, and no more",
            f"{member}: {borne} of {may}",
        )
        need(0 <= expired <= _could_expire(world, member), "only what is past its day expires", f"{member}: {expired}")
        told = moved["earned"] - moved["spent"] + borne + moved["restored"] - moved["taken"] - expired
        need(
            balances[member] == told,
            "the balance is what the journals say",
            f"{member}: {balances[member]} and {dict(moved)}, expired {expired}, borne {borne}",
        )
        net = moved["spent"] - moved["restored"]
        need(net <= moved["earned"] + borne, "I5: redemptions <= earned + loss", f"{member}: {dict(moved)}")


def _could_expire(world: World, member: str) -> int:
    shadow, day = world.watch.shadow, day_of(world.true_ms)
    return sum(
        points
        for of, points, last in shadow.lots.values()
        if shadow.root(of) == member and last is not None and last < day
    )


def _quarantine(world: World) -> None:
    parked = {
        (till, inc, seq): reason
        for till, inc, seq, reason in world.hub.sql("SELECT till, inc, seq, reason FROM quarantine")
    }
    planted = world.watch.shadow.poison
    strange = {key: reason for key, reason in parked.items() if key not in planted}
    need(not strange, "quarantine holds nothing but what was planted", strange)
    missing = {key for key in planted - set(parked) if key[0] not in world.watch.shadow.twofold}
    need(not missing, "quarantine holds what was planted", missing)


def _told(world: World) -> None:
    """Every till knows what the hub knows."""
    hub, shadow = world.hub, world.watch.shadow
    for machine in world.machines.values():
        if machine.gone:
            continue
        for number in range(1, world.plan.members + 1):
            member = ids.member_id(hub.keys.programme_key, card(number))
            if not hub.sql("SELECT 1 FROM member WHERE member = ?", member):
                continue
            root = shadow.root(member)
            lots = dict(hub.sql("SELECT lot, remaining FROM lot WHERE member = ? AND remaining > 0", root))
            state = machine.store.members.get(root)
            need(state is not None, "liveness: every till hears of every member", f"{machine.name}: member {number}")
            told = {lot.id: lot.left for lot in state.lots}
            need(
                told == lots,
                "liveness: every till hears of every change",
                f"{machine.name}, member {number}: {told} and {lots}",
            )
            _balance(machine, number, root)


def _balance(machine: Machine, number: int, member: str) -> None:
    from agent.till import identify
    from agent.till.quote import balances

    desk = machine.desk
    who = identify.by_card(desk, card(number), how="id")
    row = balances(desk, who, machine.clock.now_ms())["main"]
    day, hub = day_of(machine.world.true_ms), machine.world.hub
    due = hub.sql(
        "SELECT coalesce(sum(remaining), 0) FROM lot WHERE member = ? AND (expires_on IS NULL OR expires_on >= ?)",
        member,
        day,
    )[0][0]
    need(who.member == member, "a card finds its member", f"{machine.name}: card {number}")
    need(
        row.unsynced == 0,
        "the till shows the balance the hub has",
        f"{machine.name}, member {number}: unsynced {row.unsynced}",
    )
    need(
        row.whole == due,
        "the till shows the balance the hub has",
        f"{machine.name}, member {number}: {row.whole} and {due}",
    )


def _expired(world: World) -> None:
    day = day_of(world.true_ms)
    left = world.hub.sql(
        "SELECT member, lot, remaining - leased FROM lot WHERE expires_on < ? AND remaining > leased", day
    )
    need(not left, "liveness: what is past its day is booked", left)


def _printed(world: World) -> None:
    for machine in world.machines.values():
        if machine.gone:
            continue
        jobs = (
            machine.store.database.connection()
            .execute("SELECT count(*) FROM print_job WHERE state <> 'printed'")
            .fetchone()[0]
        )
        need(jobs == 0, "liveness: what was committed is printed", f"{machine.name}: {jobs} receipts wait")
