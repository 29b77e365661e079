"""A hub on a real SQLite file or PostgreSQL schema and tills that write their own chains, for tests of the hub."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal

import msgspec
import pg_kit

from agent.loyalty.decision import Decision
from agent.loyalty.leases import Spend
from agent.loyalty.lots import Lot, Part
from agent.loyalty.sale import Line, Sale
from sync import chain, wire
from sync.hub.hub import Hub
from sync.hub.opening import open_hub
from sync.hub.policy import Policy
from sync.hub.store import schema, tills

UNIT = "points:main"
NOON = 1_790_000_000_000
"""2026-09-21 in Moscow."""
DAY_MS = 86_400_000
TODAY = "2026-09-21"


class Clock:
    def __init__(self, now_ms: int = NOON) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


def chance(count: int) -> bytes:
    return bytes(range(count))


def _plain(value):
    return int(value) if isinstance(value, Decimal) else value


class Bench:
    """One hub with tills t1..t3, all of store s1 unless said otherwise."""

    def __init__(self, path, *, policy: Policy | None = None, stores=("s1", "s1", "s1")) -> None:
        self.path = pg_kit.place(str(path))
        self.clock = Clock()
        self.database, self.keys = open_hub(self.path, chance=chance)
        self.hub = Hub(self.database, keys=self.keys, clock=self.clock, policy=policy)
        self.tills = {}
        for n, store in enumerate(stores, 1):
            till = tills.Till(till=f"t{n}", store=store, added=NOON)
            tills.save(self.database, till)
            self.tills[till.till] = till

    def close(self) -> None:
        self.database.close()

    def push(self, pen: Pen, *, wrong=(), **how):
        """Push what the till has not pushed; `wrong` replaces fields of the head."""
        head, lines = pen.batch(**how)
        head = msgspec.structs.replace(head, **dict(wrong))
        return self.hub.push(self.tills[pen.till], head, lines)

    def sql(self, text: str, *values):
        """Rows, whole numbers of any width as such."""
        return [tuple(map(_plain, row)) for row in self.database.execute_sql(text, values).fetchall()]

    def account(self, member: str, unit: str = UNIT):
        """(posted, leased, debt)."""
        rows = self.sql("SELECT posted, leased, debt FROM account WHERE member = ? AND unit = ?", member, unit)
        return rows[0] if rows else (0, 0, 0)

    def lots(self, member: str):
        """{lot: (points, remaining, leased)}."""
        rows = self.sql("SELECT lot, points, remaining, leased FROM lot WHERE member = ? ORDER BY lot", member)
        return {row[0]: row[1:] for row in rows}

    def audit(self) -> None:
        """The invariants, asserted per member at rest."""
        for member, unit, posted, leased, debt in self.sql("SELECT member, unit, posted, leased, debt FROM account"):
            assert min(posted - leased, debt, leased) >= 0
            lots = self.sql(
                "SELECT sum(remaining), sum(leased), sum(unbacked) FROM lot WHERE member = ? AND unit = ?", member, unit
            )
            assert (lots[0][0] or 0, lots[0][1] or 0) == (posted, leased), member
            unbacked = lots[0][2] or 0
            entries = self.sql(
                "SELECT sum(amount) FROM entry WHERE member = ? AND unit = ? AND account = ?",
                member,
                unit,
                f"member:{member}",
            )
            assert (entries[0][0] or 0) == posted - debt - unbacked, member
            held = self.sql("SELECT sum(granted - spent - back) FROM lease WHERE member = ? AND unit = ?", member, unit)
            assert (held[0][0] or 0) == leased, member
        assert (
            self.sql("SELECT member, unit FROM entry GROUP BY member, till, inc, seq, unit HAVING sum(amount) <> 0")
            == []
        )
        revs = [row[0] for row in self.sql("SELECT rev FROM feed ORDER BY rev")]
        assert revs == list(range(1, len(revs) + 1))
        assert self.sql("SELECT rev FROM feed_head") == [(len(revs),)]

    def everything(self, *, but=("watermark", "feed", "feed_head", "pending", "meta", "record")):
        """Every table's rows, for comparing two hubs."""
        names = re.findall(r"CREATE TABLE (\w+)", schema.FIRST)
        return {name: sorted(map(repr, self.sql(f"SELECT * FROM {name}"))) for name in names if name not in but}


