"""Quotes and holds: what prepares a sale and moves no points."""

from __future__ import annotations

from functools import partial

from agent.api.border import granted
from agent.api.messages import HoldAnswer, HoldBody, HoldQuery, QuoteAnswer
from agent.api.place import Place
from agent.errors import Conflict, NotFound, StorageFull, Unprocessable
from agent.loyalty.sale import Sale
from agent.rows import Hold
from agent.till import hold as holds
from agent.till import when
from agent.till.answer import quoted
from agent.till.quote import quote
from agent.web.body import LARGE_BYTES
from agent.web.routes import Call, Route

FAULTS = (Conflict, NotFound, Unprocessable, StorageFull)
POS = ("pos",)
ANY = ("pos", "page")


def routes(place: Place) -> list[Route]:
    """The calls that prepare a sale."""
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

    post = partial(Route, method="POST", faults=FAULTS)
    return [
        post(path="/v1/quotes", handler=on_quote, summary="Work a basket out, with no effect", scopes=ANY, request=Sale,
             answer=QuoteAnswer, max_bytes=LARGE_BYTES),
        post(path="/v1/holds", handler=on_hold, scopes=POS, summary="Reserve a quote's points while the customer pays",
             request=HoldBody, answer=HoldAnswer),
        Route(method="GET", path="/v1/holds", scopes=POS, handler=on_holds, summary="Holds by state: what is open after a crash",
              query=HoldQuery, answer=list[HoldAnswer]),
        Route(method="DELETE", path="/v1/holds/{id}", scopes=POS, handler=on_release, summary="Let a hold's points go",
              answer=HoldAnswer, faults=FAULTS),
    ]  # fmt: skip


def named(answer: dict[str, object], sale: Sale) -> dict[str, object]:
    """An answer for the page: the POS knows what its lines are called, the page does not."""
    return {**answer, "names": {str(line.n): line.name or line.sku for line in sale.lines}}


def shown(row: Hold) -> dict[str, object]:
    """A hold as the POS sees one."""
    points = {unit.removeprefix("points:"): amount for unit, amount in row.points.items()}
    return {"id": row.id, "state": row.state, "points": points, "expires": when.iso(row.expires)}
