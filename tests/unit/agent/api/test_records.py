"""Records and receipts, as calls."""

import msgspec
import pytest
from till_kit import as_sale, card, granted

from agent.api.messages import JournalQuery, ReceiptsQuery, RenderQuery, ReprintBody
from agent.api.records import render, routes, shown, summary
from agent.errors import BadRequest, NotFound
from agent.till.sell import sell


@pytest.fixture
def sold(counter):
    return granted(sell(counter.till.desk, as_sale("S-1", card=card(1))))


def test_one_sale(counter, sold):
    answer = msgspec.json.decode(msgspec.json.encode(counter.call(routes, "GET", "/v1/sales/{id}", id="S-1")))
    assert (answer["state"], answer["seq"], answer["kind"]) == ("posted", sold["seq"], "sale")
    assert answer["answer"]["receipt"] == sold["receipt"]
    assert answer["record"]["body"]["sale"]["id"] == "S-1"
    with pytest.raises(NotFound):
        counter.call(routes, "GET", "/v1/sales/{id}", id="S-2")


def test_the_journal_in_pages(counter, sold):
    page = counter.call(routes, "GET", "/v1/journal", query=JournalQuery(limit=2))
    assert [row["kind"] for row in page["records"]] == ["boot", "enrol"]
    rest = counter.call(routes, "GET", "/v1/journal", query=JournalQuery(after=page["next"]))
    assert [row["kind"] for row in rest["records"]] == ["sale"]
    over = counter.call(routes, "GET", "/v1/journal", query=JournalQuery(after=rest["next"]))
    assert over == {"records": [], "next": None}


def test_a_record_is_shown_as_it_lies(counter, sold):
    row = counter.till.store.journal.read(counter.till.store.operations.get("sale", "S-1").n)
    assert bytes(shown(row)["record"]) == row.line


def test_the_last_receipts(counter, sold):
    granted(sell(counter.till.desk, as_sale("S-2")))
    rows = counter.call(routes, "GET", "/v1/receipts", query=ReceiptsQuery(limit=1))
    assert [(row["id"], row["kind"], row["print"]) for row in rows] == [("S-2", "sale", "queued")]
    prints = counter.till.store.prints
    told = summary(prints.receipt(sold["receipt"]), prints.of_receipt(sold["receipt"]))
    assert told["earned"] == {"main": 64}
    assert summary(prints.receipt(sold["receipt"]), [])["print"] is None


@pytest.mark.parametrize(
    ("form", "begins"), [("json", b'{"blocks"'), ("txt", b"-----"), ("png", b"\x89PNG"), ("escpos", b"\x1b@")]
)
def test_a_receipt_in_each_form(counter, sold, form, begins):
    row = counter.till.store.prints.receipt(sold["receipt"])
    assert render(row, form, RenderQuery(), "epson-80").startswith(begins)
    answer = counter.call(routes, "GET", "/v1/receipts/{id}", query=RenderQuery(), id=f"{sold['receipt']}.{form}")
    assert answer.body.startswith(begins)
    assert answer.headers["cache-control"] == "no-store"


def test_profiles_nobody_knows(counter, sold):
    row = counter.till.store.prints.receipt(sold["receipt"])
    with pytest.raises(BadRequest):
        render(row, "png", RenderQuery(profile="nobody"), "epson-80")
    for name in ("r-0.png", "r-0", sold["receipt"] + ".pdf", ".png"):
        with pytest.raises(NotFound):
            counter.call(routes, "GET", "/v1/receipts/{id}", query=RenderQuery(), id=name)


def test_reprint(counter, sold):
    path = "/v1/receipts/{id}/reprint"
    assert counter.call(routes, "POST", path, ReprintBody(), id=sold["receipt"])["printer"] == "receipts"
    with pytest.raises(NotFound):
        counter.call(routes, "POST", path, ReprintBody(), id="r-0")
