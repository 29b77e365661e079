"""Reading and applying a batch in memory: what is named, what is parked, and that a refused record leaves nothing behind."""

import pytest
from hub_kit import NOON, UNIT, Pen

from sync.hub.apply import apply, member_of, net_key, read, references
from sync.hub.arrivals import Arrived
from sync.hub.book import SHOP, Book
from sync.hub.ground import Ground
from sync.wire import BootBody, EnrolBody, NoticeBody, VoidBody, decode

GROUND = Ground("t1", "s1", NOON, "Europe/Moscow")


def arrived(pen):
    return [Arrived(seq, line, pen.hashes[seq]) for seq, line in enumerate(pen.lines, 1)]


def applied(pen, books, known=None):
    return apply(read(arrived(pen), "t1", 1), books, {} if known is None else known, GROUND)


def test_references_name_all_that_is_needed():
    pen = Pen()
    pen.sale("m1", name="a", earn=5, lot="new", spends=[("lease-1", {"old": 3})])
    pen.give_back("m2", "a", restored={"back": 1}, own=["own"])
    pen.want("m3", 5)
    pen.boot()
    found = references(read(arrived(pen), "t1", 1))
    assert found.members == {SHOP, "m1", "m2", "m3"}
    assert found.lots == {"new", "old", "back", "own"}
    assert "lease-1" in found.leases
    assert len(found.leases) == 2
    assert len(found.sales) == 2


def test_who_a_record_speaks_of():
    pen = Pen()
    pen.boot()
    pen.write(NoticeBody(what="x"))
    pen.write(EnrolBody(member="m1"))
    assert [member_of(decode(line)) for line in pen.lines] == [None, None, "m1"]


def test_a_sale_is_voided_once():
    pen = Pen()
    pen.write(VoidBody(store="s1", id="v1", of="sale-1", member="m1"))
    pen.write(VoidBody(store="s1", id="v2", of="sale-1", member="m1"))
    keys = {net_key(decode(line)) for line in pen.lines}
    assert len(keys) == 1
    outcome = applied(pen, {"m1": Book("m1")})
    assert [verdict.verdict for verdict in outcome.verdicts] == ["duplicate"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"v": 2}, "unknown-version"),
        ({"v": 0}, "unknown-version"),
        ({"till": "t2"}, "other-key"),
        ({"inc": 2}, "other-key"),
        ({"seq": 7}, "other-key"),
        ({"at": -1}, "bad-time"),
        ({"at": 2**62}, "bad-time"),
        ({"hlc": 2**63}, "bad-time"),
        ({"body": EnrolBody(member="")}, "bad-id"),
        ({"body": EnrolBody(member="m" * 81)}, "bad-id"),
        ({"body": EnrolBody(member="a b")}, "bad-id"),
    ],
)
def test_envelopes_that_make_no_sense(change, reason):
    pen = Pen()
    pen.write(**({"body": BootBody(reason="new", store="s1")} | change))
    assert [one.fault for one in read(arrived(pen), "t1", 1)] == [reason]


@pytest.mark.parametrize("line", [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 5000, b'{"v":1}', b'{"v":1e400}'])
def test_no_record_at_all(line):
    assert read([Arrived(1, line, "")], "t1", 1)[0].fault == "undecodable"


def test_a_refused_record_leaves_the_book_as_it_was():
    pen = Pen()
    pen.sale("m1", earn=10, lot="a")
    pen.sale("m1", name="bad", earn=10, lot="a", spends=[("none", {"a": 5})])
    books = {"m1": Book("m1")}
    outcome = applied(pen, books)
    assert [(verdict.seq, verdict.reason) for verdict in outcome.verdicts] == [(2, "lot-exists")]
    assert books["m1"].purse(UNIT).lots["a"].left == 10
    assert len(books["m1"].entries) == 2
    assert [parked.seq for parked in outcome.parked] == [2]
    assert len(outcome.sales) == 1


def test_a_parked_sale_may_come_again_mended():
    pen = Pen()
    pen.sale("m1", name="a", earn=10, pending="soon")
    pen.sale("m1", name="a", earn=10)
    outcome = applied(pen, {"m1": Book("m1")})
    assert [(verdict.seq, verdict.reason) for verdict in outcome.verdicts] == [(1, "bad-day")]
