"""A till with no line for a month: memory, quotes and sales day by day, then the backlog pushed to a hub over loopback HTTP.

And what a sale costs: the whole use-case beside the five statements it ends in.
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import msgspec
from bench.store import Raw, taken
from bench.till import ONE_OFFER, basket, card, memory_mb, percentile, programme
from hub_kit import chance as fixed_chance
from till_kit import CountedIds, HandClock

from agent.cli.demo.stage import Stage
from agent.loyalty import ids
from agent.loyalty.lots import Lot
from agent.loyalty.sale import Sale
from agent.rows import position
from agent.runtime import secrets as kept_secrets
from agent.runtime import wiring
from agent.runtime.clock import SystemClock
from agent.runtime.settings import ReceiptSettings, Settings, TillSettings
from agent.runtime.syncing import described
from agent.sqlite import InlineWriter
from agent.store.outbox import StoreOutbox
from agent.till import identify
from agent.till.quote import quote
from agent.till.refusal import Refusal
from agent.till.sell import sell
from sync.calls import HubCalls
from sync.client import SyncClient
from sync.joining import EnrolRequest
from sync.signing import Signer, Verifier
from sync.transport import HttpTransport
from sync.wire import MemberState

Row = tuple[str, float, float, str]
DAYS = int(os.environ.get("KOPILKA_BENCH_DAYS", "30"))
A_DAY = int(os.environ.get("KOPILKA_BENCH_A_DAY", "1500"))
MEMBERS = 2000
"""Who comes to one shop; each about once in one to two days."""
QUOTES = 600
ROUNDS = 5
COMMITS = 200
DAY_MS = 86_400_000
MANY = 10_000
KEY = Signer(b"\x05" * 32)


class Deaf:
    """Nobody listens."""

    def publish(self, kind: str, data: object) -> None:
        """Heard by nobody."""


def till_in(folder: str, clock: HandClock, secrets: kept_secrets.Secrets, text: str) -> wiring.Parts:
    """A till on a real file whose clock the bench moves; its writer is this thread."""
    data = os.path.join(folder, "till")
    os.makedirs(data)
    kept_secrets.write(data, secrets)
    path = os.path.join(data, "programme.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    settings = Settings(
        till=TillSettings(id="Q1", store="S014", data=data, programme=path), receipt=ReceiptSettings(printer="p")
    )
    return wiring.join(settings, Deaf(), wiring.World(clock=clock, ids=CountedIds("q"), writer=InlineWriter()))


def sale(name: str, number: int, lines: list[dict[str, object]]) -> Sale:
    body = {"id": name, "lines": lines, "card": card(number), "receipt_no": name, "print": False}
    return msgspec.json.decode(msgspec.json.encode(body), type=Sale)


def sold(parts: wiring.Parts, one: Sale) -> float:
    """Milliseconds of one committed sale."""
    began = time.perf_counter()
    answer = sell(parts.desk, one)
    took = (time.perf_counter() - began) * 1000
    assert not isinstance(answer, Refusal), answer
    return took


def best_quotes(parts: wiring.Parts) -> list[float]:
    """Milliseconds of quotes for members who come, each the best of five: the same baskets and members every time."""
    rounds = []
    for _ in range(ROUNDS):
        chance, times = random.Random(99), []
        for _ in range(QUOTES):
            asked = msgspec.convert({"lines": basket(20), "card": card(chance.randrange(MEMBERS))}, Sale)
            began = time.perf_counter()
            found = quote(parts.desk, asked)
            times.append((time.perf_counter() - began) * 1000)
            assert not isinstance(found, Refusal), found
        rounds.append(times)
    return [min(each) for each in zip(*rounds, strict=True)]


def a_day(parts: wiring.Parts, clock: HandClock, day: int) -> list[float]:
    """A day's sales from nine in the morning on, each with what the housekeeping does in between."""
    chance, times = random.Random(day), []
    for n in range(A_DAY):
        clock.pass_ms(DAY_MS // A_DAY)
        times.append(sold(parts, sale(f"{day}-{n}", chance.randrange(MEMBERS), basket(3))))
        parts.desk.current.clear(clock.monotonic_ms())
    return times


def month(parts: wiring.Parts, clock: HandClock) -> Iterator[Row]:
    """Every tenth day what quotes, sales and memory have come to, beside the first day's."""
    first: dict[str, float] = {}
    sales = a_day(parts, clock, 0)
    for day in range(1, DAYS + 1):
        if day == 1 or day % 10 == 0:
            asked = best_quotes(parts)
            gc.collect()
            now = {
                "quote 20 lines x 50 offers, p50 ms": statistics.median(asked),
                "quote 20 lines x 50 offers, p99 ms": percentile(asked, 0.99),
                "sale of 3 lines, p50 ms": statistics.median(sales),
                "memory, MB": memory_mb(os.getpid()),
            }
            first = first or now
            waiting = parts.store.journal.tail.seq
            for name, figure in now.items():
                bar = "flat" if "memory" in name else "no slower"
                yield (f"day {day:2}, {waiting:6} records wait: {name}", figure, first[name], f"{bar}; floor: day 1")
            print(f"bench: queue, day {day} of {DAYS}", file=sys.stderr, flush=True)
        if day < DAYS:
            sales = a_day(parts, clock, day)


def pushed(parts: wiring.Parts, clock: HandClock, url: str, hub_key: str) -> Iterator[Row]:
    """The whole backlog over real HTTP, batch by batch, with how far it is."""
    nonces = iter(range(10**9))
    calls = HubCalls(
        HttpTransport(url, monotonic=time.monotonic),
        till="Q1",
        signer=KEY,
        now_ms=clock.now_ms,
        nonce=lambda: f"n{next(nonces)}",
    )
    outbox = StoreOutbox(parts.store, parts.writer, clock=clock, ids=parts.ids, told=lambda _: None, describe=described)
    client = SyncClient(outbox, calls, till="Q1", hub_key=Verifier(hub_key), below=lambda _: 0)
    waiting = parts.store.journal.tail.seq
    began = told = time.perf_counter()
    while True:
        outcome = client.push_once(clock.monotonic_ms())
        assert outcome.kind in ("sent", "idle"), outcome
        if time.perf_counter() - told > 5:
            told = time.perf_counter()
            rate = outcome.wm / (told - began)
            left = (waiting - outcome.wm) / rate
            print(
                f"bench: queue, {outcome.wm} of {waiting}, {rate:.0f}/s, {left:.0f} s left", file=sys.stderr, flush=True
            )
        if not outcome.more:
            break
    took = time.perf_counter() - began
    assert int(parts.store.meta.get("acked")) == position(1, waiting)
    yield (f"backlog of {waiting} records pushed to a SQLite hub, s", took, 0, "")
    yield ("  of it each 10,000 records, s", took / waiting * 10_000, 0, "< 8 s")


def offline(folder: str) -> Iterator[Row]:
    """A month without a line, then the line to a hub in a process of its own."""
    stage = Stage(folder, lang="en")
    try:
        stage.start((), members_csv="card\n")
        code = json.loads(stage.hub("till", "add", "Q1", "--store", "S014", "--json"))["code"]
        url = f"http://127.0.0.1:{stage.hub_port}"
        clock = HandClock(wall_ms=SystemClock.now_ms() - DAYS * DAY_MS)
        joining = HubCalls(
            HttpTransport(url, monotonic=time.monotonic),
            till="Q1",
            signer=KEY,
            now_ms=clock.now_ms,
            nonce=lambda: "first",
        )
        answer = joining.enrol(EnrolRequest(code=code, till="Q1", public_key=KEY.public))
        secrets = kept_secrets.Secrets(
            till_key=(b"\x05" * 32).hex(), programme_key=answer.programme_key, hub_key=answer.hub_key, hub_url=url, till="Q1",
            store="S014",
        )  # fmt: skip
        parts = till_in(folder, clock, secrets, programme())
        yield from month(parts, clock)
        yield from pushed(parts, clock, url, answer.hub_key)
        parts.store.close()
    finally:
        stage.stop()


def one_line(n: int) -> list[dict[str, object]]:
    return [{"n": 1, "sku": "4600000000017", "name": "Кофе зерно 1 кг", "price": 9900 + n % 7, "amount": 9900 + n % 7}]


def costs(folder: str) -> tuple[float, float]:
    """p50 of a one-line sale through the whole use-case and of the bare five statements, one of each in turn."""
    parts = till_in(folder, HandClock(), fresh_secrets(), ONE_OFFER)
    sold(parts, sale("first", 0, one_line(0)))
    stored = parts.store.journal.read(position(1, parts.store.journal.tail.seq))
    assert stored is not None
    raw = Raw(folder, stored.line)
    figures: tuple[list[float], list[float]] = ([], [])
    for n in range(1, COMMITS + 1):
        figures[0].append(sold(parts, sale(f"c-{n}", n % 50, one_line(n))))
        figures[1].append(taken(raw.commit, n) * 1000)
    parts.store.close()
    raw.close()
    return statistics.median(figures[0]), statistics.median(figures[1])


def fresh_secrets() -> kept_secrets.Secrets:
    return kept_secrets.Secrets(till_key=fixed_chance(32).hex(), programme_key=fixed_chance(32).hex())


def of_one_member(folder: str) -> Row:
    """A member with very many sales the hub has not told back, bought over a month; the floor is the first sale's like."""
    clock = HandClock()
    parts = till_in(folder, clock, fresh_secrets(), ONE_OFFER)
    rights, desk = parts.store.rights, parts.desk
    fresh = statistics.median([sold(parts, sale(f"f-{n}", n, one_line(n))) for n in range(COMMITS)])
    member = ids.member_id(desk.key, card(0))
    with parts.store.transaction():
        parts.store.members.put(MemberState(member=member, rev=1, cards=(ids.card_hmac(desk.key, card(0)),)))
        for n in range(MANY):
            day = f"2026-11-{1 + n % 30:02}"
            lot = Lot(
                id=f"l{n}",
                unit="points:main",
                points=5,
                left=5,
                born=n,
                spendable_from=day,
                expires_on=f"2027{day[4:]}",
            )
            rights.bear([lot], member=member, n=position(2, n))
    many = statistics.median([sold(parts, sale(f"m-{n}", 0, one_line(n))) for n in range(COMMITS)])
    assert identify.by_card(desk, card(0), how="pos")
    parts.store.close()
    return (f"sale of a member with {MANY} unsynced sales, p50 ms", many, fresh, "floor: of one with few")


def in_folder(work: Any) -> Any:
    """The working folder, not /tmp: where that is memory, an fsync costs nothing."""
    with tempfile.TemporaryDirectory(dir=os.getcwd(), prefix=".bench-") as folder:
        return work(folder)


def rows() -> Iterator[Row]:
    """A month of 1,500 sales a day takes about three minutes."""
    figure, floor = min((in_folder(costs) for _ in range(ROUNDS)), key=lambda pair: pair[0] / pair[1])
    yield ("a one-line sale through the whole use-case, p50 ms", figure, floor, "<= 3 x the five statements raw")
    yield in_folder(of_one_member)
    with tempfile.TemporaryDirectory(dir=os.getcwd(), prefix=".bench-") as folder:
        yield from offline(folder)
