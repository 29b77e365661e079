"""Epoch and tills outside the database: written whole, read or refused, and told to a database that is older."""

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from hub_kit import NOON, chance

from agent.errors import Conflict, StorageBroken
from sync.hub import fleet
from sync.hub.fleet import Fleet, Known
from sync.hub.keys import rotate
from sync.hub.opening import open_hub
from sync.hub.store import aliases, merges, meta, tills
from sync.hub.store.aliases import Merge
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


def test_merges_are_kept_those_that_wait_to_be_made_again_too(bench):
    with transaction(bench.database):
        aliases.put(bench.database, Merge("a", "b", 5, "r" * 99))
        merges.put(bench.database, [Merge("c", "d", 3, "s"), Merge("a", "x", 4, "made meanwhile")])
    assert fleet.of(bench.database, now_ms=NOON).merges == (Merge("c", "d", 3, "s"), Merge("a", "b", 5, "r" * 60))


def test_only_the_newest_merges_are_kept_and_the_largest_file_can_be_read(tmp_path, monkeypatch):
    """Names as long as they may be, reasons of signs that take six bytes each."""
    made = [Merge(f"{n:080}", "b" * 80, NOON + n, "\x01" * 99) for n in range(200)]
    monkeypatch.setattr(fleet, "MERGES", 100)
    found = fleet.newest(reversed(made))
    assert [one.member for one in found] == [one.member for one in made[100:]]
    path = str(tmp_path / "x.fleet")
    fleet.write(path, Fleet(epoch=1, hub=HUB, merges=found))
    assert fleet.read(path).merges == found
    monkeypatch.undo()
    ten_thousand_tills = 10_000 * len(msgspec.json.encode(known("t" * 40)))
    assert os.stat(path).st_size / 100 * fleet.MERGES + ten_thousand_tills < fleet.MAX_BYTES


def test_a_file_of_before_merges_were_kept_is_read(tmp_path):
    path = tmp_path / "x.fleet"
    path.write_text('{"epoch": 2, "hub": "ab", "tills": [], "at": 1}')
    assert fleet.read(str(path)).merges == ()


def test_an_older_database_learns_what_to_merge_again(bench):
    with transaction(bench.database):
        aliases.put(bench.database, Merge("a", "b", 1, "r"))
        told = Fleet(epoch=2, hub=HUB, merges=(Merge("a", "c", 1, "r"), Merge("b", "c", 2, "s")))
        fleet.take_over(bench.database, told, now_ms=NOON)
    assert merges.due(bench.database, 9) == [Merge("b", "c", 2, "s")]


def test_writers_of_the_file_come_one_after_another(bench, tmp_path):
    """Four processes' worth of people who merge at once: whoever writes last has seen all."""
    path = str(tmp_path / "x.fleet")

    def person(who):
        database, _ = open_hub(bench.path, chance=chance, check=False)
        with contextlib.closing(database):
            for n in range(5):
                with transaction(database):
                    aliases.put(database, Merge(f"{who}-{n}", "heir", n, "r"))
                    fleet.renew(database, [path], now_ms=NOON)

    with ThreadPoolExecutor(4) as people:
        list(people.map(person, range(4)))
    assert {one.member for one in fleet.read(path).merges} == {f"{who}-{n}" for who in range(4) for n in range(5)}


def test_what_cannot_be_written_undoes_the_step(bench, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageBroken), transaction(bench.database):
        aliases.put(bench.database, Merge("a", "b", 1, "r"))
        fleet.renew(bench.database, [str(tmp_path / "file" / "x.fleet")], now_ms=NOON)
    assert aliases.newest(bench.database, 1) == []
