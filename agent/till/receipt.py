"""The receipt block: what a customer reads after a sale, device-neutral, in Russian or English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

from agent.loyalty.decision import Decision
from agent.loyalty.programme.values import Programme
from agent.messages import Lang, money
from agent.till import naming, when
from agent.till.balance import Balance
from agent.till.receipt_words import say
from drivers.shapes import Block, Cut, Document, Pair, Rule, Text

MAX_WHY = 3
MAX_DUES = 2
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Told(Struct, frozen=True, kw_only=True):
    """What a receipt is made of."""

    title: str
    lang: Lang
    decision: Decision
    programme: Programme
    balances: dict[str, Balance]
    masked: str
    """Of the card, "*4471"; "" for a sale without a member."""
    tier: str
    number: int
    mark: str
    at: int
    """When the receipt is made, UTC ms: days and times of this day are written short."""
    online: bool
    would_earn: dict[str, int] = {}
    """For a sale without a member: what a member would have got."""


def receipt(told: Told) -> Document:
    """One tree; it becomes paper, text and picture."""
    blocks: list[Block] = [Rule()]
    blocks += _head(told)
    blocks += _money(told)
    blocks += _earned(told)
    for name, row in told.balances.items():
        blocks += balance_blocks(told, name, row)
    blocks += _invitation(told)
    blocks += [Pair("", f"№ {told.number} · {told.mark}"), Rule(), Cut()]
    return Document(blocks=tuple(blocks), lang=told.lang)


def _head(told: Told) -> Iterator[Block]:
    if not told.masked:
        yield Text(told.title, bold=True)
        return
    yield Pair(told.title, f"{say('card', told.lang)} {told.masked} {told.tier}".rstrip(), bold=True)


def _money(told: Told) -> Iterator[Block]:
    decision, lang = told.decision, told.lang
    if decision.discount:
        yield Pair(say("discount", lang), money(-decision.discount, lang))
    for name, points in decision.spent.items():
        worth = decision.worth.get(name, 0)
        yield Pair(f"{say('spent', lang)} {counted(told, name, points)}", money(-worth, lang))
    if decision.discount or decision.redeemed:
        yield Pair(say("to-pay", lang), money(decision.to_pay, lang), bold=True)


def _earned(told: Told) -> Iterator[Block]:
    lang = told.lang
    for name, earned in told.decision.earned.items():
        if not earned.points:
            continue
        yield Pair(say("earned", lang), counted(told, name, earned.points), bold=True)
        whys = naming.earned_because(told.decision, told.programme, name, lang)[:MAX_WHY]
        ready = (
            f"{say('available-from', lang)} {short_day(earned.available_from, told)}" if earned.available_from else ""
        )
        for n, text in enumerate(whys):
            yield Pair(text, ready if n == 0 else "", indent=2)
        if ready and not whys:
            yield Pair("", ready, indent=2)


def balance_blocks(told: Told, name: str, row: Balance) -> Iterator[Block]:
    """What the member has, and how much of it is not to be had here and now."""
    lang = told.lang
    as_of = f" ({say('confirmed', lang)} {moment(row.as_of, told)})" if row.as_of else ""
    yield Pair(say("balance", lang) + as_of, counted(told, name, row.whole), bold=True)
    for due in row.maturing[:MAX_DUES]:
        yield _due(told, name, due, "from")
    for due in row.expiring[:MAX_DUES]:
        yield _due(told, name, due, "on")
    if row.debt:
        yield Pair(say("debt", lang), counted(told, name, row.debt), indent=2)
    if not told.online and row.whole:
        yield Pair(say("spendable-offline", lang), counted(told, name, row.spendable_here), indent=2)


def _due(told: Told, name: str, due: dict[str, int | str], word: Literal["from", "on"]) -> Block:
    said = say("of-them-from" if word == "from" else "expire-on", told.lang)
    return Pair(f"{said} {short_day(str(due[word]), told)}", counted(told, name, int(due["points"])), indent=2)


def _invitation(told: Told) -> Iterator[Block]:
    for name, points in told.would_earn.items():
        if points:
            yield Rule(light=True)
            yield Text(f"{say('would-earn', told.lang)} {counted(told, name, points)}")


def counted(told: Told, name: str, points: int) -> str:
    """Points with their noun: "57 баллов"."""
    return naming.counted(told.programme, name, points, told.lang)


def short_day(day: str, told: Told) -> str:
    """A day as 06.12 or 6 Dec, with the year when it is not this receipt's own."""
    there, here = date.fromisoformat(day), when.local(told.at, told.programme.zone)
    return _day(there, told.lang) + (
        f"{'.' if told.lang == 'ru' else ' '}{there.year}" if there.year != here.year else ""
    )


def moment(iso: str, told: Told) -> str:
    """A moment as 09:58, with its day when that is not today."""
    there = when.local(when.parse(iso), told.programme.zone)
    here = when.local(told.at, told.programme.zone)
    clock = f"{there.hour:02}:{there.minute:02}"
    return clock if there.date() == here.date() else f"{_day(there, told.lang)} {clock}"


def _day(there: date, lang: Lang) -> str:
    return f"{there.day:02}.{there.month:02}" if lang == "ru" else f"{there.day} {_MONTHS[there.month - 1]}"
