"""The counters: what cashiers, customers and the POS do, through the till's own use-cases; and the POS's memory of what was confirmed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from simulation.violation import need
from till_kit import as_sale, card, line

from agent.errors import StorageFull
from agent.loyalty import ids
from agent.till import enrol, hold, quote, scanned, sell
from agent.till.give_back import Return, Void, take_back, void
from agent.till.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.till import Machine
    from simulation.world import World


@dataclass
class Op:
    """What the POS asks of a till under its own id, as often as it takes."""

    kind: str
    store: str
    id: str
    till: str
    ask: Callable[[Any], Any]
    """Desk -> answer or refusal."""
    of: str = ""
    member: int | None = None
    final: bool = False
    answer: dict[str, Any] | None = None
    sure: bool = False
    """The till has answered: the customer holds a receipt."""
    at_ms: int = 0
    elsewhere: bool = False
    back: bool = False
    """Something was returned of it."""


@dataclass
class Pos:
    """One till's POS; it outlives the till."""

    sales: list[Op] = field(default_factory=list)
    unsure: list[Op] = field(default_factory=list)
    quotes: list[tuple[str, list[dict[str, object]], int]] = field(default_factory=list)
    holds: list[tuple[str, str, list[dict[str, object]], int]] = field(default_factory=list)


