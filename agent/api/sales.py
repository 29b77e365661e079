"""Quotes, holds, sales, returns, voids."""

from __future__ import annotations

from functools import partial
from typing import Any

from agent.api.border import granted
from agent.api.messages import (
    HoldAnswer,
    HoldBody,
    HoldQuery,
    LinesQuery,
    QuoteAnswer,
    ReturnAnswer,
    SaleAnswer,
    SuspendBody,
)
from agent.api.place import Place
from agent.errors import Conflict, NotFound, StorageFull, Unprocessable
from agent.loyalty.sale import Sale
from agent.rows import Hold
from agent.till import hold as holds
from agent.till import when
from agent.till.answer import quoted
from agent.till.desk import Desk
from agent.till.give_back import Return, Void, take_back, void
from agent.till.quote import quote
from agent.till.scanned import suspend
from agent.till.sell import sell
from agent.web.body import LARGE_BYTES
from agent.web.routes import Call, Route

FAULTS = (Conflict, NotFound, Unprocessable, StorageFull)
POS = ("pos",)
ANY = ("pos", "page")


def routes(place: Place) -> list[Route]:
    """The calls that move points, and those that prepare them."""
    desk = place.desk

    def on_quote(call: Call[Sale, object]) -> object:
        given, _, held = granted(quote(desk, call.body))
        answer = quoted(desk, given, held, lang=call.lang)
        place.events.publish("quote", named(answer, call.body))
        return answer

    def on_hold(call: Call[HoldBody, object]) -> object:
        row, again = granted(holds.hold(desk, call.body.id, call.body.quote))
        return {**shown(row), "replayed": again}

    def on_release(call: Call[None, object]) -> object:
        return shown(granted(holds.release(desk, call.path["id"])))

    def on_holds(call: Call[None, HoldQuery]) -> object:
        return [shown(row) for row in holds.listed(desk, call.query.state)]

    def on_sale(call: Call[Sale, LinesQuery]) -> object:
        return with_lines(desk, granted(sell(desk, call.body, lang=call.lang)), call.query)

    def on_return(call: Call[Return, LinesQuery]) -> object:
        return with_lines(desk, granted(take_back(desk, call.path["id"], call.body)), call.query)

    def on_void(call: Call[Void, LinesQuery]) -> object:
        return with_lines(desk, granted(void(desk, call.path["id"], call.body)), call.query)

    def on_suspend(call: Call[SuspendBody, object]) -> object:
        return granted(suspend(desk, call.path["id"]))

    post = partial(Route, method="POST", scopes=POS, faults=FAULTS)
    return [
        post(path="/v1/quotes", handler=on_quote, summary="Work a basket out, with no effect", scopes=ANY, request=Sale,
             answer=QuoteAnswer, max_bytes=LARGE_BYTES),
        post(path="/v1/holds", handler=on_hold, summary="Reserve a quote's points while the customer pays",
             request=HoldBody, answer=HoldAnswer),
        Route(method="GET", path="/v1/holds", scopes=POS, handler=on_holds, summary="Holds by state: what is open after a crash",
              query=HoldQuery, answer=list[HoldAnswer]),
        Route(method="DELETE", path="/v1/holds/{id}", scopes=POS, handler=on_release, summary="Let a hold's points go",
              answer=HoldAnswer, faults=FAULTS),
        post(path="/v1/sales", handler=on_sale, summary="Commit a sale", request=Sale, query=LinesQuery, answer=SaleAnswer,
             max_bytes=LARGE_BYTES),
        post(path="/v1/sales/{id}/returns", handler=on_return, summary="Return part of a sale or all of it", request=Return,
             query=LinesQuery, answer=ReturnAnswer, max_bytes=LARGE_BYTES),
        post(path="/v1/sales/{id}/void", handler=on_void, summary="Take a sale back, as never made", request=Void,
             query=LinesQuery, answer=ReturnAnswer),
        post(path="/v1/sales/{id}/suspend", handler=on_suspend, summary="Park a receipt with what was presented for it",
             request=SuspendBody, answer=dict[str, Any]),
    ]  # fmt: skip


def named(answer: dict[str, object], sale: Sale) -> dict[str, object]:
    """An answer for the page: the POS knows what its lines are called, the page does not."""
    return {**answer, "names": {str(line.n): line.name or line.sku for line in sale.lines}}


def with_lines(desk: Desk, answer: dict[str, object], query: LinesQuery) -> dict[str, object]:
    """The answer with its receipt as text, where the POS asks for it; the same at a replay, since the receipt is kept."""
    row = desk.store.prints.receipt(str(answer["receipt"])) if query.columns is not None else None
    if row is None or query.columns is None:
        return answer
    from drivers.printer.document import decode_document
    from drivers.printer.render import text_lines

    document = decode_document(row.document)
    return answer | {"receipt_lines": {document.lang: text_lines(document, query.columns)}}


def shown(row: Hold) -> dict[str, object]:
    points = {unit.removeprefix("points:"): amount for unit, amount in row.points.items()}
    return {"id": row.id, "state": row.state, "points": points, "expires": when.iso(row.expires)}
