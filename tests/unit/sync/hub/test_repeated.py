"""An answer that was lost is given again with the push that comes again: verdicts too."""

from hub_kit import Pen

from sync.hub import repeated
from sync.hub.store import journal
from sync.wire import Verdict


def test_verdicts_are_repeated(bench, pen):
    pen.sale("m1", name="one", earn=10, lot="a")
    bench.push(pen)
    other = Pen("t2", clock=bench.clock)
    other.sale("m2", earn=5, lot="b")
    other.sale("m1", name="one", earn=10, lot="c")
    other.give_back("m2", "nothing", restored={"no-such-lot": 5})
    first = bench.push(other)
    assert [one.verdict for one in first.exceptions] == ["duplicate", "quarantined"]
    before = bench.everything()
    again = bench.push(other, first=1)
    assert again.exceptions == first.exceptions
    assert bench.everything() == before


def test_beside_those_of_what_is_new(bench, pen):
    pen.sale("m1", name="one", earn=10, lot="a")
    bench.push(pen)
    other = Pen("t2", clock=bench.clock)
    other.sale("m1", name="one", earn=10, lot="b")
    bench.push(other)
    pen.sale("m1", name="two", earn=10, lot="c")
    bench.push(pen)
    other.sale("m1", name="two", earn=10, lot="d")
    other.sale("m1", name="three", earn=10, lot="e")
    assert bench.push(other, first=1).exceptions == (Verdict(1, "duplicate"), Verdict(2, "duplicate"))


def test_nothing_is_said_of_what_was_counted(bench, pen):
    pen.boot()
    pen.sale("m1", earn=10, lot="a")
    bench.push(pen)
    assert bench.push(pen, first=1).exceptions == ()


def test_a_smaller_batch_hears_of_all_that_is_here(bench, pen):
    """It was halved meanwhile, and goes on behind the mark all the same."""
    pen.sale("m1", name="one", earn=10, lot="a")
    bench.push(pen)
    other = Pen("t2", clock=bench.clock)
    other.boot()
    other.boot()
    other.sale("m1", name="one", earn=10, lot="b")
    bench.push(other)
    answer = bench.push(other, first=1, last=1)
    assert (answer.wm, answer.exceptions) == (3, (Verdict(3, "duplicate"),))


def test_of_many_the_last_ones_are_looked_at(bench, pen, monkeypatch):
    """A till that asks from its first record on does not fill this hub's memory; one record is read however long it is."""
    pen.sale("m1", name="one", earn=10, lot="a")
    bench.push(pen)
    other = Pen("t2", clock=bench.clock)
    for lot in "bcd":
        other.sale("m1", name="one", earn=10, lot=lot)
    bench.push(other)
    mark = journal.mark(bench.database, "t2", 1)
    size = len(other.lines[0])
    for records, octets, told in (
        (9, 1, [3]),
        (9, 2 * size - 1, [3]),
        (9, 2 * size, [2, 3]),
        (9, 3 * size, [1, 2, 3]),
        (2, 3 * size, [2, 3]),
    ):
        monkeypatch.setattr(repeated, "MOST", records)
        monkeypatch.setattr(repeated, "MOST_BYTES", octets)
        assert [one.seq for one in repeated.verdicts(bench.database, mark, 1)] == told
