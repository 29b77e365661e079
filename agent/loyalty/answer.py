"""A Decision as the answer people and POS read: the shape of a sale's answer, with texts in one language."""

from __future__ import annotations

from typing import Any

import msgspec

from agent.loyalty.decision import Decision, LineResult, Trace
from agent.loyalty.programme.values import Programme
from agent.loyalty.texts import Lang, Speaker


def quote_answer(decision: Decision, programme: Programme, lang: Lang) -> dict[str, Any]:
    """Keys of the sale's answer that need no store (no balance, receipt, seq, mark), and `refused` and `trace`."""
    speaker = Speaker(programme, lang)
    return {
        "total": decision.total,
        "discount": decision.discount,
        "redeemed": decision.redeemed,
        "to_pay": decision.to_pay,
        "lines": [_line(line, speaker) for line in decision.lines],
        "fiscal_lines": [_plain(line) | {"tax_rate": line.tax_rate} for line in decision.fiscal_lines],
        "earned": {
            currency: {"points": earned.points}
            | ({"available_from": earned.available_from} if earned.available_from else {})
            | ({"expires_on": earned.expires_on} if earned.expires_on else {})
            for currency, earned in decision.earned.items()
        },
        "spent": dict(decision.spent),
        "issued": list(decision.issued),
        "messages": [_said(each, speaker) for each in decision.messages],
        "hints": [_said(each, speaker) for each in decision.hints],
        "receipt_lines": {},
        "codes": [],
        "programme": {"id": decision.programme, "version": decision.version},
        "refused": [
            {
                "what": each.what,
                "code": each.code,
                "asked": each.asked,
                "granted": each.granted,
                "text": speaker.trace("", each.code, _with_currency(each.what, each.numbers)),
            }
            | ({"numbers": each.numbers} if each.numbers else {})
            for each in decision.refused
        ],
        "trace": [_said(each, speaker) for each in decision.trace],
    }


def _line(line: LineResult, speaker: Speaker) -> dict[str, Any]:
    whys = []
    for why in line.why:
        told: dict[str, Any] = {"offer": why.offer, "text": speaker.why(why.offer, why.code, why.numbers)}
        if why.discount:
            told["discount"] = why.discount
        if why.redeemed:
            told["redeemed"] = why.redeemed
        if why.earned:
            told["earned"] = why.earned
        whys.append(told)
    answer: dict[str, Any] = {
        "n": line.n,
        "amount": line.amount,
        "discount": line.discount,
        "redeemed": line.redeemed,
        "to_pay": line.to_pay,
        "earned": line.earned,
        "why": whys,
    }
    if line.free_units:
        answer["free_units"] = line.free_units
    return answer


def _said(trace: Trace, speaker: Speaker) -> dict[str, Any]:
    said: dict[str, Any] = {"offer": trace.offer} if trace.offer else {}
    said |= {"code": trace.code, "text": speaker.trace(trace.offer, trace.code, trace.numbers)}
    return said | ({"numbers": trace.numbers} if trace.numbers else {})


def _with_currency(what: str, numbers: dict[str, str | int]) -> dict[str, str | int]:
    kind, _, name = what.partition(":")
    return {**numbers, "currency": name} if kind == "points" else numbers


def _plain(value: object) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(value)
    return built
