"""The slip of a return or a void."""

from __future__ import annotations

from agent.loyalty.returns import ReturnDecision
from agent.messages import money
from agent.rows import Stored
from agent.till.desk import Desk
from agent.till.paper import write
from agent.till.receipt import Told, balance_blocks, counted
from agent.till.receipt_words import say
from drivers.shapes import Block, Cut, Document, Pair, Rule, Text
from sync.wire import SaleBody


def put_return(
    desk: Desk, kind: str, told: Told, decision: ReturnDecision, *, sale: SaleBody, stored: Stored, paper: bool
) -> str:
    """Write the slip and its print job; returns the receipt's id."""
    lang = told.lang
    blocks: list[Block] = [Rule(), Pair(told.title, say(kind, lang), bold=True)]
    blocks.append(Text(f"{say('of-sale', lang)} {sale.sale.receipt_no or sale.sale.id}"))
    blocks.append(Pair(say("money-back", lang), money(decision.money_back, lang), bold=True))
    for unit, parts in decision.restored.items():
        points = sum(part.points for part in parts)
        blocks.append(Pair(say("restored", lang), counted(told, unit.removeprefix("points:"), points)))
    for unit, points in decision.taken_back.items():
        blocks.append(Pair(say("taken-back", lang), counted(told, unit.removeprefix("points:"), points)))
    for name, row in told.balances.items():
        blocks += balance_blocks(told, name, row)
    blocks += [Pair("", f"№ {told.number} · {told.mark}"), Rule(), Cut()]
    summary: dict[str, object] = {
        "kind": kind,
        "id": sale.sale.id,
        "seq": stored.seq,
        "money_back": decision.money_back,
        "taken_back": {unit.removeprefix("points:"): points for unit, points in decision.taken_back.items()},
        "member": told.masked or None,
        "at": desk.clock.now_ms(),
    }
    return write(desk, Document(blocks=tuple(blocks), lang=lang), summary, stored, paper=paper)
