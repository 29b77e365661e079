"""A real till on a real SQLite file, joined as the service joins one, with clock, ids and ear in the test's hands.

till = Till(tmp_path)
anna = till.member(1, lots=[("a", 340, "2026-12-31")])
till.lease(anna, 190)
answer = till.sell("S-1", [coffee()], card=card(1), redeem={"main": 150})
"""

# ruff: noqa: A002 - ids are called ids, as in the API
from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field
from typing import Any

import msgspec

from agent.loyalty import ids
from agent.loyalty.leases import Backing, Grant, Lease, lease_id
from agent.loyalty.ledger import unbalanced
from agent.loyalty.lots import Lot
from agent.loyalty.sale import Sale
from agent.rows import WantRow, position
from agent.runtime import secrets, wiring
from agent.runtime.settings import ReceiptSettings, Settings, TillSettings
from agent.sqlite import InlineWriter, Writer
from agent.till import identify, when
from agent.till.answer import quoted
from agent.till.give_back import Return, Void, take_back, void
from agent.till.hold import hold
from agent.till.quote import balances, quote
from agent.till.refusal import Refusal
from agent.till.scanned import scanned
from agent.till.sell import sell
from drivers.printer.document import decode_document
from drivers.printer.render import text_lines
from sync import chain
from sync.wire import GENESIS, GotBody, MemberState, Record, SaleBody, WantBody, decode

NOW = 1_795_331_700_000
"""2026-11-22T10:15:00+03:00, a Sunday."""
TOLD = NOW - 17 * 60_000
"""09:58 in Moscow."""
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MAIN = "points:main"
BANK_CARD = "4111111111111111"

PROGRAMME = """
[programme]
id = "sosedi"
version = 12
currency = "RUB"
timezone = "Europe/Moscow"

[points.main]
name.ru = ["балл", "балла", "баллов"]
name.en = ["point", "points"]
worth = "100"
redeem = { as = "discount", max_share = "30%", min = 50, step = 1 }
earn = { base = "net_of_points", tax = "included" }
lots = { pending = "14d", expires = "365d" }
exclude = ["group:tobacco"]

[[tier]]
id = "gold"
name.ru = "Золотой"
name.en = "Gold"

[[offer]]
id = "base"
phase = "accrual"
then = { earn = "5%" }
"""
FREE_SPENDING = PROGRAMME.replace('max_share = "30%", min = 50', 'max_share = "100%", min = 1').replace("14d", "0d")
"""Points pay everything, any number of them, and can be spent at once."""


@dataclass(slots=True)
class HandClock:
    """Moves when it is told to."""

    wall_ms: int = NOW
    mono_ms: int = 1_000_000
    sure: bool = True

    def now_ms(self) -> int:
        return self.wall_ms

    def monotonic_ms(self) -> int:
        return self.mono_ms

    def trusted(self) -> bool:
        return self.sure

    def known(self, past_ms: int) -> None:
        """As the system's clock: one that stands before a moment known to be past is not trusted."""
        if self.wall_ms < past_ms - 1000:
            self.sure = False

    def vouch(self, told_ms: int) -> None:
        """As the system's clock: trusted when it agrees with the hub's."""
        self.sure = abs(self.wall_ms - told_ms) <= 5 * 60_000

    def pass_ms(self, ms: int) -> None:
        """Time goes by."""
        self.wall_ms += ms
        self.mono_ms += ms


class CountedIds:
    """UUIDv7s in order, the same in every run; `salt` tells one till's from another's."""

    def __init__(self, salt: str = "") -> None:
        self._next = itertools.count(1)
        self._salt = sum(salt.encode())

    def go_on(self, records: int) -> None:
        """Leave out what an earlier life of this till used: it wrote so many records."""
        self._next = itertools.count(1 + 64 * records)

    def new(self, now_ms: int) -> str:
        count = next(self._next)
        return ids.uuid7(now_ms, (count & 0xFFF).to_bytes(2, "big") + (self._salt << 32 | count).to_bytes(8, "big"))


@dataclass(slots=True)
class Ear:
    """Hears every event."""

    heard: list[tuple[str, Any]] = field(default_factory=list)

    def publish(self, kind: str, data: object) -> int:
        msgspec.json.encode(data)
        self.heard.append((kind, data))
        return len(self.heard)

    def of(self, kind: str) -> list[Any]:
        return [data for heard, data in self.heard if heard == kind]


def card(number: int) -> str:
    """The n-th member's card: an EAN-13 that begins with 28."""
    digits = f"28{number:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def line(n: int = 1, price: int = 129_900, quantity: str = "1", **more: object) -> dict[str, object]:
    """One position; the amount follows from price and quantity unless given."""
    amount = more.pop("amount", None)
    if amount is None:
        whole, _, part = quantity.partition(".")
        amount = (price * (int(whole) * 1000 + int((part or "0").ljust(3, "0"))) + 500) // 1000
    return {"n": n, "sku": f"sku-{n}", "price": price, "amount": amount, "quantity": quantity, **more}


