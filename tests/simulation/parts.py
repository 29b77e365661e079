"""The real till and the real hub on SQLite, each a part that can be put into a state, moved by one action, and looked at.

A state is the database's image, for a till with what stands beside it. Everything a part does depends on its state alone: clocks stand still but
where an action moves them, ids count from the journal's end. So an action needs to be carried out once for each state it is met in.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
import peewee
from shop import Shop, ShopTill
from till_kit import FREE_SPENDING, HandClock, card, line

from agent.runtime import wiring
from agent.runtime.secrets import Secrets
from agent.runtime.syncing import described
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
from sync.hub.store import aliases, merges, meta, waiting
from sync.hub.store.aliases import Merge
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
MOST_CHANGES = 1024
"""Above what one action commits."""
IDLE_MS = 31 * 60_000
SET_BACK = "2"
"""Any mark but a heal's: the till begins anew as restored, which ends none of its leases at the hub."""
MEMBER, HEIR = 1, 2


Image = tuple[bytes, ...]
"""A database's pages, so that those that states share need to be kept once."""


class TillState(NamedTuple):
    """What the POS was told of: redeemed less returned; what was booked as the shop's loss at once, and what of that returns made good."""

    image: Image
    wall_ms: int
    incarnation: int
    sold: tuple[str, ...] = ()
    redeemed: int = 0
    loss: int = 0
    made_good: int = 0
    forgot: bool = False
    """Records were lost with a disk."""

    def borne(self) -> int:
        """What the shop bears at most of what this till told: a return that was lost with a disk has made nothing good."""
        return self.loss - (0 if self.forgot else self.made_good)


def _image(path: str) -> Image:
    """A database's bytes, in small pages."""
    database = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode = delete", f"PRAGMA page_size = {PAGE_BYTES}", "VACUUM"):
        database.execute(statement).fetchall()
    image = database.serialize()
    database.close()
    return _paged(bytes(image))


class Slot:
    """A database file that is put into one state after another, under the one connection there is to it.

    A new content under an open connection is what SQLite meets where another process has written: it sees the change counter in the header
    and reads its pages anew. The tables are the same, so what was prepared stays prepared: preparing it again takes longer than an action.
    """

    def __init__(self, path: str, image: Image) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._changes = 0
        self._there: Image = ()
        self._made: peewee.SqliteDatabase | None = None
        self.view(image)

    def database(self, _target: str = "", **more: Any) -> peewee.SqliteDatabase:
        """The store's factory. Nothing here outlives the process: no log, and no wait for a disk."""
        quick = {"journal_mode": "memory", "synchronous": "off"}
        made = peewee.SqliteDatabase(
            self.path, **{**more, "pragmas": {**more.get("pragmas", {}), **quick}, "uri": False}
        )
        self._made = self._made or made
        return made

    def view(self, image: Image) -> None:
        """Put it into a state that is only looked at; nothing where it is that already."""
        if image is self._there:
            return
        self._changes += MOST_CHANGES
        count = self._changes.to_bytes(4, "big")
        first, *others = image
        os.pwrite(self._file, b"".join((first[:24], count, first[28:92], count, first[96:], *others)), 0)
        os.ftruncate(self._file, len(image) * PAGE_BYTES)
        self._there = image

    def enter(self, image: Image) -> None:
        """Put it into a state from which an action goes on."""
        self.view(image)
        self._there = ()

    def image(self) -> Image:
        """What is there now."""
        self._there = _paged(os.pread(self._file, os.fstat(self._file).st_size, 0))
        return self._there

    @contextlib.contextmanager
    def reading(self) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
        """Runs SQL that reads what is there now."""
        assert self._made is not None
        connection = self._made.connection()
        connection.execute("BEGIN")
        try:
            yield lambda sql, *values: connection.execute(sql, values).fetchall()
        finally:
            connection.execute("COMMIT")


