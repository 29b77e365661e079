"""Three tills that write their own chains before one hub: what the property tests of the hub play their scripts on."""

from __future__ import annotations

from pathlib import Path

from hub_kit import DAY_MS, Bench, Pen

TILLS = ("t1", "t2", "t3")


class PenShop:
    """Three tills before a hub: each spends only what its grants allow, unless it is told to cheat."""

    def __init__(self, folder: str, name: str = "a.db") -> None:
        self.bench = Bench(Path(folder) / name, stores=("s1", "s1", "s1"))
        self.pens = {till: Pen(till, clock=self.bench.clock) for till in TILLS}
        self.grants: dict[str, list] = {till: [] for till in TILLS}
        self.left: dict[str, dict[str, int]] = {}
        self.sales: dict[str, list] = {till: [] for till in TILLS}
        self.pushed: list[tuple] = []

    def play(self, script) -> None:
        for kind, *args in script:
            getattr(self, f"do_{kind}")(*args)
            self.bench.audit()
        for till in TILLS:
            self.do_push(till)
            self.bench.audit()

    def do_sale(self, till, member, earn, pending, expires):
        pen = self.pens[till]
        name = f"{till}-{len(pen.lines)}"
        pen.sale(member, name=name, earn=earn, pending=pending, expires=expires)
        self.sales[till].append((member, name, earn))

    def do_want(self, till, member, points, style):
        self.pens[till].want(member, points, style=style)

    def do_spend(self, till, points, cheat):
        for grant in self.grants[till][:1]:
            parts = {}
            for backing in grant.backing:
                left = self.left[grant.id].get(backing.lot, 0)
                part = min(points, left + (50 if cheat else 0))
                if part:
                    parts[backing.lot] = part
                    self.left[grant.id][backing.lot] = max(0, left - part)
                    points -= part
            if parts:
                self.pens[till].sale(grant.member, spends=[(grant, parts)])

    def do_return(self, till, points):
        for member, name, earned in self.sales[till][-1:]:
            taken = min(points, earned)
            self.sales[till][-1] = (member, name, earned - taken)
            self.pens[till].give_back(member, name, taken_back=taken, own=[f"lot-{name}"])

    def do_close(self, till):
        for grant in self.grants[till][:1]:
            left = sum(self.left[grant.id].values())
            self.pens[till].close(grant, spent=grant.granted - left, left=left)
            self.grants[till].pop(0)

    def do_twice(self, till, other):
        """The POS repeats a sale at another till."""
        for member, name, _ in self.sales[till][-1:]:
            self.pens[other].sale(member, name=name, earn=7, lot=f"again-{len(self.pens[other].lines)}")

    def do_poison(self, till):
        self.pens[till].raw(b'{"no": "record"}')

    def do_push(self, till):
        pen = self.pens[till]
        self.push(till, pen.sent + 1, len(pen.lines))

    def push(self, till, first, last):
        self.pushed.append((till, first, last, self.bench.clock.now_ms))
        answer = self.bench.push(self.pens[till], first=first, last=last)
        for leased in answer.leases:
            if leased.grant:
                self.grants[till].append(leased.grant)
                self.left[leased.grant.id] = {part.lot: part.points for part in leased.grant.backing}

    def do_day(self):
        if self.bench.clock.now_ms < 1_790_000_000_000 + 4 * DAY_MS:
            self.bench.clock.now_ms += DAY_MS
