"""The real till and the real hub on SQLite in memory, each a part that can be put into a state, moved by one action, and looked at.

A state is the database's image and what stands beside it. Everything a part does depends on its state alone: clocks stand still but
where an action moves them, ids count from the journal's end. So an action needs to be carried out once for each state it is met in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import peewee
from shop import Shop, ShopTill
from till_kit import FREE_SPENDING, HandClock, card, line

from agent.runtime import wiring
from agent.runtime.secrets import Secrets
from agent.runtime.syncing import described
from agent.sqlite import Factory
from agent.store.heal import MARK
from agent.store.outbox import StoreOutbox
from agent.till import identify
from agent.till.current import Current
from agent.till.quotes import Quotes
from agent.till.refusal import Refusal
from agent.till.wish import let_go, wish
from sync.client import SyncClient
from sync.hub import recovering
from sync.hub.ground import day_of
from sync.hub.hub import Hub
from sync.hub.merging import merge
from sync.hub.policy import Policy
from sync.hub.releasing import Release, release
from sync.hub.restoring import begin as begin_recovery
from sync.hub.store import meta, waiting
from sync.hub.store.audits import Audit
from sync.hub.store.steps import transaction
from sync.signing import Signer, Verifier
from sync.wire import Changes, Head, PushAnswer

NAMES = ("T1", "T2")
PAGE_BYTES = 512
OPENING = 3
"""Points of the one member there is, in two lots of 2 and 1."""
CAP = 2
"""Most a visit lease may hold: two tills can hold some at once, and not all there is."""
PROGRAMME = FREE_SPENDING[: FREE_SPENDING.index("[[offer]]")]
"""Nothing is earned: what is there at first is all there is."""
IDLE_MS = 31 * 60_000
SET_BACK = "2"
"""Any mark but a heal's: the till begins anew as restored, which ends none of its leases at the hub."""
MEMBER, HEIR = 1, 2


class TillState(NamedTuple):
    """`told`: what the POS was told of: redeemed less returned, and what of it was booked as the shop's loss at once."""

    image: bytes
    wall_ms: int
    incarnation: int
    sold: tuple[str, ...] = ()
    redeemed: int = 0
    loss: int = 0
    forgot: bool = False
    """Records were lost with a disk."""


class HubState(NamedTuple):
    """`saved` is the image of the last backup, `exposed` what released or forgotten leases may cost at most."""

    image: bytes
    saved: bytes = b""
    exposed: int = 0
    taken: bool = False
    """A person or a restore took leases away behind their tills' backs."""
    members: int = 1
    forgotten: tuple[int, int] = (0, 0)
    """What leases held, by till, that a restored hub does not know."""
    waived: bool = False


def _image(path: str) -> bytes:
    """A database's bytes in small pages, as a memory database takes them."""
    database = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode = delete", f"PRAGMA page_size = {PAGE_BYTES}", "VACUUM"):
        database.execute(statement).fetchall()
    image = database.serialize()
    database.close()
    return bytes(image)


def in_memory(image: bytes) -> Factory:
    """The store's factory: the image in place of the file."""

    class Loaded(peewee.SqliteDatabase):
        def _connect(self) -> Any:
            connection = super()._connect()
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            put(connection, image)
            return connection

    def make(_target: str, **more: Any) -> peewee.SqliteDatabase:
        return Loaded(":memory:", **{**more, "uri": False})

    return make


_source = sqlite3.connect(":memory:")


def put(connection: sqlite3.Connection, image: bytes) -> None:
    """Make the image the connection's content."""
    # Not deserialize() on the connection itself: SQLite 3.40 crashes when a database is written that statements had been prepared on.
    _source.deserialize(image)
    _source.backup(connection)


class StillWire:
    """The line of a part: carries a push to the hub part as it stands."""

    def __init__(self) -> None:
        self.carry: Callable[[Head, list[bytes]], PushAnswer] | None = None

    def push(self, head: Head, lines: Any) -> PushAnswer:
        assert self.carry is not None
        return self.carry(head, list(lines))

    def health(self) -> None:
        """It is up."""