class Counter:
    """All counters of the shop."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.all: dict[tuple[str, str, str], Op] = {}
        self.made = 0

    def pos(self, machine: Machine) -> Pos:
        return self.world.poses.setdefault(machine.name, Pos())

    def name(self, machine: Machine, kind: str) -> str:
        self.made += 1
        return f"{machine.name}-{kind}{self.made}"

    def call(self, machine: Machine, what: str, work: Callable[[Any], Any]) -> Any:
        """A cashier's call: it waits for nobody but the till's own disk."""
        world = self.world
        before, world.at_counter = machine.disk.statements, True
        try:
            answer = machine.run(lambda: work(machine.desk))
        except StorageFull:
            world.count("refused by a full disk")
            answer = None
        finally:
            world.at_counter = False
        if machine.up:
            world.watch.served(machine, before, what)
        world.note(f"  {machine.name} {what}: {_short(answer)}")
        return answer

    def perform(self, machine: Machine, op: Op) -> Any:
        """Ask, and remember what the till has said."""
        pos = self.pos(machine)
        again = op in pos.unsure
        answer = self.call(machine, f"{op.kind} {op.id}" + (" again" if again else ""), op.ask)
        if answer is None:
            if not again:
                pos.unsure.append(op)
            return None
        if again:
            pos.unsure.remove(op)
        if isinstance(answer, Refusal):
            again = op.sure and not machine.was_set_back
            need(not (again or op.final), "what was paid is never refused", f"{op.id}: {answer.code} {answer.fields}")
            return answer
        self._answered(machine, op, answer)
        return answer

    def _answered(self, machine: Machine, op: Op, answer: dict[str, Any]) -> None:
        if op.sure and op.answer is not None and answer["replayed"]:
            told = {key: value for key, value in op.answer.items() if key != "replayed"}
            now = {key: value for key, value in answer.items() if key != "replayed"}
            same = msgspec.json.encode(told) == msgspec.json.encode(now)
            need(same or machine.was_set_back, "a replay is answered the same", f"{op.id}: {told} became {now}")
        if not op.sure:
            self.world.count(f"{op.kind}s")
            self.all[op.kind, op.store, op.of if op.kind == "void" else op.id] = op
            op.at_ms = self.world.true_ms
            if op.kind == "sale":
                self.pos(machine).sales.append(op)
                if any(answer["spent"].values()):
                    self.world.count("redemptions")
        op.sure, op.answer = True, answer

    # --- what happens at a counter

    def someone(self) -> int:
        return self.world.chance.randrange(1, self.world.plan.members + 1)

    def spender(self, machine: Machine) -> int:
        """Most of those who pay with points are those the till has rights of; anybody may try."""
        chain, world = self.world.watch.chains[machine.name], self.world
        holders = {right.member for right in chain.rights.values() if not right.closed and right.inc == chain.inc}
        key = world.hub.keys.programme_key
        known = [n for n in range(1, world.plan.members + 1) if ids.member_id(key, card(n)) in holders]
        return world.chance.choice(known) if known and world.chance.random() < 0.6 else self.someone()

    def basket(self) -> list[dict[str, object]]:
        chance = self.world.chance
        return [line(n, chance.randrange(500, 40_000)) for n in range(1, chance.choice((2, 2, 3)))]

    def unsure_first(self, machine: Machine) -> bool:
        """A POS whose call has broken off asks again before anything else."""
        pos = self.pos(machine)
        if pos.unsure and self.world.chance.random() < 0.8:
            self.perform(machine, pos.unsure[0])
            return True
        return False

    def scan(self, machine: Machine, who: int | None = None) -> None:
        number = who or self.someone()
        self.call(
            machine,
            f"scan {number}",
            lambda desk: scanned.scanned(
                desk, desk.recogniser.text(card(number), symbology=None, at_ms=desk.clock.monotonic_ms())
            ),
        )
        self.call(machine, "clear", scanned.clear)

    def sell(self, machine: Machine) -> None:
        self.sale(machine, self.basket(), self.someone())

    def redeem(self, machine: Machine) -> None:
        """A customer who pays with points: scanned, quoted, sold as quoted, most of the time."""
        chance, number, basket = self.world.chance, self.spender(machine), self.basket()
        points = chance.choice(("max", chance.randrange(1, 60)))
        given = self._quoted(machine, number, basket, points)
        if given is None or not machine.up:
            return
        if chance.random() < 0.5:
            self.world.pass_ms(chance.randrange(500, 90_000))
        more: dict[str, object] = {"quote": given["quote"]}
        if chance.random() < 0.6:
            self.sale(
                machine, basket, number, final=chance.random() < 0.5, redeem={"main": given["spent"].get("main", 0)}
            )
        else:
            self.sale(machine, basket, number, final=chance.random() < 0.5, **more)

    def quote(self, machine: Machine) -> None:
        number, basket = self.someone(), self.basket()
        self._quoted(machine, number, basket, "max")

    def _quoted(self, machine: Machine, number: int, basket: list[dict[str, object]], points: object) -> Any:
        from agent.till.answer import quoted

        asked = as_sale(None, basket, card=card(number), redeem={"main": points})

        def work(desk: Any) -> Any:
            found = quote.quote(desk, asked)
            return found if isinstance(found, Refusal) else quoted(desk, found[0], found[2], lang="ru")

        answer = self.call(machine, f"quote {number} {points}", work)
        if answer is None or isinstance(answer, Refusal):
            return None
        self.pos(machine).quotes = [*self.pos(machine).quotes[-3:], (answer["quote"], basket, number)]
        return answer

    def hold(self, machine: Machine) -> None:
        """Hold what was quoted; or pay by what is held."""
        pos, chance = self.pos(machine), self.world.chance
        if pos.holds and chance.random() < 0.5:
            name, given, basket, number = pos.holds.pop(chance.randrange(len(pos.holds)))
            self.sale(
                machine,
                basket,
                number,
                final=chance.random() < 0.6,
                **({"hold": name} if chance.random() < 0.7 else {"quote": given}),
            )
            return
        number, basket = self.someone(), self.basket()
        answer = self._quoted(machine, number, basket, "max")
        if answer is None or not machine.up:
            return
        name = self.name(machine, "H")
        held = self.call(machine, f"hold {name}", lambda desk: hold.hold(desk, name, answer["quote"]))
        if held is not None and not isinstance(held, Refusal):
            pos.holds = [*pos.holds[-3:], (name, answer["quote"], basket, number)]

    def release(self, machine: Machine) -> None:
        pos = self.pos(machine)
        if pos.holds:
            name = pos.holds.pop()[0]
            self.call(machine, f"release {name}", lambda desk: hold.release(desk, name))

    def sale(
        self,
        machine: Machine,
        basket: list[dict[str, object]],
        number: int | None,
        *,
        final: bool = False,
        **more: object,
    ) -> Any:
        name = self.name(machine, "S")
        if final:
            more["receipt_no"] = name
        if number is not None:
            more["card"] = card(number)
        body = as_sale(name, basket, **more)
        op = Op(
            "sale", machine.store_id, name, machine.till, lambda desk: sell.sell(desk, body), member=number, final=final
        )
        return self.perform(machine, op)

    def overcharge(self, machine: Machine) -> None:
        """A POS that takes points without asking, now and then of nobody: a paid sale is kept as charged."""
        chance = self.world.chance
        number = self.someone() if chance.random() < 0.8 else None
        self.sale(machine, self.basket(), number, final=True, redeem={"main": chance.randrange(1, 80)})

    def enrol(self, machine: Machine) -> None:
        number = self.someone()
        name = self.name(machine, "E")
        asked = enrol.Enrolment(id=name, card=card(number), phone=f"+7916{number:07d}")
        self.perform(machine, Op("enrol", machine.store_id, name, machine.till, lambda desk: enrol.enrol(desk, asked)))

    def _returnable(self, machine: Machine) -> Op | None:
        sales = [op for op in self.pos(machine).sales[-12:] if not op.elsewhere]
        return self.world.chance.choice(sales) if sales else None

    def give_back(self, machine: Machine) -> None:
        sale = self._returnable(machine)
        if sale is None:
            return
        name = self.name(machine, "R")
        amount = self.world.chance.randrange(1, 20_000)
        asked = msgspec.convert(
            {"id": name, "lines": [self.world.chance.choice(({"n": 1, "amount": amount}, {"n": 1, "quantity": "1"}))]},
            Return,
        )
        op = Op(
            "return", machine.store_id, name, machine.till, lambda desk: take_back(desk, sale.id, asked), of=sale.id
        )
        sale.back = True
        self.perform(machine, op)

    def void(self, machine: Machine) -> None:
        sale = self._returnable(machine)
        if sale is None:
            return
        name = self.name(machine, "V")
        op = Op(
            "void", machine.store_id, name, machine.till, lambda desk: void(desk, sale.id, Void(id=name)), of=sale.id
        )
        sale.back = True
        self.perform(machine, op)

    def replay(self, machine: Machine) -> None:
        """The POS sends its last sales again."""
        for op in self.pos(machine).sales[-4:]:
            if machine.up:
                self.perform(machine, op)

    def replay_elsewhere(self, machine: Machine) -> None:
        """The POS sends a sale to another till of its store; the card was shown there too."""
        others = [
            op for other in self.world.machines.values() if other.store_id == machine.store_id and other.till != machine.till
            for op in self.pos(other).sales[-6:] if not op.back
        ]  # fmt: skip
        paid = [op for op in others if op.answer and any(op.answer["spent"].values())]
        if others:
            op = self.world.chance.choice(paid or others)
            op.elsewhere = True
            # Now and then nobody shows it there.
            if op.member is not None and self.world.chance.random() < 0.9:
                self.scan(machine, op.member)
            # Time enough for the points to come over from where they lie: then both tills spend them, and the hub counts one.
            for one in (machine, *self.world.machines.values(), machine):
                self.world.pass_ms(6_000)
                one.jobs(late=0.2)
            self.call(machine, f"{op.kind} {op.id} of another till", op.ask)


def _short(answer: Any) -> str:
    if answer is None:
        return "-"
    if isinstance(answer, Refusal):
        return f"refused {answer.code}"
    if isinstance(answer, dict):
        kept = {
            key: answer[key]
            for key in ("spent", "earned", "loss", "mismatch", "replayed", "restored", "taken_back", "seq")
            if answer.get(key)
        }
        return str(kept)
    return type(answer).__name__
