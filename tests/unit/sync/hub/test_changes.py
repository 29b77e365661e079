"""What a till hears since its cursor."""

from hub_kit import Pen, granted


def test_second_till_sees_the_first_ones_points(bench, pen):
    pen.sale("m1", earn=70, lot="a")
    bench.push(pen)
    news = bench.hub.changes("t2", "")
    assert [(m.member, m.rev, [lot.left for lot in m.lots]) for m in news.members] == [("m1", 1, [70])]
    assert news.members[0].applied == {}
    assert bench.hub.changes("t1", "").members[0].applied == {"t1/1": 1}
    assert not bench.hub.moved(news.cursor)
    pen.sale("m1", earn=1)
    bench.push(pen)
    assert bench.hub.moved(news.cursor)
    assert bench.hub.changes("t2", news.cursor).members[0].rev == 2


def test_push_carries_changes_since_its_cursor(bench, pen):
    cursor = bench.hub.changes("t1", "").cursor
    pen.sale("m1", earn=70)
    answer = bench.push(pen, cursor=cursor)
    assert [m.member for m in answer.changes.members] == ["m1"]
    assert answer.changes.members[0].applied == {"t1/1": 1}
    assert bench.push(pen).changes is None


def test_pages_and_foreign_cursors(bench, pen):
    for n in range(5):
        pen.sale(f"m{n}", earn=1)
    bench.push(pen)
    page = bench.hub.changes("t2", "", limit=3)
    assert (len(page.members), page.more) == (3, True)
    rest = bench.hub.changes("t2", page.cursor, limit=3)
    assert ([m.member for m in rest.members], rest.more) == (["m3", "m4"], False)
    for cursor in ("9:5:0", "1:999:0", "nonsense", "1:-1:0"):
        assert len(bench.hub.changes("t2", cursor).members) == 5


def test_what_must_not_wait_is_told_apart_from_members_news(bench, pen):
    pen.sale("m1", earn=100, lot="a")
    granted(bench, pen, "m1", 100)
    cursor = bench.hub.changes("t1", "").cursor
    assert bench.hub.moved(cursor) == ""
    pen.sale("m2", earn=1)
    bench.push(pen)
    assert bench.hub.moved(cursor) == "members"
    granted(bench, Pen("t2", clock=bench.clock), "m1", 50)
    assert bench.hub.moved(cursor) == "pressing"
    assert bench.hub.moved("1:999999:0") == "pressing", "a cursor this hub never gave begins again"
