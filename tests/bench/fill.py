"""The first fill of a million members: made by the hub's command, fetched over loopback HTTP, swapped in; then cards looked up."""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.till import card, percentile

from agent.cli.demo.goods import MEMBERS as DEMO_CSV
from agent.cli.demo.stage import Stage
from agent.loyalty import ids
from agent.runtime import filling as filling_module
from agent.runtime import wiring
from agent.runtime.clock import SystemClock, SystemIds
from agent.runtime.configure import load
from agent.runtime.filling import Filling
from agent.sqlite import InlineWriter
from agent.till import identify
from sync.calls import HubCalls
from sync.signing import Signer, Verifier
from sync.transport import HttpTransport

Row = tuple[str, float, float, str]
MEMBERS = int(os.environ.get("KOPILKA_BENCH_MEMBERS", "1000000"))
LOOK_UPS = 5_000
OVERLAID = 20_000
"""Members told again since the file was made: their rows lie over it."""
ROUNDS = 5
FIRST = ("Анна", "Мария", "Иван", "Пётр", "Ольга", "Сергей", "Наталья", "Дмитрий", "Екатерина", "Алексей")


class Deaf:
    """Nobody listens."""

    def publish(self, kind: str, data: object) -> None:
        """Heard by nobody."""


def write_csv(path: str) -> None:
    """Members as a chain has them: card and phone, a name, now and then a tier, a birthday, points that expire."""
    chance = random.Random(1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("card,phone,name,tier,birthday,points,expires\n")
        for n in range(MEMBERS):
            tier = chance.choice(("", "", "silver", "gold"))
            born = f"{chance.randrange(1950, 2008)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            day = f"2027-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            name = f"{chance.choice(FIRST)} {chance.choice('АБВГДЕ')}."
            file.write(f"{card(n)},+79{n:09},{name},{tier},{born},{chance.randrange(100_000)},{day}\n")


def hub_command(database: str, *words: str) -> float:
    """Seconds of one kopilka-hub command, run as people run it."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "sync.hub.cli", "--database", database, *words], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def timed(found: dict[str, float], name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, its seconds kept under a name."""

    def run(*given: Any) -> Any:
        began = time.perf_counter()
        try:
            return work(*given)
        finally:
            found[name] = time.perf_counter() - began

    return run


def fill_once(parts: wiring.Parts, calls: HubCalls) -> dict[str, float]:
    """Seconds of a whole fill, and of its last steps; the rest is the transfer, each piece checked as it comes."""
    found: dict[str, float] = {}
    filling = Filling(parts, calls, lambda: Verifier(parts.secrets.hub_key), done=lambda: None)
    filling._incoming.verified = timed(found, "verify", filling._incoming.verified)  # type: ignore[method-assign]
    real, filling_module.swap = filling_module.swap, timed(found, "swap", filling_module.swap)
    try:
        timed(found, "whole", filling.run)()
    finally:
        filling_module.swap = real
    assert parts.store.members.count() == MEMBERS, filling.progress
    return found


def empty_again(parts: wiring.Parts) -> None:
    with parts.store.transaction():
        parts.store.members.wipe()


def copied(source: str, folder: str) -> float:
    """The floor of a fill: the same bytes copied and made durable."""
    began = time.perf_counter()
    target = os.path.join(folder, "copy")
    shutil.copyfile(source, target)
    with open(target, "rb+") as file:
        os.fsync(file.fileno())
    os.unlink(target)
    return time.perf_counter() - began


def raw_table(base: str, folder: str) -> sqlite3.Connection:
    """The floor of a look-up: handle and state in one plain table, as many rows as there are members."""
    path = os.path.join(folder, "raw.sqlite3")
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode=off; CREATE TABLE t (id BLOB PRIMARY KEY, state BLOB) WITHOUT ROWID")
    database.execute("ATTACH ? AS base", (base,))
    database.execute("INSERT INTO t SELECT id, state FROM base.member")
    database.execute("DETACH base")
    database.execute("PRAGMA cache_size = -2000")
    return database


def forget(*paths: str) -> None:
    """Let the system drop its cache of these files, as after a night."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def milliseconds(work: Callable[[int], object], numbers: list[int], *paths: str) -> list[float]:
    """Each look-up's best of five rounds, each round with these files out of the system's cache: what is left is ours, not a neighbour's."""
    rounds = []
    for _ in range(ROUNDS):
        forget(*paths)
        times = []
        for number in numbers:
            began = time.perf_counter()
            assert work(number) is not None
            times.append((time.perf_counter() - began) * 1000)
        rounds.append(times)
    return [min(each) for each in zip(*rounds, strict=True)]


def look_ups(parts: wiring.Parts, folder: str) -> Iterator[Row]:
    """A card identified as the cashier's path does it: recognised, named, found, decoded; beside a raw get by key."""
    desk, base = parts.desk, parts.store.members.base
    assert base is not None
    raw, path = raw_table(base.path, folder), os.path.join(folder, "raw.sqlite3")
    chance = random.Random(2)
    numbers = [chance.randrange(MEMBERS) for _ in range(LOOK_UPS)]

    def ours(number: int) -> object:
        who = identify.by_card(desk, card(number), how="pos")
        return getattr(who, "state", None)

    def theirs(number: int) -> object:
        key = bytes.fromhex(ids.member_id(desk.key, card(number)))
        return raw.execute("SELECT state FROM t WHERE id = ?", (key,)).fetchone()

    for what, files in (("cold files", (base.path, path)), ("files cached", ())):
        mine, floor = milliseconds(ours, numbers, *files), milliseconds(theirs, numbers, *files)
        name = f"card look-up among {MEMBERS} members, {what}"
        yield (f"{name}, p50 ms", statistics.median(mine), statistics.median(floor), "floor: raw get by key")
        yield (f"{name}, p99 ms", percentile(mine, 0.99), percentile(floor, 0.99), "p99 < 1 ms")
    raw.close()


def overlay(parts: wiring.Parts) -> None:
    """Tell some members again, as a day's pull does."""
    members, key = parts.store.members, parts.desk.key
    with parts.store.transaction():
        for n in range(0, MEMBERS, max(1, MEMBERS // OVERLAID)):
            state = members.get(ids.member_id(key, card(n)))
            assert state is not None
            members.put(type(state)(member=state.member, rev=state.rev + 1 + n, cards=state.cards, lots=state.lots))


def measured(stage: Stage, made_s: float, folder: str) -> Iterator[Row]:
    till = stage.tills[0]
    till.kill()
    settings = load(till.config)
    parts = wiring.join(settings, Deaf(), wiring.World(clock=SystemClock(), ids=SystemIds(), writer=InlineWriter()))
    transport = HttpTransport(f"http://127.0.0.1:{stage.hub_port}", monotonic=time.monotonic)
    calls = HubCalls(
        transport,
        till=parts.desk.rules.till,
        signer=Signer(bytes.fromhex(parts.secrets.till_key)),
        now_ms=SystemClock.now_ms,
        nonce=lambda: secrets.token_hex(16),
    )
    rounds = []
    for _ in range(ROUNDS):
        empty_again(parts)
        rounds.append(fill_once(parts, calls))
    best = min(rounds, key=lambda found: found["whole"])
    base = parts.store.members.base
    assert base is not None
    size = os.path.getsize(base.path)
    floor = min(copied(base.path, folder) for _ in range(ROUNDS))
    transfer = best["whole"] - best["verify"] - best["swap"]
    yield (f"snapshot of {MEMBERS} members at the hub, s", made_s, 0, "beside its pushes, once a day")
    yield (f"first fill of {MEMBERS} members at the till, s", best["whole"], floor, "< 60 s; floor: copy and fsync")
    yield ("  of it the transfer, each piece checked, s", transfer, floor, "")
    yield ("  of it reading all of it again, s", best["verify"], floor, "")
    yield ("  of it the swap, in which no sale is taken, ms", best["swap"] * 1000, 0, "")
    yield ("bytes a member on the till's disk", size / MEMBERS, 0, "< 200")
    overlay(parts)
    yield from look_ups(parts, folder)
    parts.store.close()


def rows() -> Iterator[Row]:
    """Best of five, but the making, which is done once. A million members take about four minutes in all."""
    with tempfile.TemporaryDirectory(dir=os.getcwd(), prefix=".bench-") as folder:
        stage = Stage(folder, lang="en")
        try:
            stage.start(("F1",), members_csv=DEMO_CSV.splitlines()[0] + "\n")
            path = os.path.join(folder, "million.csv")
            write_csv(path)
            taken = hub_command(stage.database, "import", path)
            made = hub_command(stage.database, "snapshot")
            manifest = json.load(open(f"{stage.database}.fill/manifest.json", encoding="utf-8"))["manifest"]  # noqa: SIM115
            sent = sum(os.path.getsize(f"{stage.database}.fill/{one[0]}.zst") for one in json.loads(manifest)["pieces"])
            yield (f"import of {MEMBERS} members at the hub, s", taken, 0, "")
            yield from measured(stage, made, folder)
            yield ("bytes a member over the line", sent / MEMBERS, 0, "")
        finally:
            stage.stop()
