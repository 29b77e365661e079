"""One whole run: open the shop, let four POS threads sell while power is cut, settle, look what is wrong."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kill.check import violations
from kill.pos import Pos
from kill.power import Power
from kill.shop import Shop

POSTS_A_TILL = 2


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to."""

    counts: Counter[str]
    hits: Counter[str]
    violations: list[str]
    posts: list[Pos]


def run(shop: Shop, *, kills: int, seed: int, told: Callable[[Counter[str], int], None] = lambda *_: None) -> Run:
    """Cut power `kills` times; `told` hears of progress twice a second: what was counted so far and the kills done."""
    shop.open()
    chance = random.Random(seed)
    posts = [
        Pos(shop, till, f"{till.name}{letter}", random.Random(chance.random()))
        for till in shop.tills
        for letter in "ab"[:POSTS_A_TILL]
    ]
    power = Power(shop, kills=kills, chance=random.Random(chance.random()))
    faults = list(_worked(posts, power, told))
    if not faults:
        shop.settle()
        faults = violations(shop, posts)
    return Run(total(posts), power.hits, faults, posts)


def _worked(posts: list[Pos], power: Power, told: Callable[[Counter[str], int], None]) -> Iterator[str]:
    """Until the last power cut; then each POS ends what it has begun. What broke in a thread is told."""
    closing = threading.Event()
    broken: list[BaseException] = []

    def day(pos: Pos) -> None:
        try:
            while not closing.is_set():
                pos.step()
        except BaseException as fault:
            broken.append(fault)

    threads = [threading.Thread(target=day, args=(pos,), name=pos.name) for pos in posts]
    for thread in threads:
        thread.start()
    power.start()
    waiter = threading.Thread(target=power.join)
    waiter.start()
    try:
        while waiter.is_alive():
            told(total(posts), power.done)
            waiter.join(0.5)
    finally:
        # Also when we are told to end: nobody may start a till that nobody would stop.
        power.over.set()
        waiter.join()
        closing.set()
        for thread in threads:
            thread.join()
    told(total(posts), power.done)
    yield from (f"{type(fault).__name__}: {fault}" for fault in (*broken, *power.faults))


def total(posts: list[Pos]) -> Counter[str]:
    """Counts of all POS threads together."""
    counts: Counter[str] = Counter()
    for pos in posts:
        counts.update(dict(pos.counts))
    return counts