class HubPart:
    """The hub, as its service runs it, over an image."""

    def __init__(self, shop: Shop, image: bytes) -> None:
        self.tills, self.keys, self.clock = shop.bench.tills, shop.bench.keys, shop.bench.hub.clock
        self.database = in_memory(image)(shop.bench.path)
        self.database.connect()
        self.hub = Hub(self.database, keys=self.keys, clock=self.clock, policy=Policy(visit_cap=CAP))

    def load(self, state: HubState) -> None:
        put(self.database.connection(), state.image)
        self.hub.epoch = int(meta.read(self.database, "epoch") or 0)

    def image(self) -> bytes:
        return bytes(self.database.connection().serialize())

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.database.execute_sql(sql, values).fetchall()]

    def release(self, state: HubState, till: str) -> HubState | None:
        """A person ends all leases of a till."""
        self.load(state)
        held = self.rows(
            "SELECT member, lease, granted - spent - back FROM lease WHERE till = ? AND state = 'open'", till
        )
        if not held:
            return None
        told = Release(who="op", reason="burned", epoch=self.hub.epoch, day=self.day, now_ms=self.clock())
        with transaction(self.database):
            release(self.database, [(member, lease) for member, lease, _ in held], told=told)
        return state._replace(
            image=self.image(), taken=True, exposed=state.exposed + sum(points for _, _, points in held)
        )

    def merge(self, state: HubState, member: str, heir: str) -> HubState | None:
        self.load(state)
        if state.members != 1 or waiting.recovering(self.database):
            return None
        with transaction(self.database):
            merge(self.database, member, heir, reason="one", epoch=self.hub.epoch, day=self.day, now_ms=self.clock())
        return state._replace(image=self.image(), members=2)

    def save(self, state: HubState) -> HubState | None:
        return None if state.saved == state.image else state._replace(saved=state.image)

    def restore(self, state: HubState) -> HubState | None:
        """The hub comes back from its backup, in a new epoch, and waits for both tills."""
        if state.image == state.saved:
            return None
        self.load(state)
        held = self.rows("SELECT lease, till, granted - spent - back FROM lease WHERE state IN ('open', 'unsettled')")
        epoch = self.hub.epoch
        self.load(state._replace(image=state.saved))
        known = {row[0] for row in self.rows("SELECT lease FROM lease")}
        with transaction(self.database):
            begin_recovery(self.database, epoch=epoch + 1, tills=NAMES, act=self._act("hub-restored", "hub"))
        lost = [sum(points for lease, till, points in held if till == name and lease not in known) for name in NAMES]
        before = state.forgotten
        return state._replace(image=self.image(), taken=True, forgotten=(before[0] + lost[0], before[1] + lost[1]))

    def waive(self, state: HubState, till: str) -> HubState | None:
        """A person says that the restored hub shall wait for a till no longer."""
        self.load(state)
        row = waiting.of(self.database, till)
        if row is None or row.state != "awaited" or not waiting.recovering(self.database):
            return None
        with transaction(self.database):
            recovering.waive(self.database, till, act=self._act("till-waived", till), day=self.day)
        exposed = state.exposed + state.forgotten[NAMES.index(till)]
        return state._replace(image=self.image(), exposed=exposed, waived=True)

    def _act(self, what: str, subject: str) -> Audit:
        return Audit(at=self.clock(), who="op", what=what, subject=subject, reason="test")

    @property
    def day(self) -> str:
        return day_of(self.clock(), "Europe/Moscow")