def body(id: str | None, lines: list[dict[str, object]] | None = None, **more: object) -> dict[str, object]:
    """A sale as the POS sends it; `card`, `redeem`, `tenders`, `receipt_no` and the like come as they are."""
    found: dict[str, object] = {"lines": lines or [line(name="Кофе зерно 1 кг", groups=["coffee"], tax_rate="22")]}
    return found | ({"id": id} if id else {}) | more


def as_sale(id: str | None, lines: list[dict[str, object]] | None = None, **more: object) -> Sale:
    """The same, decoded as the API does."""
    return msgspec.json.decode(msgspec.json.encode(body(id, lines, **more)), type=Sale)


def granted(result: Any) -> Any:
    """A result that is no refusal."""
    assert not isinstance(result, Refusal), result
    return result


def refused(result: Any) -> str:
    """The code of a refusal."""
    assert isinstance(result, Refusal), result
    return result.code


class Till:
    """One till and the few verbs tests need. `parts` is what the wiring joined, `desk` what use-cases stand on."""

    def __init__(
        self,
        folder: Any,
        *,
        name: str = "T1",
        programme: str = PROGRAMME,
        printer: str | None = "receipts",
        lang: str = "ru",
        clock: HandClock | None = None,
        writer: Writer | None = None,
        factory: Any = None,
        store_name: str = "КОПИЛКА «СОСЕДИ»",
    ) -> None:
        self.folder = os.path.join(str(folder), name)
        os.makedirs(self.folder, exist_ok=True)
        path = os.path.join(self.folder, "programme.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(programme)
        if secrets.read(self.folder) is None:
            secrets.write(self.folder, secrets.Secrets(till_key="11" * 32, programme_key="22" * 32))
        self.clock = clock or HandClock()
        self.events = Ear()
        self.ids = CountedIds(name)
        self.settings = Settings(
            till=TillSettings(
                id=name, store="S014", store_name=store_name, lang=lang, data=self.folder, programme=path
            ),
            receipt=ReceiptSettings(printer=printer),
        )
        self.world = wiring.World(clock=self.clock, ids=self.ids, writer=writer or InlineWriter(), factory=factory)
        self.is_online = False
        self._open()
        self.ids.go_on(self.store.journal.tail.seq)

    def _open(self) -> None:
        self.parts = self.world.writer.call(wiring.join, self.settings, self.events, self.world)
        self.desk = self.parts.desk
        self.desk.online = lambda: self.is_online
        self.store = self.parts.store

    def restart(self) -> None:
        """The process ends and comes back: only what is on the disk is left."""
        self.store.close()
        self._open()

    def close(self) -> None:
        self.store.close()

    def reprogramme(self, text: str) -> None:
        """Another programme is in force from now on."""
        programme = wiring.compiled(text, "changed")
        self.desk.programme = lambda _at: programme

    @property
    def key(self) -> bytes:
        return self.desk.key

    def member_id(self, number: int) -> str:
        return ids.member_id(self.key, card(number))

    def member(self, number: int, lots: list[tuple[Any, ...]] = (), *, rev: int = 1, **more: Any) -> str:  # type: ignore[assignment]
        """Let the hub tell of the member of `card(number)`: lots are (id, points[, expires[, from]]). Returns the id."""
        member = self.member_id(number)
        told = [
            Lot(
                id=id_,
                unit=more.get("unit", MAIN),
                points=points,
                left=points,
                born=n,
                expires_on=rest[0] if rest else None,
                spendable_from=rest[1] if len(rest) > 1 else "",
            )
            for n, (id_, points, *rest) in enumerate(lots)
        ]
        more.pop("unit", None)
        more = {"masked": "*" + card(number)[-4:], "joined": "2026-01-15"} | more
        state = MemberState(
            member=member, rev=rev, cards=(ids.card_hmac(self.key, card(number)),), lots=tuple(told), **more
        )
        with self.store.transaction():
            self.store.members.put(state)
            self.store.rights.told(state, self.store.till)
            self.store.meta.put("told_at", str(TOLD))
        return member

    def lease(self, member: str, points: int, *, unit: str = MAIN, until: int = 0) -> Lease:
        """Let the hub grant a lease: want, grant and lease as the outbox writes them, backed soonest to expire first."""
        state = self.store.members.get(member)
        lots = sorted(
            (lot for lot in state.lots if lot.unit == unit), key=lambda lot: (lot.expires_on or "9", lot.born)
        )
        taken: dict[str, int] = {}
        # Closed ones too: the hub has heard of no closing yet, and what was spent of them is spent.
        rows = self.store.database.execute_sql("SELECT body FROM lease WHERE member = ?", (member,)).fetchall()
        for held in (msgspec.json.decode(row[0], type=Lease) for row in rows):
            for part in held.grant.backing:
                taken[part.lot] = taken.get(part.lot, 0) + part.points
        rest, backing = points, []
        for lot in lots:
            part = min(rest, lot.left - taken.get(lot.id, 0))
            if part > 0:
                backing.append(Backing(lot=lot.id, points=part, born=lot.born, expires_on=lot.expires_on))
                rest -= part
        assert not rest, "the hub grants no more than there is"
        now = self.clock.now_ms()
        with self.store.transaction():
            want = WantBody(member=member, unit=unit, points=points)
            stored = self.store.journal.append(want, at=now, id=self.ids.new(now))
            n = position(stored.inc, stored.seq)
            self.store.rights.wanted(WantRow(n, member, unit, points, "visit", now))
            grant = Grant(
                id=lease_id(self.store.till, stored.inc, stored.seq),
                till=self.store.till,
                member=member,
                unit=unit,
                granted=points,
                backing=tuple(backing),
                until=until,
            )
            self.store.journal.append(GotBody(grant=grant), at=now, id=self.ids.new(now))
            self.store.rights.keep(Lease(grant=grant), used=now)
            self.store.rights.answered(n, "granted")
        return Lease(grant=grant)

    def scan(self, text: str, *, symbology: str | None = None) -> Any:
        """A scan of the counter's scanner."""
        scan = self.desk.recogniser.text(text, symbology=symbology, at_ms=self.clock.monotonic_ms())
        return scanned(self.desk, scan)

    def quote(self, lines: list[dict[str, object]] | None = None, *, id: str | None = None, **more: object) -> Any:
        """The answer of a quote, or its refusal."""
        found = quote(self.desk, as_sale(id, lines, **more))
        return found if isinstance(found, Refusal) else quoted(self.desk, found[0], found[2], lang="ru")

    def hold(self, id: str, quote: str) -> Any:
        found = hold(self.desk, id, quote)
        return found if isinstance(found, Refusal) else found[0]

    def sell(self, id: str, lines: list[dict[str, object]] | None = None, **more: object) -> Any:
        return sell(self.desk, as_sale(id, lines, **more))

    def give_back(self, sale: str, id: str, lines: list[dict[str, object]], **more: object) -> Any:
        """A return: lines are {"n": 1, "quantity": "1"} or {"n": 1, "amount": 500}."""
        asked = msgspec.convert({"id": id, "lines": lines, **more}, Return)
        return take_back(self.desk, sale, asked)

    def void(self, sale: str, id: str) -> Any:
        return void(self.desk, sale, Void(id=id))

    def records(self) -> list[Record]:
        """The whole journal."""
        return [decode(row.line) for row in self.store.journal.all()]

    def bodies(self, kind: type) -> list[Any]:
        return [record.body for record in self.records() if isinstance(record.body, kind)]

    def sale_body(self, id: str) -> SaleBody:
        """A sale's record."""
        return next(found for found in self.bodies(SaleBody) if found.sale.id == id)

    def balance(self, number: int) -> Any:
        """A member's balance of the main currency, now."""
        who = identify.again(self.desk, member=self.member_id(number), hmac="", masked="", how="id")
        return balances(self.desk, who, self.clock.now_ms())["main"]

    def text(self, receipt: str, columns: int = 48) -> str:
        """A receipt as text."""
        row = self.store.prints.receipt(receipt)
        assert row is not None
        return "\n".join(text_lines(decode_document(row.document), columns)) + "\n"

    def check(self) -> None:
        """What must hold whatever was done: the chain verifies, postings sum to zero, no lease is overspent."""
        hash_, inc, seq = GENESIS, 0, 0
        for row in self.store.journal.all():
            assert (row.inc, row.seq) == (inc, seq + 1) or (row.inc > inc and row.seq == 1)
            inc, seq = row.inc, row.seq
            hash_ = chain.link(hash_, row.line, seq=seq, inc=inc)
            assert hash_ == row.hash
        spent: dict[str, int] = {}
        granted_: dict[str, int] = {}
        # A new incarnation tells the facts of a fork once more: each sale counts once.
        seen: set[str | None] = set()
        for found in (record.body for record in self.records()):
            assert unbalanced(getattr(found, "postings", ())) == {}
            if isinstance(found, GotBody):
                granted_[found.grant.id] = found.grant.granted
            fresh = isinstance(found, SaleBody) and found.sale.id not in seen
            for spend in found.spends if fresh else ():
                spent[spend.lease] = spent.get(spend.lease, 0) + sum(part.points for part in spend.parts)
            seen |= {found.sale.id} if isinstance(found, SaleBody) else set()
        assert all(points <= granted_[lease] for lease, points in spent.items()), (spent, granted_)


def at(text: str) -> int:
    """UTC ms of an RFC 3339 moment."""
    return when.parse(text)
