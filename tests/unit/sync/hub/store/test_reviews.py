"""How far journals were read again, and points by till and hour."""

from hub_kit import Pen

from sync.hub.store import reviews
from sync.hub.store.reviews import Unread
from sync.hub.store.steps import transaction


def test_every_journal_is_read_once_to_its_mark(bench, pen):
    other = Pen("t2", clock=bench.clock)
    for hand in (pen, other):
        hand.boot()
        hand.sale("m1", earn=5)
        bench.push(hand)
    assert reviews.unread(bench.database) == [Unread("t1", 1, 0, ""), Unread("t2", 1, 0, "")]
    first = reviews.unread(bench.database)[0]
    rows = reviews.records(bench.database, first, 1)
    assert [(row.seq, row.line) for row in rows] == [(1, pen.lines[0])]
    with transaction(bench.database):
        reviews.advance(bench.database, first._replace(seq=2, clock="ahead"))
        reviews.advance(bench.database, Unread("t2", 1, 1, ""))
    assert reviews.unread(bench.database) == [Unread("t2", 1, 1, "")]


def test_hours_add_up_and_the_thousandth_is_found(bench):
    with transaction(bench.database):
        assert reviews.give(bench.database, "t1", {5: 10, 6: 1}) == {5: 10, 6: 1}
        assert reviews.give(bench.database, "t1", {5: 7}) == {5: 17}
        assert reviews.usual_most(bench.database, 0, least=3, beyond=1000) is None
        reviews.give(bench.database, "t2", {hour: hour for hour in range(1, 11)})
    assert reviews.usual_most(bench.database, 0, least=3, beyond=1000) == 17
    assert reviews.usual_most(bench.database, 0, least=3, beyond=10) == 10
    assert reviews.usual_most(bench.database, 7, least=3, beyond=1000) == 10
