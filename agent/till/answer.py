"""The sale's answer as the POS gets it: the Decision in words, the balance as far as this till knows, the record's number and mark."""

from __future__ import annotations

import msgspec

from agent.loyalty.answer import quote_answer
from agent.loyalty.decision import Trace
from agent.rows import Stored
from agent.till import when
from agent.till.balance import Balance
from agent.till.desk import Desk
from agent.till.paper import MARK_DIGITS, language
from agent.till.quotes import Quote
from sync.wire import SaleBody


def balance_answer(held: dict[str, Balance]) -> dict[str, object]:
    """Balances by currency, as plain values."""
    return {name: msgspec.to_builtins(row) for name, row in held.items()}


def quoted(desk: Desk, quote: Quote, held: dict[str, Balance], *, lang: str) -> dict[str, object]:
    """A quote's answer: no effect, but an id and how long it holds."""
    answer = quote_answer(quote.decision, desk.programme(quote.decision.at), language(lang))
    return {
        "quote": quote.id,
        "valid_until": when.iso(quote.valid_until),
        "offline": not desk.online(),
        **answer,
        "member": quote.member,
        "balance": balance_answer(held),
    }


def answer_of(
    desk: Desk,
    body: SaleBody,
    held: dict[str, Balance],
    stored: Stored,
    *,
    hints: tuple[Trace, ...],
    receipt: str,
    lang: str,
) -> dict[str, object]:
    """A committed sale's answer. `hints` are not recorded, but said."""
    decision = msgspec.structs.replace(body.decision, hints=hints)
    answer = quote_answer(decision, desk.programme(decision.at), language(lang))
    for only_quote in ("refused", "trace"):
        del answer[only_quote]
    return {
        "id": body.sale.id,
        "replayed": False,
        "offline": not desk.online(),
        **answer,
        "member": body.member,
        "balance": balance_answer(held),
        "mismatch": list(body.mismatch),
        "loss": {unit.removeprefix("points:"): points for unit, points in body.loss.items()},
        "receipt": receipt,
        "seq": stored.seq,
        "mark": stored.hash[:MARK_DIGITS],
    }
