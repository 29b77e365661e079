"""A real till that brings its journal to hubs by real HTTP, and `kopilka-hub run` as a process of its own."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Self

import requests
from pg_kit import free_port
from till_kit import FREE_SPENDING, HandClock, Till, card, granted, line

from agent.runtime import secrets
from agent.runtime.renewal import Renewal
from agent.runtime.syncing import described
from agent.store.outbox import StoreOutbox
from agent.till import identify
from agent.till.wish import let_go, wish
from sync.calls import HubCalls
from sync.client import SyncClient
from sync.hub import wiring
from sync.hub.keys import Keys
from sync.hub.store import tills as hub_tills
from sync.signing import Signer, Verifier
from sync.transport import HttpTransport
from sync.wire import Changes

STORE = "S014"


class HubProcess:
    """One `kopilka-hub run`; `start` returns when it answers."""

    def __init__(self, database: str, log: str) -> None:
        self.database = database
        self.log = log
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> HubProcess:
        words = ["--database", self.database, "run", "--listen", f"127.0.0.1:{self.port}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sync.hub.cli", *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, self.told()
            assert time.monotonic() < until, self.told()
            try:
                if requests.get(f"{self.base}/v1/health", timeout=5).ok:
                    return self
            except requests.ConnectionError:
                time.sleep(0.05)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def told(self) -> str:
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
            self.process = None


class Turns:
    """A balancer on the till's side: each call goes to the next hub."""

    def __init__(self, hubs: Sequence[HubCalls]) -> None:
        self._hubs = itertools.cycle(hubs)

    def __getattr__(self, name: str) -> Callable[..., object]:
        return getattr(next(self._hubs), name)


def seed_of(till: str) -> bytes:
    return till.encode().ljust(32, b"-")


def join(database: object, names: Sequence[str]) -> None:
    """Let a hub know tills as if each had enrolled, in the caller's step."""
    for name in names:
        till = hub_tills.Till(till=name, store=STORE, public_key=Signer(seed_of(name)).public, added=1, enrolled=1)
        hub_tills.save(database, till)


class NetTill(Till):
    """A till with its side of sync, on the calling thread; `hubs` are addresses it takes turns with."""

    def __init__(self, folder: object, name: str, keys: Keys, hubs: Sequence[str], **more: object) -> None:
        os.makedirs(f"{folder}/{name}", exist_ok=True)
        kept = secrets.Secrets(
            till_key=seed_of(name).hex(),
            programme_key=keys.programme_key.hex(),
            hub_key=keys.signer.public,
            till=name,
            store=STORE,
        )
        secrets.write(f"{folder}/{name}", kept)
        self.name = name
        self.hub_key = keys.signer.public
        self.hubs = hubs
        self.nonces = itertools.count()
        more = {"clock": HandClock(wall_ms=wiring.clock()), "programme": FREE_SPENDING, "printer": None} | more
        super().__init__(folder, name=name, **more)  # type: ignore[arg-type]

    def _open(self) -> None:
        super()._open()
        outbox = StoreOutbox(
            self.store, self.world.writer, clock=self.clock, ids=self.ids, told=self._told, describe=described
        )
        calls = [self._calls(base) for base in self.hubs]
        self.client = SyncClient(
            outbox,
            Turns(calls),  # type: ignore[arg-type]
            till=self.name,
            hub_key=Verifier(self.hub_key),
            below=random.Random(self.name).randrange,
        )
        self.renewal = Renewal(self.parts, self.client)

    def _calls(self, base: str) -> HubCalls:
        return HubCalls(
            HttpTransport(base, monotonic=time.monotonic),
            till=self.name,
            signer=Signer(seed_of(self.name)),
            now_ms=wiring.clock,
            nonce=lambda: f"{self.name}-{next(self.nonces)}",
        )

    def _told(self, changes: Changes) -> None:
        if changes.revokes:
            let_go(self.desk)

    def wish(self, number: int) -> None:
        """A member stands here while the line is up."""
        self.is_online = True
        wish(self.desk, identify.by_card(self.desk, card(number), how="scan"))

    def buy(self, number: int, name: str, *, price: int = 10_000, spend: int = 0) -> None:
        """One sale to a member, paid in part with points this till may spend."""
        free = self.balance(number).spendable_here if spend else 0
        redeem = {"main": min(spend, free)} if min(spend, free) else {}
        granted(self.sell(name, [line(price=price)], card=card(number), redeem=redeem))

    def drain(self, *, within_s: float, pull: bool = False) -> None:
        """Push until the hub has everything, however often it fails; then perhaps read all news. Waits are passed over."""
        until, now = time.monotonic() + within_s, 0
        steps = [self.client.push_once, *([self.client.pull_once] if pull else [])]
        for step in steps:
            while True:
                outcome = step(now)
                now += outcome.wait_ms
                assert outcome.kind not in ("suspect", "nonsense", "refused", "fork"), outcome
                if outcome.kind == "idle" or (outcome.kind == "pulled" and not outcome.more):
                    break
                if outcome.kind not in ("sent", "pulled"):
                    assert time.monotonic() < until, outcome
                    time.sleep(0.02)

    @property
    def unsent(self) -> int:
        return len(self.store.journal.after(int(self.store.meta.get("acked", "0")), 500))
