"""A shop of pens whose hub is copied at some moment and lost at the end: what the tests of recovery play on."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
from hub_kit import TODAY, UNIT, Bench
from pen_shop import TILLS, PenShop

from agent.errors import Conflict, NotFound
from agent.sqlite import backup
from sync.hub import fleet
from sync.hub.merging import merge
from sync.hub.recovering import waive
from sync.hub.restoring import begin
from sync.hub.store.audits import Audit
from sync.hub.store.steps import transaction
from sync.wire import GotBody


class RecoveryShop(PenShop):
    """Tills journal each grant before they spend from it, take sales back, members are merged, and the hub is copied when the script
    says so.
    """

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.folder = folder
        self.copy = str(Path(folder) / "copy.db")
        self.spent: dict[str, list] = {till: [] for till in TILLS}
        self.do_backup()

    def do_backup(self) -> None:
        backup(self.bench.database, self.copy)
        self.at_copy = {row[0] for row in self.bench.sql("SELECT lease FROM lease")}

    def do_merge(self, member, target):
        bench = self.bench
        with contextlib.suppress(Conflict, NotFound), transaction(bench.database):
            merge(bench.database, member, target, reason="one", epoch=1, day=TODAY, now_ms=bench.clock())

    def lent_to(self, till: str) -> int:
        """What the till was granted since the copy: the bound of what it can cost. Older leases stay locked."""
        rows = self.bench.sql("SELECT lease, granted FROM lease WHERE till = ?", till)
        return sum(granted for lease, granted in rows if lease not in self.at_copy)

    def push(self, till, first, last):
        known = {grant.id for grant in self.grants[till]}
        super().push(till, first, last)
        for grant in self.grants[till]:
            if grant.id not in known:
                self.pens[till].write(GotBody(grant=grant))

    def do_spend(self, till, points, cheat):
        pen = self.pens[till]
        count, grants = len(pen.lines), self.grants[till][:1]
        before = {grant.id: dict(self.left[grant.id]) for grant in grants}
        super().do_spend(till, points, cheat)
        if len(pen.lines) > count:
            (grant,) = grants
            after = self.left[grant.id]
            parts = {lot: n - after[lot] for lot, n in before[grant.id].items() if n > after[lot]}
            self.spent[till].append((grant.member, f"{till}-1-sale-{count + 1}", parts))

    def do_undo(self, till):
        """The last sale paid with points is taken back whole."""
        if self.spent[till]:
            member, name, parts = self.spent[till].pop()
            self.pens[till].give_back(member, name, restored=parts)


def restored(shop: RecoveryShop, tills=TILLS) -> Bench:
    """The copy as a hub of the next epoch that waits for these tills."""
    path = Path(shop.folder) / "restored.db"
    Path(shop.copy).rename(path)
    bench = Bench(path, stores=("s1", "s1", "s1"))
    bench.clock = bench.hub.clock = shop.bench.clock
    act = Audit(at=bench.clock(), who="t", what="restored", subject="copy")
    with transaction(bench.database):
        # The file outside knows what the hub knew last.
        fleet.take_over(bench.database, fleet.of(shop.bench.database, now_ms=act.at), now_ms=act.at)
        begin(bench.database, epoch=2, tills=tills, act=act)
    bench.hub._look()
    return bench


def send(shop: RecoveryShop, bench: Bench, till: str, last: int):
    """A till pushes up to `last` of its journal, from the hub's mark on, as one that knows of the new epoch."""
    pen = shop.pens[till]
    rows = bench.sql("SELECT wm FROM watermark WHERE till = ? AND inc = ?", till, pen.inc)
    first = rows[0][0] + 1 if rows else 1
    how = {"epoch": 2, "end": last == len(pen.lines), "open_leases": tuple(grant.id for grant in shop.grants[till])}
    head, lines = pen.batch(first=first, last=max(last, first - 1), pending=())
    answer = bench.hub.push(bench.tills[till], msgspec.structs.replace(head, **how), lines)
    bench.audit()
    return answer


def fed_again(shop: RecoveryShop, chance, tills=TILLS) -> Bench:
    """Restore the copy and let tills push again, each in its order, all of them in any."""
    bench = restored(shop)
    left = {till: len(shop.pens[till].lines) for till in tills}
    sent = dict.fromkeys(tills, 0)
    while left:
        till = chance.choice(sorted(left))
        sent[till] = min(left[till], sent[till] + chance.randint(1, 6))
        send(shop, bench, till, sent[till])
        if sent[till] == left[till]:
            del left[till]
    return bench


def loss_of(bench: Bench) -> dict[str, int]:
    """Points booked to the shop's loss, by member."""
    sql = "SELECT member, -sum(amount) FROM entry WHERE account = 'loss:store' AND unit = ? GROUP BY member"
    return {row[0]: row[1] for row in bench.sql(sql, UNIT)}


def waived(bench: Bench, till: str) -> None:
    act = Audit(at=bench.clock(), who="t", what="till-waived", subject=till, reason="burnt")
    with transaction(bench.database):
        assert waive(bench.database, till, act=act, day=TODAY)
    bench.audit()


def spend_all(shop: RecoveryShop, bench: Bench, till: str, members) -> dict[str, int]:
    """One till is granted whatever the hub now gives, and spends it; returns how much, by member."""
    pen, spent = shop.pens[till], dict.fromkeys(members, 0)
    for member in members:
        pen.want(member, 10**6)
    head, lines = pen.batch(pending=pen.wants[-len(members) :])
    answers = bench.hub.push(bench.tills[till], head, lines).leases
    for grant in [one.grant for one in answers if one.grant]:
        pen.sale(grant.member, spends=[(grant, {part.lot: part.points for part in grant.backing})])
        spent[grant.member] = grant.granted
    bench.push(pen)
    bench.audit()
    return spent
