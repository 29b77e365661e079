"""Programmes, baskets and members for tests of the engine, in a few words."""

from __future__ import annotations

from typing import Any

import msgspec

from agent.loyalty.decision import Decision, Trace
from agent.loyalty.engine import evaluate
from agent.loyalty.member import Member, Points
from agent.loyalty.programme.reader import read_programme
from agent.loyalty.programme.values import Programme
from agent.loyalty.sale import Line, Sale, Tender

AT = 1_795_331_700_000
"""2026-11-22T10:15:00+03:00, a Sunday."""

HEAD = '[programme]\nid = "test"\nversion = 1\ncurrency = "RUB"\ntimezone = "Europe/Moscow"\n'
POINTS = '[points.main]\nname.ru = ["балл", "балла", "баллов"]\nname.en = ["point", "points"]\nworth = "100"\n'
MEMBER = Member(id="m", points={"main": Points(spendable=1_000_000)})


def programme(text: str, head: str = HEAD) -> Programme:
    """A programme of these tables; the test fails with its faults when it has any."""
    reading = read_programme(head + text, "test.toml")
    assert reading.programme is not None, [str(fault) for fault in reading.faults]
    return reading.programme


def faults(text: str, head: str = HEAD) -> list[str]:
    """The keys and what is wrong with them, "offer[0].phase: ..."."""
    reading = read_programme(head + text, "test.toml")
    return [f"{fault.key}: {fault.what}" for fault in reading.faults]


def offer(name: str, phase: str, then: str, when: str = "", more: str = "") -> str:
    """One [[offer]] table."""
    condition = f"when = {{ {when} }}\n" if when else ""
    return f'[[offer]]\nid = "{name}"\nphase = "{phase}"\n{condition}then = {{ {then} }}\n{more}\n'


def line(n: int, amount: int, *groups: str, quantity: str = "1", **more: Any) -> Line:
    """A line of `amount` minor units; its price follows from a whole quantity."""
    price = more.pop("price", amount // int(quantity) if quantity.isdigit() and int(quantity) else amount)
    return Line(n=n, sku=more.pop("sku", f"s{n}"), price=price, amount=amount, groups=groups, quantity=quantity, **more)


def basket(*lines: Line | int, **more: Any) -> Sale:
    """Lines, or amounts of lines; `tenders` may be {"card": 100}."""
    made = tuple(each if isinstance(each, Line) else line(n, each) for n, each in enumerate(lines, 1))
    tenders = tuple(Tender(kind, amount) for kind, amount in more.pop("tenders", {}).items())
    return Sale(lines=made, tenders=tenders, **more)


def decide(rules: Programme | str, sale: Sale, member: Member | None = MEMBER, at: int = AT) -> Decision:
    return evaluate(programme(rules) if isinstance(rules, str) else rules, member, sale, at)


def earned(decision: Decision, currency: str = "main") -> int:
    found = decision.earned.get(currency)
    return found.points if found else 0


def discounts(decision: Decision) -> list[int]:
    return [each.discount for each in decision.lines]


def trace(decision: Decision, name: str) -> Trace:
    return next(each for each in decision.trace if each.offer == name)


def member(**more: Any) -> Member:
    """A member like MEMBER with other fields."""
    return msgspec.structs.replace(MEMBER, **more)
