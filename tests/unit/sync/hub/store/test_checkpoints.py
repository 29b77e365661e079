"""Checkpoints: kept whole, one a member, the newest."""

from agent.loyalty.leases import Backing, Grant, Lease
from agent.loyalty.lots import Lot, Part
from sync.hub.book import HubLease, Purse, Taken
from sync.hub.store import checkpoints
from sync.hub.store.checkpoints import Checkpoint, Stood
from sync.hub.store.steps import transaction

LOT = Lot(id="x", unit="u", points=50, left=40, born=7, spendable_from="2026-09-22", expires_on="2026-12-31")
GRANT = Grant(id="l", till="t1", member="a", unit="u", granted=30, backing=(Backing(lot="x", points=30, born=7),))
HELD = HubLease(lease=Lease(grant=GRANT, spent=(Part("x", 5),)), inc=1, spent=5, at=9)
STOOD = Stood(
    member="a",
    purses={"u": Purse(lots={"x": LOT}, leased={"x": 25}, lapsed={"x": 3}, unborn={"y"}, debt=2)},
    leases={"l": HELD},
    late=(("sale", "u", (Taken("b", "x", 4), Taken("b", None, 1))),),
    totals=(("u", "member:a", 38),),
)


def test_there_and_back_and_the_newest_stands(database):
    made = Checkpoint(member="b", at=3, marks=(("t1", 1, 2**40),), books=(STOOD, Stood(member="b")))
    for at in (1, 3):
        with transaction(database):
            checkpoints.put(database, Checkpoint(member="b", at=at, marks=made.marks, books=made.books))
    assert checkpoints.find(database, "b") == made
    assert checkpoints.find(database, "a") is None
    with transaction(database):
        checkpoints.drop(database, "b")
    assert checkpoints.find(database, "b") is None