def _paged(image: bytes) -> Image:
    """Pages without the counts of changes, which say nothing of the content."""
    image = b"".join((image[:24], bytes(4), image[28:92], bytes(4), image[96:]))
    return tuple(image[at : at + PAGE_BYTES] for at in range(0, len(image), PAGE_BYTES))


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
    """The hub, as its service runs it."""

    def __init__(self, shop: Shop, image: Image) -> None:
        self.tills, self.keys, self.clock = shop.bench.tills, shop.bench.keys, shop.bench.hub.clock
        self.slot = Slot(f"{shop.folder}/hub.state", image)
        self.database = self.slot.database()
        self.database.connect()
        self.hub = Hub(self.database, keys=self.keys, clock=self.clock, policy=Policy(visit_cap=CAP))

    def load(self, image: Image) -> None:
        self.slot.enter(image)
        self.hub.epoch = int(meta.read(self.database, "epoch") or 0)

    def image(self) -> Image:
        return self.slot.image()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.database.execute_sql(sql, values).fetchall()]

    def release(self, image: Image, till: str) -> Image | None:
        """A person ends all leases of a till."""
        self.load(image)
        held = self.rows("SELECT member, lease FROM lease WHERE till = ? AND state = 'open'", till)
        if not held:
            return None
        told = Release(who="op", reason="burned", epoch=self.hub.epoch, day=self.day, now_ms=self.clock())
        with transaction(self.database):
            release(self.database, [(str(member), str(lease)) for member, lease in held], told=told)
        return self.image()

    def merge(self, image: Image, member: str, heir: str) -> Image | None:
        """A person makes one member of two; not again, and not while the hub recovers."""
        self.load(image)
        if self.rows("SELECT 1 FROM alias UNION ALL SELECT 1 FROM merge_due") or waiting.recovering(self.database):
            return None
        with transaction(self.database):
            merge(self.database, member, heir, reason="one", epoch=self.hub.epoch, day=self.day, now_ms=self.clock())
        return self.image()

    def restore(self, saved: Image, epoch: int, merged: Iterable[tuple[str, str]]) -> Image:
        """The hub comes back from its backup, in an epoch above the one that was, and waits for both tills. It is told of merges."""
        self.load(saved)
        known = aliases.of(self.database, [member for member, _ in merged])
        with transaction(self.database):
            told = (Merge(member, heir, self.clock(), "one") for member, heir in merged if member not in known)
            merges.put(self.database, told)
            begin_recovery(self.database, epoch=epoch + 1, tills=NAMES, act=self._act("hub-restored", "hub"))
        return self.image()

    def waive(self, image: Image, till: str) -> Image | None:
        """A person says that the restored hub shall wait for a till no longer."""
        self.load(image)
        row = waiting.of(self.database, till)
        if row is None or row.state != "awaited" or not waiting.recovering(self.database):
            return None
        with transaction(self.database):
            recovering.waive(self.database, till, act=self._act("till-waived", till), day=self.day)
        return self.image()

    def _act(self, what: str, subject: str) -> Audit:
        return Audit(at=self.clock(), who="op", what=what, subject=subject, reason="test")

    @property
    def day(self) -> str:
        return day_of(self.clock(), "Europe/Moscow")


class TillPart:
    """One till, as its service joins it, over an image."""

    def __init__(self, shop: Shop, name: str, image: Image, hub: HubPart) -> None:
        self.name, self.hub = name, hub
        self.slot = Slot(f"{shop.folder}/{name}.state", image)
        self.till = ShopTill(shop, name, programme=PROGRAMME, printer=None, factory=self.slot.database)
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
        self.slot.enter(state.image)
        store._seen = -1
        store.journal.reload()
        till.clock.wall_ms = state.wall_ms
        till.desk.quotes, till.desk.current = Quotes(), Current()
        tail = store.journal.tail
        till.ids.go_on(tail.inc * 1000 + tail.seq)

    def _done(self, state: TillState, **changes: Any) -> TillState:
        return state._replace(image=self.slot.image(), wall_ms=self.till.clock.wall_ms, **changes)

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
        restored, lost = sum(answer["restored"].values()), sum(answer["loss_back"].values())
        return self._done(
            state,
            sold=state.sold[:-1],
            redeemed=state.redeemed - restored - lost,
            made_good=state.made_good + lost,
        )

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

    def push(self, state: TillState, hub: Image) -> tuple[TillState, Image]:
        """One push whose answer arrives; whoever loses the answer keeps the till's state of before."""
        self.load(state)
        self.hub.load(hub)
        self.wire.carry = lambda head, lines: _carried(self.hub.hub.push(self.hub.tills[self.name], head, lines))
        client = SyncClient(self._outbox, self.wire, till=self.name, hub_key=self._hub_key, below=lambda _count: 0)  # type: ignore[arg-type]
        outcome = client.push_once(self.till.clock.monotonic_ms(), even_empty=True)
        assert outcome.kind in ("sent", "idle"), outcome
        return self._done(state), self.hub.image()


def _carried(answer: PushAnswer) -> PushAnswer:
    return msgspec.json.decode(msgspec.json.encode(answer), type=PushAnswer)


def begin(folder: str) -> tuple[HubPart, dict[str, TillPart], Image, dict[str, TillState]]:
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
    return hub, tills, hub_image, states
