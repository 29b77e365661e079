"""What an evaluation costs, CPU time a call, beside plain Python doing the same sums in the same run."""

from __future__ import annotations

import gc
import time
import tomllib
from collections.abc import Callable

import msgspec
from bench.engine_floor import Floor

from agent.loyalty.engine import evaluate
from agent.loyalty.member import Member
from agent.loyalty.programme.reader import compile_document
from agent.loyalty.programme.values import Programme
from agent.loyalty.sale import Line, Sale
from agent.toml_lines import Lines

ROUNDS = 5
AT = 1_795_331_700_000
"""2026-11-22T10:15:00+03:00"""
MEMBER = Member(id="m", tier="silver")
Row = tuple[str, float, float, str]

HEAD = """
[programme]
id = "bench"
version = 1
currency = "RUB"
timezone = "Europe/Moscow"
[points.main]
worth = "100"
[[tier]]
id = "silver"
[[tier]]
id = "gold"
[[offer]]
id = "base"
phase = "accrual"
then = { earn = "5%" }
"""


def offers(count: int, when: Callable[[int], str], phase: str = "line") -> str:
    return "".join(
        f'[[offer]]\nid = "o{no:04d}"\nphase = "{phase}"\npriority = {no % 3}\nwhen = {{ {when(no)} }}\n'
        f'then = {{ percent = "{no % 5 + 1}%" }}\n'
        for no in range(count)
    )


def programme(text: str) -> Programme:
    reading = compile_document(tomllib.loads(HEAD + text), Lines(), "bench.toml")
    assert reading.programme is not None, reading.faults
    return reading.programme


def basket(lines: int, groups: int) -> Sale:
    """Line i is in group i mod `groups`."""
    return Sale(
        lines=tuple(
            Line(
                n=place + 1,
                sku=f"46000000{place:05d}",
                price=1_000 + 37 * place,
                amount=1_000 + 37 * place,
                groups=(f"g{place % groups}", "all"),
                brand=f"b{place % 7}",
                tax_rate="22",
            )
            for place in range(lines)
        )
    )


def beside(work: Callable[[], object], floor: Callable[[], object], calls: int = 60) -> tuple[float, float]:
    """CPU milliseconds a call of both, the best of five rounds in turn: the machine's speed drifts, a ratio should not."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS + 1):
        for place, each in enumerate((work, floor)):
            gc.collect()
            began = time.process_time_ns()
            for _ in range(calls):
                each()
            best[place] = min(best[place], (time.process_time_ns() - began) / calls / 1e6)
    return best[0], best[1]


def plain(pairs: list[tuple[str, int]], sale: Sale) -> Callable[[], object]:
    """The same sums in plain Python."""
    floor = Floor(pairs, 500)
    lines = [msgspec.structs.asdict(line) for line in sale.lines]
    return lambda: floor.evaluate(lines)


def of_group(no: int) -> str:
    return f'lines = "group:g{no}"'


def _pairs(count: int) -> list[tuple[str, int]]:
    return [(f"group:g{no}", (no % 5 + 1) * 100) for no in range(count)]


def judging(rules: Programme, sale: Sale) -> Callable[[], object]:
    return lambda: evaluate(rules, MEMBER, sale, AT)


def compiling() -> Row:
    """A programme of 2,000 offers, from its parsed document; beside it the reading of its TOML."""
    text = HEAD + offers(2_000, of_group)
    document = tomllib.loads(text)
    figure, floor = beside(
        lambda: compile_document(document, Lines(), "bench.toml"), lambda: tomllib.loads(text), calls=3
    )
    return ("compile 2,000 offers", figure, floor, "<= 25 ms; floor: tomllib on the text")


def rows() -> list[Row]:
    """(what, figure in ms, floor in ms, the bar asked)."""
    found: list[Row] = []
    two_hundred = programme(offers(200, of_group))
    for lines, bar in ((100, "<= 1.5 ms and <= 5 x floor"), (20, "<= 0.5 ms")):
        sale = basket(lines, 20)
        pair = beside(judging(two_hundred, sale), plain(_pairs(200), sale))
        found.append((f"{lines} lines x 200 offers, 20 apply", *pair, bar))
    sale = basket(100, 20)
    wide = programme(offers(20, lambda no: f"total = {no + 1}", phase="basket"))
    pair = beside(judging(wide, sale), plain([("", (no % 5 + 1) * 100) for no in range(20)], sale), calls=20)
    found.append(("100 lines x 20 basket-wide offers", *pair, "<= 4 ms"))
    for what, when, bar in (
        ("index drops 1,980", of_group, "<= 1.15 x of 200"),
        ("hours refuse 1,800", lambda no: of_group(no) if no < 200 else 'hours = "02:00-03:00"', "<= 2 x of 200"),
        ("tier refuse 1,800", lambda no: of_group(no) if no < 200 else 'tier = "gold"', "<= 2 x of 200"),
    ):
        pair = beside(judging(programme(offers(2_000, when)), sale), judging(two_hundred, sale))
        found.append((f"2,000 offers, {what}", *pair, bar))
    return [*found, compiling()]


if __name__ == "__main__":
    for what, figure, floor, bar in rows():
        print(f"{what:44} {figure:8.3f} ms   beside {floor:8.3f} ms   {bar}")
