"""A day of thirty steps in a small chain: every kind of record, both tills, the hub's jobs. The POS remembers what it was told.

A step can be done again at any point: the POS asks with the same ids, jobs look for what is due.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from day_shop import HUB, PROGRAMME, DayShop, DayTill, Violation
from till_kit import DAY_MS, HOUR_MS, card, line

from agent.runtime.backups import make_backup
from agent.sqlite import transaction
from agent.store.spool import StoreSpool
from agent.till.enrol import Enrolment, enrol
from agent.till.hold import stale
from agent.till.refusal import Refusal
from agent.till.scanned import forget_idle
from agent.till.wish import let_go
from sync.hub.publishing import publish
from sync.hub.saving import save_copy

ANNA, BORIS, VERA = 1, 2, 3
PRINTER = "receipts"
NEXT_PROGRAMME = PROGRAMME.replace("version = 12", "version = 13").replace('earn = "5%"', 'earn = "10%"')
MINUTE_MS = 60_000


class Step(NamedTuple):
    """`after_ms` goes by before it. `offline`: the line is cut while it runs."""

    name: str
    act: Callable[[Day], object]
    after_ms: int = MINUTE_MS
    offline: bool = False


class Day:
    """The shop's day as it goes: `confirmed` is what the POS was told, `paper` what came out of the printer."""

    def __init__(self, shop: DayShop, *, whole: bool = False) -> None:
        """`whole`: a POS that finds its till started anew asks everything of the day again, not only what was not confirmed."""
        self.shop = shop
        self.whole = whole
        self.confirmed: dict[str, dict[str, Any]] = {}
        self.paper: list[tuple[str, bytes]] = []
        self._asked: dict[str, Callable[[], Any]] = {}
        self._quotes: dict[str, str] = {}
        self._again = False
        self.at = ""
        self.marks: dict[str, dict[str, int]] = {}
        """By step: how many calls each machine's disk had heard before it."""
        shop.on_restart = self._started

    @property
    def one(self) -> DayTill:
        return self.shop.tills["T1"]

    @property
    def two(self) -> DayTill:
        return self.shop.tills["T2"]

    def run(self) -> None:
        for step in STEPS:
            self.at = step.name
            self.marks[step.name] = {name: len(machine.disk.calls) for name, machine in self.shop.machines.items()}
            self.shop.clock.pass_ms(step.after_ms)
            for till in self.shop.tills.values():
                till.is_online = not step.offline
            self.shop.do(lambda step=step: self._step(step))

    def _step(self, step: Step) -> None:
        for till in self.shop.tills.values():
            till.is_online, till.line.cut = not step.offline, step.offline
        if self._again:
            for name in list(self._asked):
                self.ask(name, self._asked[name])
            self._again = False
        step.act(self)

    def _started(self, _name: str) -> None:
        self._again = self.whole

    def ask(self, name: str, asked: Callable[[], Any]) -> None:
        """The POS asks; the same question gets the same answer for ever."""
        self._asked[name] = asked
        answer = asked()
        if isinstance(answer, Refusal):
            raise Violation(f"{self.at}: {name} refused: {answer}")
        if not isinstance(answer, dict):
            answer = {"hold": answer.id, "points": answer.points}
        answer = msgspec.json.decode(msgspec.json.encode({key: answer[key] for key in answer if key != "replayed"}))
        before = self.confirmed.setdefault(name, answer)
        if before != answer:
            odd = {
                key: (before.get(key), answer.get(key)) for key in before | answer if before.get(key) != answer.get(key)
            }
            raise Violation(f"{name} was answered otherwise before: {odd}")

    def sell(self, till: Callable[[Day], DayTill], name: str, *lines: dict[str, Any], **more: Any) -> None:
        self.ask(name, lambda: till(self).sell(name, list(lines) or None, **more))

    def hold(self, name: str, **quoted: Any) -> None:
        """A hold by its quote; a till that started anew knows no quotes, so the POS asks for another, unless the hold stands."""

        def asked() -> Any:
            if name in self._quotes:
                found = self.one.hold(name, self._quotes[name])
                if not isinstance(found, Refusal) or found.code != "quote-unknown":
                    return found
            given = self.one.quote(**quoted)
            if isinstance(given, Refusal):
                return given
            self._quotes[name] = given["quote"]
            return self.one.hold(name, given["quote"])

        self.ask(name, asked)

    def scan(self, till: DayTill, number: int) -> None:
        till.scan(card(number))
        self.shop.sync(till.line.till)

    def deaf(self) -> None:
        """A push that arrives and whose answer does not; the next one brings it."""
        self.one.line.deaf = 1
        self.shop.sync("T1")

    def print(self) -> None:
        """The printer's worker: a job left in mid-print has its paper or not, as the printer says."""
        for till in self.shop.tills.values():
            spool = StoreSpool(till.store, till.world.writer)
            while (job := spool.next(PRINTER, self.shop.clock.now_ms())) is not None:
                receipt = till.store.prints.receipt_of(job.id) or ""
                spool.mark(job.id, "sending", now_ms=self.shop.clock.now_ms(), attempt=True)
                if not (job.state == "uncertain" and (receipt, job.document) in self.paper):
                    self.paper.append((receipt, job.document))
                spool.mark(job.id, "printed", now_ms=self.shop.clock.now_ms())

    def back_up(self) -> None:
        make_backup(self.one.settings, self.one.store, now_ms=self.shop.clock.now_ms())

    def keep_house(self) -> None:
        for till in self.shop.tills.values():
            for work in (stale, forget_idle, let_go):
                work(till.desk)

    def enrol(self, name: str, **more: Any) -> None:
        self.ask(name, lambda: enrol(self.one.desk, msgspec.convert({"id": name, **more}, Enrolment)))

    def give(self, number: int, lots: dict[str, tuple[int, str | None]]) -> None:
        """Points from a shop elsewhere in the chain, some of them soon over."""
        pen, member = self.shop.pen, self.one.member_id(number)
        if not pen.lines:
            pen.boot()
            for lot, (points, expires) in lots.items():
                pen.sale(member, earn=points, lot=lot, expires=expires, name=f"given-{lot}")
        self._at_hub(lambda: self.shop.bench.push(pen, first=1))

    def publish(self) -> None:
        def act() -> None:
            bench = self.shop.bench
            # The command's own process: whatever stops it ends it.
            with self.shop.command(HUB), transaction(bench.database):
                publish(
                    bench.database, NEXT_PROGRAMME, "next", signer=bench.keys.signer, now_ms=self.shop.clock.now_ms()
                )

        self._at_hub(act)

    def save_hub(self) -> None:
        def act() -> None:
            bench, machine = self.shop.bench, self.shop.machines[HUB]
            folder, now = f"{machine.disk.root}/backup", self.shop.clock.now_ms()
            bench.hub.durable(save_copy(bench.path, folder, now_ms=now, keep=2, factory=machine.factory))

        self._at_hub(act)

    def new_day(self) -> None:
        def act() -> None:
            while self.shop.bench.hub.upkeep.new_day():
                pass

        self._at_hub(act)

    def _at_hub(self, act: Callable[[], Any]) -> None:
        self.shop.hub_call(act)

    def sync(self) -> None:
        for name in self.shop.names * 2:
            self.shop.sync(name)


