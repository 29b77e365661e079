"""Tills and how far they have come."""

import msgspec

from sync.hub.arrivals import Mark
from sync.hub.store import journal, tills
from sync.hub.store.tills import Fleet, Till

TILL = Till(
    till="t1",
    store="s1",
    store_name="Первый",
    public_key="k",
    code_hash="h",
    code_until=5,
    code_used=4,
    added=1,
    enrolled=2,
)


def test_saved_and_found(database):
    assert tills.find(database, "t1") is None
    tills.save(database, TILL)
    assert tills.find(database, "t1") == TILL
    changed = msgspec.structs.replace(TILL, revoked=9, store="s2", code_hash=None)
    tills.save(database, changed)
    assert tills.find(database, "t1") == changed


def test_stores_with_a_living_till(database):
    for n, (store, revoked) in enumerate([("s1", None), ("s1", None), ("s2", 5), ("s3", None)]):
        tills.save(database, Till(till=f"t{n}", store=store, revoked=revoked))
    assert tills.stores(database) == 2


def test_the_newest_incarnation_is_shown(database):
    tills.save(database, TILL)
    tills.save(database, Till(till="t2", store="s1"))
    journal.advance(database, Mark("t1", 1, wm=9), at=5)
    journal.advance(database, Mark("t1", 2, wm=3, forks=1), at=6)
    assert tills.fleet(database) == [
        Fleet(till=TILL, inc=2, wm=3, seen=6, forks=1),
        Fleet(till=Till(till="t2", store="s1")),
    ]
