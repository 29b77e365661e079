"""Reading who buys here, beside the till."""

import msgspec
from store_kit import AT, booted

from agent.rows import Operation, Regular, position
from agent.store.regulars import regulars


def sale(store, name, member, total, *, at=AT, state="posted"):
    answer = msgspec.json.encode({"total": total})
    row = Operation(
        kind="sale", id=name, n=position(1, 1), content="c", member=member, at=at, state=state, answer=answer
    )
    with store.transaction():
        store.operations.put(row)


def test_the_usual_bill_the_latest_first_and_voided_sales_left_out(tmp_path):
    path = tmp_path / "till.sqlite3"
    store = booted(path)
    sale(store, "a", "m1", 100)
    sale(store, "b", "m1", 300)
    sale(store, "c", "m2", 70, at=AT + 5)
    sale(store, "d", "m1", 10_000, state="voided")
    sale(store, "e", None, 10_000)
    sale(store, "f", "m3", 10, at=AT - 100)
    assert regulars(str(path), AT) == [Regular("m2", 70), Regular("m1", 200)]
    assert regulars(str(path), AT, limit=1) == [Regular("m2", 70)]
    store.close()
