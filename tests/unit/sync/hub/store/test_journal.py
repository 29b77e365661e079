"""Watermarks, records, quarantine and the net."""

import msgspec

from sync.hub.arrivals import Arrived, Known, Mark, Parked, sale_key
from sync.hub.store import journal
from sync.wire import GENESIS

MARK = Mark("t1", 1, wm=2, hash="h2", hlc=9, forks=1, answered=2)


def test_marks(database):
    assert journal.mark(database, "t1", 1) == Mark("t1", 1, 0, GENESIS)
    journal.advance(database, MARK, at=5)
    journal.advance(database, Mark("t1", 2, wm=7, waiting=(3, 12)), at=6)
    assert journal.mark(database, "t1", 1) == msgspec.structs.replace(MARK, at=5)
    assert journal.mark(database, "t1", 2).waiting == (3, 12)
    assert journal.seen(database, ["t1", "t1", "t9"]) == {"t1": 6}
    assert journal.marks(database, "t1") == {1: 2, 2: 7}
    assert journal.all_marks(database) == [("t1", 1, 2), ("t1", 2, 7)]
    journal.durable(database, [("t1", 1, 2)])
    journal.advance(database, MARK, at=7)
    assert journal.mark(database, "t1", 1).durable == 2


def test_records_are_kept_to_the_byte(database):
    journal.append(database, MARK, [Arrived(1, b"\x00\xff", "h1"), Arrived(2, b"", "h2")], at=5)
    assert journal.line(database, "t1", 1, 1) == b"\x00\xff"
    assert journal.line(database, "t1", 1, 3) is None
    assert [journal.hash_at(database, "t1", 1, seq) for seq in range(4)] == [GENESIS, "h1", "h2", None]


def test_quarantine(database):
    parked = Parked("t1", 1, 1, "why", b"\xff")
    journal.park(database, [parked], at=5)
    assert journal.parked(database, 5) == [parked]
    assert journal.parked_count(database) == 1


def test_the_net(database):
    key = sale_key("sale", "s1", "1")
    assert journal.known(database, []) == {}
    journal.remember(database, {key: Known("c", "t1", 1, 1)})
    assert journal.known(database, [key, "other"]) == {key: Known("c", "t1", 1, 1)}