class Pen:
    """A till's hand: writes records into one chain and cuts batches of them."""

    def __init__(self, till: str = "t1", *, store: str = "s1", inc: int = 1, clock: Clock | None = None) -> None:
        self.till = till
        self.store = store
        self.inc = inc
        self.clock = clock or Clock()
        self.lines: list[bytes] = []
        self.hashes = [wire.GENESIS]
        self.hlc = 0
        self.sent = 0
        self.wants: list[int] = []

    def write(self, body, **changes) -> int:
        """Append a record; returns its seq."""
        seq = len(self.lines) + 1
        self.hlc = chain.hlc_tick(self.hlc, self.clock())
        record = wire.Record(
            v=1,
            till=self.till,
            inc=self.inc,
            seq=seq,
            id=f"{self.till}-{self.inc}-{seq}",
            at=self.clock(),
            hlc=self.hlc,
            body=body,
        )
        return self.raw(wire.encode(msgspec.structs.replace(record, **changes)))

    def raw(self, line: bytes) -> int:
        seq = len(self.lines) + 1
        self.lines.append(line)
        self.hashes.append(chain.link(self.hashes[-1], line, seq=seq, inc=self.inc))
        return seq

    def boot(self) -> int:
        return self.write(wire.BootBody(reason="new", store=self.store))

    def sale(
        self, member=None, *, name=None, earn=0, lot=None, spends=(), pending="", expires=None, content=None, **more
    ) -> int:
        """A sale that gives `earn` points in lot `lot` and spends `spends`: (grant, {lot: points})."""
        name = name or f"{self.till}-{self.inc}-sale-{len(self.lines) + 1}"
        lots = ()
        if earn:
            lots = (
                Lot(
                    id=lot or f"lot-{name}",
                    unit=UNIT,
                    points=earn,
                    left=earn,
                    born=self.clock(),
                    spendable_from=pending,
                    expires_on=expires,
                ),
            )
        spent = tuple(
            Spend(lease if isinstance(lease, str) else lease.id, UNIT, tuple(Part(lot, n) for lot, n in parts.items()))
            for lease, parts in spends
        )
        body = wire.SaleBody(
            store=self.store,
            sale=Sale(lines=(Line(n=1, sku="a", price=100, amount=100),), id=name),
            content=content or hashlib.sha256(name.encode()).hexdigest(),
            closed_at=self.clock(),
            decision=Decision(
                programme="p",
                version=1,
                hash="",
                at=self.clock(),
                total=100,
                discount=0,
                redeemed=0,
                to_pay=100,
                lines=(),
            ),
            member=member,
            lots=lots,
            spends=spent,
            **more,
        )
        return self.write(body)

    def give_back(self, member, of, *, restored=None, taken_back=0, own=(), name=None, **more) -> int:
        body = wire.ReturnBody(
            store=self.store,
            id=name or f"{self.till}-return-{len(self.lines) + 1}",
            content="c",
            of=of,
            lines=(),
            closed_at=self.clock(),
            money_back=0,
            member=member,
            restored={UNIT: tuple(Part(lot, n) for lot, n in restored.items())} if restored else {},
            taken_back={UNIT: taken_back} if taken_back else {},
            own_lots=tuple(own),
            **more,
        )
        return self.write(body)

    def want(self, member, points, *, style="visit", unit=UNIT) -> int:
        self.wants.append(self.write(wire.WantBody(member=member, unit=unit, points=points, style=style)))
        return self.wants[-1]

    def close(self, grant, *, spent, left=None, reason="idle") -> int:
        left = grant.granted - spent if left is None else left
        return self.write(
            wire.CloseBody(lease=grant.id, member=grant.member, unit=grant.unit, spent=spent, left=left, reason=reason)
        )

    def batch(self, *, first=None, last=None, cursor="", pending=None):
        """Head and lines of records first..last; by default all that were not in an earlier batch, with their wants."""
        first = self.sent + 1 if first is None else first
        last = len(self.lines) if last is None else last
        self.sent = max(self.sent, last)
        if pending is None:
            pending = [seq for seq in self.wants if first <= seq <= last]
        head = wire.Head(
            v=1,
            till=self.till,
            inc=self.inc,
            first=first,
            last=last,
            prev=self.hashes[first - 1],
            hash=self.hashes[last],
            cursor=cursor,
            pending_wants=tuple(pending),
        )
        return head, self.lines[first - 1 : last]


def granted(bench: Bench, pen: Pen, member: str, points: int, **more):
    """The answer to one wish, pushed at once."""
    pen.want(member, points, **more)
    return bench.push(pen).leases[0]
