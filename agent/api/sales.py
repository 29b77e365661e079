"""Sales, returns, voids, and receipts put aside."""

from __future__ import annotations

from functools import partial
from typing import Any

from agent.api.border import granted
from agent.api.messages import LinesQuery, ReturnAnswer, SaleAnswer, SuspendBody
from agent.api.place import Place
from agent.errors import Conflict, NotFound, StorageFull, Unprocessable
from agent.loyalty.sale import Sale
from agent.till.desk import Desk
from agent.till.give_back import Return, Void, take_back, void
from agent.till.scanned import suspend
from agent.till.sell import sell
from agent.web.body import LARGE_BYTES
from agent.web.routes import Call, Route

FAULTS = (Conflict, NotFound, Unprocessable, StorageFull)
POS = ("pos",)


def routes(place: Place) -> list[Route]:
    """The calls that move points."""
    desk = place.desk

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
        post(path="/v1/sales", handler=on_sale, summary="Commit a sale", request=Sale, query=LinesQuery, answer=SaleAnswer,
             max_bytes=LARGE_BYTES),
        post(path="/v1/sales/{id}/returns", handler=on_return, summary="Return part of a sale or all of it", request=Return,
             query=LinesQuery, answer=ReturnAnswer, max_bytes=LARGE_BYTES),
        post(path="/v1/sales/{id}/void", handler=on_void, summary="Take a sale back, as never made", request=Void,
             query=LinesQuery, answer=ReturnAnswer),
        post(path="/v1/sales/{id}/suspend", handler=on_suspend, summary="Park a receipt with what was presented for it",
             request=SuspendBody, answer=dict[str, Any]),
    ]  # fmt: skip


def with_lines(desk: Desk, answer: dict[str, object], query: LinesQuery) -> dict[str, object]:
    """The answer with its receipt as text, where the POS asks for it; the same at a replay, since the receipt is kept."""
    row = desk.store.prints.receipt(str(answer["receipt"])) if query.columns is not None else None
    if row is None or query.columns is None:
        return answer
    from drivers.printer.document import decode_document
    from drivers.printer.render import text_lines

    document = decode_document(row.document)
    return answer | {"receipt_lines": {document.lang: text_lines(document, query.columns)}}
