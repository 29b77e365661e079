"""Operations and holds: kept once, marked, found again."""

from __future__ import annotations

import msgspec
import peewee
import pytest
from store_kit import open_store

from agent.errors import CorruptDatabase
from agent.rows import Hold, Operation


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "till.sqlite3")
    yield store
    store.close()


@pytest.fixture
def operations(store):
    return store.operations


def operation(kind="sale", name="s-1", n=1, **rest):
    values = {"content": "c0ffee", "at": 5, "state": "done", "answer": b'{"seq":1}'}
    return Operation(kind=kind, id=name, n=n, **{**values, **rest})


def hold(name="h", **rest):
    values = {
        "content": "c",
        "state": "open",
        "member": "m",
        "created": 10,
        "expires": 20,
        "points": {"points:main": 5},
    }
    return Hold(id=name, quote=b"{}", **{**values, **rest})


def test_kept_and_found_by_kind_and_id(operations):
    sale, back = operation(member="m"), operation("return", "s-1", n=2, of="s-0")
    operations.put(sale)
    operations.put(back)
    assert operations.get("sale", "s-1") == sale
    assert operations.get("return", "s-1") == back
    assert operations.get("void", "s-1") is None


def test_a_second_one_is_refused_and_the_first_stands(operations, store):
    operations.put(operation())
    with pytest.raises(peewee.IntegrityError), store.transaction():
        operations.put(operation(n=2, answer=b"other"))
    assert operations.get("sale", "s-1") == operation()


def test_state(operations):
    operations.put(operation())
    operations.state("sale", "s-1", "voided")
    assert operations.get("sale", "s-1") == operation(state="voided")
    with pytest.raises(KeyError):
        operations.state("sale", "nobody", "voided")


def test_of_a_sale_in_the_order_made(operations):
    for n, kind, name, of in (
        (5, "void", "v", "s-1"),
        (3, "return", "r-b", "s-1"),
        (4, "return", "r-a", "s-1"),
        (2, "return", "r-c", "s-2"),
    ):
        operations.put(operation(kind, name, n, of=of))
    assert [row.id for row in operations.of("s-1")] == ["r-b", "r-a", "v"]
    assert operations.of("nothing") == []


def test_a_hold_comes_back_and_takes_a_new_state_only(operations):
    operations.put_hold(hold())
    assert operations.hold("h") == hold()
    operations.put_hold(hold(state="captured", expires=99, points={}))
    assert operations.hold("h") == hold(state="captured")
    assert operations.hold("nothing") is None


def test_holds_by_state_and_member(operations):
    for name, created, rest in (
        ("c", 3, {}),
        ("a", 2, {}),
        ("b", 2, {"member": "n"}),
        ("d", 1, {"state": "captured"}),
        ("e", 9, {"member": None}),
    ):
        operations.put_hold(hold(name, created=created, **rest))
    assert [row.id for row in operations.holds("open")] == ["a", "b", "c", "e"]
    assert [row.id for row in operations.holds("open", "m")] == ["a", "c"]
    assert [row.id for row in operations.holds("captured", "m")] == ["d"]
    assert operations.holds("open", "nobody") == []


def test_holds_have_a_limit(operations, store):
    with store.transaction():
        for n in range(510):
            operations.put_hold(hold(f"h{n:04d}", created=n))
    assert [row.created for row in operations.holds("open")] == list(range(500))


def test_a_hold_by_its_content(operations):
    assert operations.hold_of("c") is None
    for name, state, created in (("a", "stale", 9), ("b", "open", 5), ("d", "open", 6), ("e", "captured", 10)):
        operations.put_hold(hold(name, state=state, created=created))
    assert operations.hold_of("c").id == "d"
    for name in "bd":
        operations.put_hold(hold(name, state="released"))
    assert operations.hold_of("c").id == "a"


def test_stale(operations):
    for name, expires, state in (
        ("past", 19, "open"),
        ("now", 20, "open"),
        ("later", 21, "open"),
        ("done", 1, "captured"),
    ):
        operations.put_hold(hold(name, expires=expires, state=state))
    assert operations.stale_holds(20, made_by=100) == 2
    assert operations.stale_holds(20, made_by=100) == 0
    assert {name: operations.hold(name).state for name in ("past", "now", "later", "done")} == {
        "past": "stale", "now": "stale", "later": "open", "done": "captured",
    }  # fmt: skip


def test_a_damaged_hold(operations, store):
    operations.put_hold(hold())
    store.database.execute_sql('UPDATE hold SET points = \'{"a":"b"}\'')
    with pytest.raises(CorruptDatabase):
        operations.hold("h")


def test_points_lie_as_text_for_whoever_looks(operations, store):
    operations.put_hold(hold())
    assert store.database.execute_sql("SELECT points FROM hold").fetchone() == (
        msgspec.json.encode({"points:main": 5}).decode(),
    )
