"""From a committed record to paper: the receipt's document and its print job, written in the record's own transaction."""

from __future__ import annotations

import msgspec

from agent.loyalty.decision import Decision
from agent.messages import Lang
from agent.rows import Receipt, Stored, position
from agent.till.balance import Balance
from agent.till.desk import Desk
from agent.till.identify import Who
from agent.till.naming import tier_name
from agent.till.receipt import Told, receipt
from agent.till.refusal import Refusal
from drivers.shapes import Document, PrintJob
from sync.wire import SaleBody

MARK_DIGITS = 6


def language(text: str) -> Lang:
    """The nearest language that is spoken here."""
    return "en" if text.startswith("en") else "ru"


def told_of(desk: Desk, body: SaleBody, stored: Stored, *, who: Who | None, held: dict[str, Balance]) -> Told:
    """What a receipt about a sale says."""
    lang = language(desk.rules.lang)
    programme = desk.programme(body.decision.at)
    tier = who.state.tier if who and who.state else None
    return Told(
        title=desk.rules.store_name or ("Копилка" if lang == "ru" else "Kopilka"),
        lang=lang,
        decision=body.decision,
        programme=programme,
        balances=held,
        masked=who.masked if who else "",
        tier=tier_name(programme, tier, lang),
        number=stored.seq,
        mark=stored.hash[:MARK_DIGITS],
        at=desk.clock.now_ms(),
        online=desk.online(),
    )


def would_earn(decision: Decision) -> dict[str, int]:
    """What a member would have got, by currency: the engine says so to somebody without a card."""
    return {
        str(hint.numbers["currency"]): int(hint.numbers["points"])
        for hint in decision.hints
        if hint.code == "would-earn"
    }


def put_receipt(desk: Desk, body: SaleBody, told: Told, stored: Stored) -> str:
    """Write a sale's receipt, and its print job when it shall be printed; returns the receipt's id."""
    summary: dict[str, object] = {
        "kind": "sale",
        "id": body.sale.id,
        "seq": stored.seq,
        "to_pay": body.decision.to_pay,
        "earned": {name: earned.points for name, earned in body.decision.earned.items()},
        "spent": body.decision.spent,
        "member": told.masked or None,
        "at": body.closed_at,
    }
    return write(desk, receipt(told), summary, stored, paper=body.sale.print)


def write(desk: Desk, document: Document, summary: dict[str, object], stored: Stored, *, paper: bool) -> str:
    """Keep a document as a receipt of a record; queue it for the printer when `paper`."""
    now = desk.clock.now_ms()
    kept = Receipt(
        id="r-" + desk.ids.new(now),
        n=position(stored.inc, stored.seq),
        at=now,
        document=desk.encode_document(document),
        summary=msgspec.json.encode(summary),
    )
    desk.store.prints.put_receipt(kept)
    if paper and desk.rules.printer:
        desk.store.prints.enqueue(_job(desk, kept, now, kind="receipt"), receipt=kept.id)
    return kept.id


def _job(desk: Desk, kept: Receipt, now: int, *, kind: str) -> PrintJob:
    assert desk.rules.printer is not None
    return PrintJob(
        id="p-" + desk.ids.new(now),
        printer=desk.rules.printer,
        document=kept.document,
        state="queued",
        created_ms=now,
        first_attempt_ms=kept.at if kind == "copy" else None,
        kind="copy" if kind == "copy" else "receipt",
    )


def reprint(desk: Desk, id: str) -> dict[str, object] | Refusal:  # noqa: A002 - the field's name
    """Print a receipt again, headed as a copy with the first one's time."""
    kept = desk.store.prints.receipt(id)
    if kept is None:
        return Refusal("receipt-unknown", "not_found", {"id": id})
    if not desk.rules.printer:
        return Refusal("no-printer", "conflict")
    job = _job(desk, kept, desk.clock.now_ms(), kind="copy")
    with desk.store.transaction():
        desk.store.prints.enqueue(job, receipt=kept.id)
    desk.print_soon(desk.rules.printer)
    return {"receipt": id, "job": job.id, "printer": job.printer}