def _one(day: Day) -> DayTill:
    return day.one


def _two(day: Day) -> DayTill:
    return day.two


STEPS = (
    Step("points from elsewhere", lambda day: day.give(ANNA, {"old": (30, "2026-11-24"), "new": (400, None)})),
    Step("T2 sells to Anna", lambda day: day.sell(_two, "B-1", card=card(ANNA))),
    Step("both sync", Day.sync),
    Step("Anna is scanned at T1", lambda day: day.scan(day.one, ANNA)),
    Step(
        "a quote and a hold", lambda day: day.hold("H-1", id="S-1", card=card(ANNA), redeem={"main": 150}), offline=True
    ),
    Step(
        "the hold is sold",
        lambda day: day.sell(_one, "S-1", card=card(ANNA), redeem={"main": 150}, hold="H-1"),
        offline=True,
    ),
    Step("the receipt is printed", Day.print, offline=True),
    Step("cash, no card", lambda day: day.sell(_one, "S-2", line(price=55_500)), offline=True),
    Step(
        "Boris is met by his card",
        lambda day: day.sell(_one, "S-3", line(price=700_000), card=card(BORIS)),
        offline=True,
    ),
    Step("a second redemption", lambda day: day.sell(_one, "S-4", card=card(ANNA), redeem={"main": 40}), offline=True),
    Step("the line is back, an answer is lost", Day.deaf, 5 * MINUTE_MS),
    Step("the push again", lambda day: day.shop.sync("T1")),
    Step("top-up: Anna stands at T2", lambda day: day.scan(day.two, ANNA)),
    Step("T1 hears of the recall", lambda day: day.shop.sync("T1")),
    Step("T2 asks again", lambda day: day.scan(day.two, ANNA), 2 * MINUTE_MS),
    Step("T2 redeems", lambda day: day.sell(_two, "B-2", card=card(ANNA), redeem={"main": 60})),
    Step(
        "T1 takes goods back",
        lambda day: day.ask("R-1", lambda: day.one.give_back("S-1", "R-1", [{"n": 1, "amount": 50_000}])),
    ),
    Step("T1 voids", lambda day: day.ask("V-1", lambda: day.one.void("S-2", "V-1"))),
    Step("Vera enrols by phone", lambda day: day.enrol("E-1", card=card(VERA), phone="+79161234567", birthday="02-29")),
    Step("T1 makes a backup", Day.back_up),
    Step("a programme is published", Day.publish),
    Step("both sync again", Day.sync),
    Step("Vera buys under the new programme", lambda day: day.sell(_one, "S-5", line(price=200_000), card=card(VERA))),
    Step(
        "a hold nobody comes back to", lambda day: day.hold("H-2", id="S-6", card=card(ANNA), redeem={}), offline=True
    ),
    Step("housekeeping while the line is up", Day.keep_house, HOUR_MS),
    Step("printed", Day.print),
    Step("both sync once more", Day.sync),
    Step("the hub's backup", Day.save_hub),
    Step("ten days later the hub books what is over", Day.new_day, 10 * DAY_MS),
    Step("the last sync", Day.sync),
)
