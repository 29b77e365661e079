"""A whole shop in one thread: the real hub, real tills, one clock, and a line that loses what it is told to lose.

The simulation of later grows from here: nothing in it sleeps, draws chance or opens a socket.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence

import msgspec
from hub_kit import Bench, Pen
from till_kit import FREE_SPENDING, HandClock, Till

from agent.runtime import secrets
from agent.runtime.renewal import Renewal
from agent.runtime.syncing import described
from agent.store.outbox import StoreOutbox
from agent.till.wish import let_go
from sync.calls import HubFault
from sync.client import Outcome, SyncClient
from sync.hub.store import tills as hub_tills
from sync.signing import Signer, Verifier
from sync.wire import Changes, Head, PushAnswer

STORE = "S014"


class Line:
    """One till's line to the hub. `cut` loses calls, `deaf` carries them out and loses the answers."""

    def __init__(self, shop: Shop, till: str) -> None:
        self.shop = shop
        self.till = till
        self.cut = False
        self.deaf = 0
        self.pushed = 0

    def push(self, head: Head, lines: Sequence[bytes]) -> PushAnswer:
        self._carry()
        self.pushed += 1
        answer = self.shop.bench.hub.push(self.shop.bench.tills[self.till], head, lines)
        if self.deaf:
            self.deaf -= 1
            raise HubFault("away", cause="timeout")
        # What travels are bytes: a value that does not survive them must fail here as it would there.
        return msgspec.json.decode(msgspec.json.encode(answer), type=PushAnswer)

    def changes(self, cursor: str, *, wait_s: int = 0) -> Changes:
        del wait_s
        self._carry()
        answer = self.shop.bench.hub.changes(self.till, cursor)
        return msgspec.json.decode(msgspec.json.encode(answer), type=Changes)

    def health(self) -> None:
        self._carry()

    def _carry(self) -> None:
        if self.cut:
            raise HubFault("away", cause="refused")


class ShopTill(Till):
    """A till of the shop with its side of sync."""

    def __init__(self, shop: Shop, name: str, **more: object) -> None:
        self.line = Line(shop, name)
        self.shop = shop
        super().__init__(shop.folder, name=name, clock=shop.clock, **more)  # type: ignore[arg-type]

    def _open(self) -> None:
        super()._open()
        outbox = StoreOutbox(
            self.store, self.world.writer, clock=self.clock, ids=self.ids, told=self._told, describe=described
        )
        self.client = SyncClient(
            outbox,
            self.line,
            till=self.store.till,
            hub_key=Verifier(self.shop.bench.keys.signer.public),
            below=random.Random(1).randrange,
        )
        self.renewal = Renewal(self.parts, self.client)

    def _told(self, changes: Changes) -> None:
        if changes.revokes:
            let_go(self.desk)

    def sync(self, rounds: int = 20) -> list[Outcome]:
        """Push and pull until there is nothing more, or the line fails."""
        self.is_online = not self.line.cut
        found = []
        for step in (self.client.push_once, self.client.pull_once) * 2:
            for _ in range(rounds):
                outcome = step(self.clock.monotonic_ms())
                found.append(outcome)
                if self.renewal.heard(outcome):
                    continue
                if not outcome.more:
                    break
        return found

    @property
    def unsent(self) -> int:
        return len(self.store.journal.after(int(self.store.meta.get("acked", "0")), 500))


class Shop:
    """Hub and tills; `clock` is everybody's."""

    def __init__(self, folder: object, names: Sequence[str] = ("T1", "T2"), *, programme: str = FREE_SPENDING) -> None:
        self.folder = str(folder)
        self.clock = HandClock()
        self.bench = Bench(f"{self.folder}/hub.sqlite3")
        self.bench.clock.now_ms = self.clock.wall_ms
        self.bench.hub.clock = self.clock.now_ms
        self.pen = Pen("t1", clock=self.bench.clock)
        self.tills: dict[str, ShopTill] = {}
        for name in names:
            self.bench.tills[name] = hub_tills.Till(till=name, store=STORE, added=self.clock.now_ms())
            hub_tills.save(self.bench.database, self.bench.tills[name])
            self._secrets(name)
            self.tills[name] = ShopTill(self, name, programme=programme)

    def _secrets(self, name: str) -> None:
        import os

        keys = self.bench.keys
        os.makedirs(f"{self.folder}/{name}", exist_ok=True)
        seed = name.encode().ljust(32, b"-")
        secrets.write(
            f"{self.folder}/{name}",
            secrets.Secrets(
                till_key=seed.hex(),
                programme_key=keys.programme_key.hex(),
                hub_key=Signer(keys.signer.seed).public,
                till=name,
                store=STORE,
            ),
        )

    def give(self, member: str, points: int, *, lot: str, expires: str | None = None) -> None:
        """Points from elsewhere: another till's sale."""
        if not self.pen.lines:
            self.pen.boot()
        self.pen.sale(member, earn=points, lot=lot, expires=expires, name=f"given-{lot}")
        answer = self.bench.push(self.pen)
        self.pen.sent = answer.wm

    def sync(self) -> None:
        """Everybody pushes and pulls."""
        for till in [*self.tills.values()] * 2:
            till.sync()

    def hub_balance(self, member: str) -> int:
        posted, _, debt = self.bench.account(member)
        return int(posted) - int(debt)

    def check(self) -> None:
        """The hub's books and every till's journal."""
        self.bench.audit()
        for till in self.tills.values():
            till.check()

    def close(self) -> None:
        for till in self.tills.values():
            till.close()
        self.bench.close()


def image(till):
    """A copy of the till's whole folder, as of now."""
    till.store.close()
    target = f"{till.folder}.image"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(till.folder, target)
    till._open()
    return target


def set_back(till, to):
    """The disk is as it was; the process starts on it."""
    till.store.close()
    shutil.rmtree(till.folder)
    shutil.copytree(to, till.folder)
    till.ids.go_on(1000 + till.shop.clock.mono_ms)
    till._open()
