"""Epoch and tills outside the database: written whole, read or refused, and told to a database that is older."""

import pytest
from hub_kit import NOON

from agent.errors import Conflict
from sync.hub import fleet
from sync.hub.fleet import Fleet, Known
from sync.hub.keys import rotate
from sync.hub.store import meta, tills
from sync.hub.store.steps import transaction

HUB = "ab" * 32


def known(name, key="k"):
    return Known(till=name, store="s1", store_name="Первый", public_key=key)


def test_it_comes_back_as_it_was(tmp_path):
    path = fleet.beside(str(tmp_path / "hub.db"))
    assert fleet.read(path) is None
    kept = Fleet(epoch=3, hub=HUB, tills=(known("t1"),), at=NOON)
    fleet.keep([path, fleet.in_folder(str(tmp_path / "copies"))], kept)
    assert fleet.read(path) == kept == fleet.read(str(tmp_path / "copies" / "hub.fleet"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copies", "hub.db.fleet"]


@pytest.mark.parametrize("text", [b"", b"{", b'{"epoch": "x"}'])
def test_one_that_cannot_be_read_is_not_guessed_at(tmp_path, text):
    path = tmp_path / "x.fleet"
    path.write_bytes(text)
    with pytest.raises(Conflict, match="fleet-unreadable"):
        fleet.read(str(path))


def test_a_database_of_an_earlier_epoch_is_refused(tmp_path):
    path = str(tmp_path / "x.fleet")
    fleet.write(path, Fleet(epoch=3, hub=HUB))
    with pytest.raises(Conflict, match="epoch-behind"):
        fleet.check([path], Fleet(epoch=2, hub=HUB))
    fleet.check([path, str(tmp_path / "none")], Fleet(epoch=3, hub=HUB))
    fleet.check([path], Fleet(epoch=1, hub="cd" * 32))


def test_only_tills_that_may_hold_leases_are_kept(bench):
    for name, key, revoked in (("t7", "7" * 64, None), ("t8", "8" * 64, NOON), ("t9", None, None)):
        tills.save(bench.database, tills.Till(till=name, store="s2", public_key=key, revoked=revoked))
    found = fleet.of(bench.database, now_ms=NOON)
    assert (found.epoch, found.at, [(one.till, one.store) for one in found.tills]) == (1, NOON, [("t7", "s2")])


def test_an_older_database_learns_who_was_enrolled_rekeyed_and_revoked_since(bench):
    for name in ("t1", "t2", "t3"):
        tills.save(bench.database, tills.Till(till=name, store="s1", public_key="old", enrolled=1))
    meta.write(bench.database, "epoch", "1")
    with transaction(bench.database):
        fleet.take_over(
            bench.database,
            Fleet(epoch=2, hub=HUB, tills=(known("t1", "old"), known("t2", "new"), known("t5"))),
            now_ms=NOON,
        )
    found = {row.till.till: (row.till.public_key, row.till.revoked) for row in tills.fleet(bench.database)}
    assert found == {"t1": ("old", None), "t2": ("new", None), "t3": ("old", NOON), "t5": ("k", None)}
    assert tills.find(bench.database, "t5").store_name == "Первый"


def test_a_hub_is_the_same_after_its_key_changed(bench):
    before = fleet.of(bench.database, now_ms=NOON)
    with transaction(bench.database):
        rotate(bench.database, lambda count: b"n" * count, now_ms=NOON)
    assert fleet.of(bench.database, now_ms=NOON) == before