class TillPart:
    """One till, as its service joins it, over an image."""

    def __init__(self, shop: Shop, name: str, image: bytes, hub: HubPart) -> None:
        self.name, self.hub = name, hub
        self.till = ShopTill(shop, name, programme=PROGRAMME, printer=None, factory=in_memory(image))
        self.till.clock = self.till.desk.clock = HandClock(wall_ms=shop.clock.wall_ms)
        self.till.is_online = True
        self.wire = StillWire()
        self._hub_key = Verifier(Signer(hub.keys.signer.seed).public)
        self._outbox = StoreOutbox(
            self.till.store,
            self.till.world.writer,
            clock=self.till.clock,
            ids=self.till.ids,
            told=self._told,
            describe=described,
        )
        self.member = self.till.member_id(MEMBER)

    def load(self, state: TillState) -> None:
        till, store = self.till, self.till.store
        put(store.database.connection(), state.image)
        store._seen = -1
        store.journal.reload()
        till.clock.wall_ms = state.wall_ms
        till.desk.quotes, till.desk.current = Quotes(), Current()
        tail = store.journal.tail
        till.ids.go_on(tail.inc * 1000 + tail.seq)

    def _done(self, state: TillState, **changes: Any) -> TillState:
        image = bytes(self.till.store.database.connection().serialize())
        return state._replace(image=image, wall_ms=self.till.clock.wall_ms, **changes)

    def want(self, state: TillState) -> TillState | None:
        """The card is scanned while the line is up."""
        self.load(state)
        who = identify.by_card(self.till.desk, card(MEMBER), how="scan")
        return self._done(state) if not isinstance(who, Refusal) and wish(self.till.desk, who) else None

    def spend(self, state: TillState) -> TillState | None:
        """One point of what may be spent here."""
        return self._sell(state, 1)

    def overcharge(self, state: TillState) -> TillState | None:
        """A sale paid with two points more than this till may spend, told after the payment: what is short is the shop's."""
        return self._sell(state, CAP, receipt_no="1")

    def _sell(self, state: TillState, points: int, **more: Any) -> TillState | None:
        self.load(state)
        tail = self.till.store.journal.tail
        name = f"S-{self.name}-{tail.inc}-{tail.seq}"
        answer = self.till.sell(name, [line(price=10_000)], card=card(MEMBER), redeem={"main": points}, **more)
        if isinstance(answer, Refusal):
            return None
        lost = int(answer.get("loss", {}).get("main", 0))  # type: ignore[union-attr]
        return self._done(state, sold=(*state.sold, name), redeemed=state.redeemed + points, loss=state.loss + lost)

    def give_back(self, state: TillState) -> TillState | None:
        """The last sale is returned whole; its points go back to the member."""
        if not state.sold:
            return None
        self.load(state)
        answer = self.till.give_back(state.sold[-1], f"R-{state.sold[-1]}", [{"n": 1, "quantity": "1"}])
        assert not isinstance(answer, Refusal), answer
        restored = sum(answer["restored"].values())
        return self._done(state, sold=state.sold[:-1], redeemed=state.redeemed - restored)

    def close(self, state: TillState) -> TillState | None:
        """Half an hour idle: what is left goes back. The end of a life or of a shift writes the same record."""
        self.load(state)
        self.till.clock.wall_ms += IDLE_MS
        return self._done(state) if let_go(self.till.desk) else None

    def heal(self, state: TillState) -> TillState | None:
        """The database was healed: a new incarnation that may spend nothing of the former."""
        self.load(state)
        store = self.till.store
        if store.journal.tail.seq == 1:
            return None
        with store.transaction():
            store.meta.put(MARK, "1")
        return self._boot(state)

    def set_back(self, state: TillState, first: TillState) -> TillState | None:
        """The disk is what it was in the morning; only the last incarnation is known beside it."""
        if state.image == first.image:
            return None
        self.load(first)
        self.till.clock.wall_ms = state.wall_ms
        with self.till.store.transaction():
            self.till.store.meta.put(MARK, SET_BACK)
        return self._boot(state._replace(sold=(), forgot=True))

    def _boot(self, state: TillState) -> TillState:
        kept = msgspec.structs.replace(self.till.parts.secrets, incarnation=state.incarnation)
        made: Secrets = wiring._boot(self.till.desk, kept, self.till.folder)
        return self._done(state, incarnation=made.incarnation)

    def _told(self, changes: Changes) -> None:
        if changes.revokes:
            let_go(self.till.desk)

    def push(self, state: TillState, hub: HubState) -> tuple[TillState, HubState]:
        """One push whose answer arrives; whoever loses the answer keeps the till's state of before."""
        self.load(state)
        self.hub.load(hub)
        self.wire.carry = lambda head, lines: _carried(self.hub.hub.push(self.hub.tills[self.name], head, lines))
        client = SyncClient(self._outbox, self.wire, till=self.name, hub_key=self._hub_key, below=lambda _count: 0)  # type: ignore[arg-type]
        outcome = client.push_once(self.till.clock.monotonic_ms(), even_empty=True)
        assert outcome.kind in ("sent", "idle"), outcome
        return self._done(state), hub._replace(image=self.hub.image())


def _carried(answer: PushAnswer) -> PushAnswer:
    return msgspec.json.decode(msgspec.json.encode(answer), type=PushAnswer)


def begin(folder: str) -> tuple[HubPart, dict[str, TillPart], HubState, dict[str, TillState]]:
    """A shop where both tills and the hub know the member, and nothing is under way: the parts and their first states."""
    shop = Shop(folder, NAMES, programme=PROGRAMME)
    for name, till in shop.tills.items():
        for number in (MEMBER, HEIR):
            till.sell(f"first-{name}-{number}", [line(price=100)], card=card(number))
    for lot, points in (("a", 2), ("b", OPENING - 2)):
        shop.give(shop.tills[NAMES[0]].member_id(MEMBER), points, lot=lot)
    shop.sync()
    shop.check()
    shop.close()
    hub_image = _image(shop.bench.path)
    hub = HubPart(shop, hub_image)
    images = {name: _image(till.store.path) for name, till in shop.tills.items()}
    tills = {name: TillPart(shop, name, image, hub) for name, image in images.items()}
    kept = {name: part.till.parts.secrets.incarnation for name, part in tills.items()}
    states = {name: TillState(images[name], shop.clock.wall_ms, kept[name]) for name in NAMES}
    return hub, tills, HubState(hub_image, saved=hub_image), states
