"""Records as they lie in the journal, and receipts as pictures, text, bytes or paper."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.responses import Response

from agent.api.border import granted
from agent.api.messages import JournalQuery, ReceiptsQuery, RenderQuery, ReprintBody
from agent.api.place import Place
from agent.errors import BadRequest, Conflict, NotFound, StorageFull
from agent.rows import Receipt, Stored, position
from agent.till import when
from agent.till.paper import reprint
from agent.web.routes import Call, Route
from drivers.shapes import PrintJob

READ = ("pos", "page", "read")
MEDIA = {
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "png": "image/png",
    "escpos": "application/octet-stream",
}


def routes(place: Place) -> list[Route]:
    """The calls that only read what was written, and reprint."""
    desk = place.desk

    def on_sale(call: Call[None, object]) -> object:
        known = desk.store.operations.get("sale", call.path["id"])
        stored = desk.store.journal.read(known.n) if known else None
        if known is None or stored is None:
            raise NotFound("sale-unknown", id=call.path["id"])
        return {**shown(stored), "state": known.state, "answer": msgspec.Raw(known.answer)}

    def on_journal(call: Call[None, JournalQuery]) -> object:
        rows = desk.store.journal.after(call.query.after, call.query.limit)
        return {"records": [shown(row) for row in rows], "next": position(rows[-1].inc, rows[-1].seq) if rows else None}

    def on_receipts(call: Call[None, ReceiptsQuery]) -> object:
        return [summary(row, desk.store.prints.of_receipt(row.id)) for row in desk.store.prints.last(call.query.limit)]

    async def on_receipt(call: Call[None, RenderQuery]) -> object:
        name, _, form = call.path["id"].rpartition(".")
        if form not in MEDIA:
            raise NotFound("receipt-unknown", id=call.path["id"])
        row = await asyncio.wrap_future(place.writer.submit(desk.store.prints.receipt, name))
        if row is None:
            raise NotFound("receipt-unknown", id=name)
        # Drawing takes longer than a sale may wait, so it never runs on the writer.
        body = await asyncio.to_thread(render, row, form, call.query, place.profile)
        return Response(body, media_type=MEDIA[form], headers={"cache-control": "no-store"})

    def on_reprint(call: Call[ReprintBody, object]) -> object:
        return granted(reprint(desk, call.path["id"]))

    return [
        Route(method="GET", path="/v1/sales/{id}", scopes=READ, handler=on_sale, answer=dict[str, Any],
              summary="One sale's record", faults=(NotFound,)),
        Route(method="GET", path="/v1/journal", scopes=("pos", "read"), handler=on_journal, query=JournalQuery,
              answer=dict[str, Any], summary="The record stream with hashes"),
        Route(method="GET", path="/v1/receipts", scopes=READ, handler=on_receipts, query=ReceiptsQuery,
              answer=list[dict[str, Any]], summary="The last receipts"),
        Route(method="GET", path="/v1/receipts/{id}", scopes=READ, handler=on_receipt, query=RenderQuery, media="image/png",
              summary="A receipt as .json, .txt, .png or .escpos", faults=(NotFound, BadRequest)),
        Route(method="POST", path="/v1/receipts/{id}/reprint", scopes=("pos", "page"), handler=on_reprint, request=ReprintBody,
              answer=dict[str, Any], summary="Print a receipt again, as a copy", faults=(NotFound, Conflict, StorageFull)),
    ]  # fmt: skip


def shown(row: Stored) -> dict[str, object]:
    """A record as it lies on the disk, with its hash."""
    return {"inc": row.inc, "seq": row.seq, "kind": row.kind, "hash": row.hash, "record": msgspec.Raw(row.line)}


def summary(row: Receipt, jobs: list[PrintJob]) -> dict[str, object]:
    """A receipt for lists; `print` is how its newest job stands, None for one that was not to be printed."""
    found: dict[str, object] = msgspec.json.decode(row.summary)
    return {"receipt": row.id, "printed_at": when.iso(row.at), "print": jobs[-1].state if jobs else None, **found}


def render(row: Receipt, form: str, query: RenderQuery, default: str) -> bytes:
    """A receipt in one of its forms. Raises BadRequest for an unknown profile."""
    from drivers.printer.document import decode_document
    from drivers.printer.profiles import UnknownProfile, profile_named

    if form == "json":
        return row.document
    document = decode_document(row.document)
    try:
        profile = profile_named(query.profile or default)
    except UnknownProfile as fault:
        raise BadRequest(path="profile", problem=f"{fault.name}; {', '.join(fault.close)}") from None
    if form == "txt":
        from drivers.printer.render import text_lines

        return ("\n".join(text_lines(document, query.columns or profile.columns)) + "\n").encode()
    if form == "png":
        from drivers.printer.render import picture

        return picture(document, profile)
    from drivers.printer.escpos import receipt_job

    return receipt_job(document, profile)
