"""Families and points on their way, row by row."""

from sync.hub.store import families
from sync.hub.store.families import PotMove
from sync.hub.store.steps import transaction


def test_members_and_pots(bench):
    with transaction(bench.database):
        families.put(bench.database, "kid", "pot", at=5)
        families.put(bench.database, "mum", "pot", at=6)
    assert families.listed(bench.database) == [("pot", "kid", 5), ("pot", "mum", 6)]
    assert (families.pot_of(bench.database, "kid"), families.pot_of(bench.database, "pot")) == ("pot", None)
    with transaction(bench.database):
        families.leave(bench.database, "kid")
    assert families.of_pot(bench.database, "pot") == ["mum"]


def test_points_on_their_way(bench):
    move = PotMove("kid", 3, "points:main", "x", "pot", 7, 1, "", None)
    with transaction(bench.database):
        families.send(bench.database, [move, move._replace(step=2)])
    assert [row.step for row in families.sent(bench.database, 9)] == [2, 3]
    assert (move.part.points, move.part.left, move.part.id) == (7, 7, "x")
    with transaction(bench.database):
        families.arrived(bench.database, move)
    assert [row.step for row in families.sent(bench.database, 9)] == [2]


def test_who_has_something_to_give(bench, pen):
    pen.sale("kid", earn=7, lot="x")
    pen.sale("mum", earn=7, lot="y", expires=None)
    bench.push(pen)
    with transaction(bench.database):
        families.put(bench.database, "kid", "pot", at=5)
    assert families.giving(bench.database, 9) == {"kid": "pot"}
