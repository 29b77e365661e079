"""Records into postings: losses, returns, enrolments."""

from hub_kit import UNIT, granted

from sync.wire import EnrolBody


def test_mismatch_loss_is_the_shops(bench, pen):
    pen.sale("m1", earn=5, loss={UNIT: 30})
    bench.push(pen)
    assert bench.account("m1") == (5, 0, 0)
    assert bench.sql("SELECT account, amount FROM entry WHERE amount = -30") == [("loss:store", -30)]


def test_return_restores_and_claws_back(bench, pen):
    pen.sale("m1", earn=200, lot="a")
    grant = granted(bench, pen, "m1", 150).grant
    pen.sale("m1", name="big", earn=70, lot="b", pending="2026-10-05", spends=[(grant, {"a": 150})])
    bench.push(pen)
    assert bench.account("m1") == (120, 0, 0)
    pen.give_back("m1", "big", restored={"a": 150}, taken_back=70, own=["b"])
    bench.push(pen)
    assert bench.account("m1") == (200, 0, 0)
    assert bench.lots("m1") == {"a": (200, 200, 0), "b": (70, 0, 0)}


def test_restoring_more_than_a_lot_had_is_parked(bench, pen):
    pen.sale("m1", earn=10, lot="a")
    pen.give_back("m1", "x", restored={"a": 1})
    pen.give_back("m1", "x", restored={"nowhere": 1})
    assert [v.reason for v in bench.push(pen).exceptions] == ["restores-too-much", "unknown-lot"]
    assert bench.account("m1") == (10, 0, 0)


def test_a_return_posts_once(bench, pen):
    pen.sale("m1", name="one", earn=10, lot="a")
    pen.give_back("m1", "one", taken_back=4, own=["a"], name="r1")
    pen.give_back("m1", "one", taken_back=4, own=["a"], name="r1")
    assert [v.verdict for v in bench.push(pen).exceptions] == ["duplicate"]
    assert bench.account("m1") == (6, 0, 0)


def test_enrol_fills_what_is_empty(bench, pen):
    pen.write(EnrolBody(member="m1", cards=("c1",), name="Анна", birthday="02-29"))
    pen.write(EnrolBody(member="m1", cards=("c2",), phone="p1", name="Другая", masked="*17"))
    pen.write(EnrolBody(member="m2", birthday="13-01"))
    assert [v.reason for v in bench.push(pen).exceptions] == ["bad-day"]
    assert bench.sql("SELECT name, masked, birthday FROM member") == [("Анна", "*17", "02-29")]
    assert bench.sql("SELECT hmac, kind FROM card ORDER BY hmac") == [("c1", "card"), ("c2", "card"), ("p1", "phone")]
