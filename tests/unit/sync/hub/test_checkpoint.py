"""A merged pair's checkpoint is what the books are, and they know one another as they do."""

from hub_kit import NOON, Pen, granted

from sync.hub import checkpoint
from sync.hub.merging import merge
from sync.hub.store import books, checkpoints
from sync.hub.store.steps import transaction


def join(bench, member, target):
    with transaction(bench.database):
        merge(bench.database, member, target, reason="r", epoch=1, day="2026-09-21", now_ms=bench.clock())


def stands(bench, heir, group):
    made = checkpoints.find(bench.database, heir)
    found = checkpoint.books_of(made)
    assert list(found) == group
    with transaction(bench.database):
        now = books.load_whole(bench.database, group)
    for name in group:
        assert (found[name].purses, found[name].leases, found[name].late) == (
            now[name].purses,
            now[name].leases,
            now[name].late,
        )
        assert found[name].heir is (None if name == heir else found[heir])
    assert {
        name: sum(entry[2] for entry in one.totals) for name, one in zip(group, made.books, strict=True)
    } == dict.fromkeys(group, 0)
    return made


def test_it_is_taken_at_a_merge_and_carries_all_it_stands_for(bench, pen):
    other = Pen("t2", clock=bench.clock)
    pen.sale("a", earn=100, lot="x", expires="2026-12-31")
    pen.sale("b", earn=10, lot="y")
    pen.sale("a", name="beyond", spends=[("0" * 64, {"x": 140})])
    held = granted(bench, pen, "b", 5).grant
    other.sale("c", earn=1, lot="z")
    bench.push(other)
    join(bench, "a", "b")
    made = stands(bench, "b", ["b", "a"])
    assert made.at == NOON
    assert made.marks == (("t1", 1, 3),)
    assert held.id in made.books[0].leases
    join(bench, "b", "c")
    made = stands(bench, "c", ["c", "a", "b"])
    assert made.marks == (("t1", 1, 3), ("t2", 1, 1))
    assert checkpoints.find(bench.database, "b") is None
