"""A copy put in the database's place: a higher epoch, the former one aside, every till awaited; nothing half done."""

import os
import pathlib

import msgspec
import pg_kit
import pytest
from hub_kit import NOON, Bench, Pen

from agent.errors import Conflict, CorruptDatabase, NotFound
from agent.sqlite import open_database
from sync.hub import fleet
from sync.hub.restoring import new_epoch, restore
from sync.hub.saving import newest, save_copy
from sync.hub.store import merges, meta, tills, waiting
from sync.hub.store.aliases import Merge
from sync.hub.store.audits import Audit
from sync.hub.store.steps import transaction

ACT = Audit(at=NOON, who="anna", what="restored", subject="copy", reason="disk")


@pytest.fixture
def shop(tmp_path):
    """A hub with one sale in a copy and one after it, then stopped."""
    with pg_kit.used(None):
        bench = Bench(tmp_path / "hub.db")
        for name in ("t1", "t2"):
            tills.save(bench.database, tills.Till(till=name, store="s1", public_key=name, enrolled=1))
        pen = Pen("t1", clock=bench.clock)
        pen.sale("m1", earn=5, lot="a")
        bench.push(pen)
        folder = str(tmp_path / "copies")
        save_copy(bench.path, folder, now_ms=NOON, keep=3)
        paths = [fleet.in_folder(folder), fleet.beside(bench.path)]
        fleet.keep(paths, fleet.of(bench.database, now_ms=NOON))
        pen.sale("m1", earn=7, lot="b")
        bench.push(pen)
        bench.close()
    return bench.path, newest(folder), paths


def opened(path):
    return open_database(path)


def test_the_copy_is_in_place_under_a_new_epoch(shop):
    path, copy, paths = shop
    known, aside = restore(path, copy, paths=paths, act=ACT)
    assert (known.epoch, [one.till for one in known.tills]) == (2, ["t1", "t2"])
    assert [fleet.read(one).epoch for one in paths] == [2, 2]
    database = opened(path)
    assert meta.read(database, "epoch") == "2"
    assert waiting.recovering(database)
    assert [row.till for row in waiting.rows(database)] == ["t1", "t2"]
    assert database.execute_sql("SELECT posted FROM account").fetchall() == [(5,)]
    assert database.execute_sql("SELECT what, reason FROM audit").fetchall() == [("restored", "disk")]
    database.close()
    former = opened(aside)
    assert former.execute_sql("SELECT posted FROM account").fetchall() == [(12,)]
    former.close()
    folder = os.path.dirname(path)
    assert [name for name in os.listdir(folder) if "restored" in name or name.endswith((".part", ".new"))] == []
    assert os.stat(path).st_mode & 0o077 == 0


def test_a_second_restore_rises_above_the_first_whatever_the_copy_says(shop):
    path, copy, paths = shop
    restore(path, copy, paths=paths, act=ACT)
    known, aside = restore(path, copy, paths=paths, act=ACT)
    assert known.epoch == 3
    assert aside.endswith("Z")


def test_the_list_of_the_backup_folder_does_where_the_other_is_lost(shop):
    path, copy, paths = shop
    restore(path, copy, paths=paths, act=ACT)
    os.unlink(paths[1])
    os.unlink(path)
    known, aside = restore(path, copy, paths=paths, act=ACT)
    assert (known.epoch, aside) == (3, "")


def test_a_till_enrolled_after_the_copy_is_awaited_and_may_push(shop):
    path, copy, paths = shop
    kept = fleet.read(paths[0])
    late = fleet.Known(till="t9", store="s1", public_key="99")
    fleet.keep(paths, fleet.Fleet(epoch=1, hub=kept.hub, tills=(*kept.tills, late), at=NOON + 1))
    restore(path, copy, paths=paths, act=ACT)
    database = opened(path)
    assert waiting.of(database, "t9").state == "awaited"
    assert tills.find(database, "t9").public_key == "99"
    database.close()


def test_what_is_no_copy_changes_nothing(shop, tmp_path):
    path, _, paths = shop
    before = pathlib.Path(path).read_bytes()
    with pytest.raises(NotFound):
        restore(path, str(tmp_path / "none"), paths=paths, act=ACT)
    (tmp_path / "bad.db").write_bytes(b"no database" * 999)
    with pytest.raises(CorruptDatabase):
        restore(path, str(tmp_path / "bad.db"), paths=paths, act=ACT)
    assert pathlib.Path(path).read_bytes() == before
    assert fleet.read(paths[0]).epoch == 1


def test_another_hubs_copy_is_refused(shop):
    path, copy, paths = shop
    fleet.keep(paths, fleet.Fleet(epoch=1, hub="00" * 32))
    with pytest.raises(Conflict, match="other-hub"):
        restore(path, copy, paths=paths, act=ACT)


def test_an_interrupted_restore_leaves_a_hub_that_does_not_start(shop, monkeypatch):
    path, copy, paths = shop

    def cut(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("sync.hub.restoring._swapped", cut)
    with pytest.raises(KeyboardInterrupt):
        restore(path, copy, paths=paths, act=ACT)
    database = opened(path)
    here = fleet.Fleet(epoch=int(meta.read(database, "epoch")), hub=fleet.read(paths[0]).hub)
    database.close()
    with pytest.raises(Conflict, match="epoch-behind"):
        fleet.check(paths, here)
    monkeypatch.undo()
    assert restore(path, copy, paths=paths, act=ACT)[0].epoch == 3


def test_a_promoted_standby_gets_a_new_epoch_where_it_is(bench, tmp_path):
    tills.save(bench.database, tills.Till(till="t1", store="s1", public_key="t1", enrolled=1))
    path = str(tmp_path / "x.fleet")
    fleet.write(
        path, fleet.Fleet(epoch=6, hub=bench.keys.signer.public, tills=fleet.of(bench.database, now_ms=0).tills)
    )
    assert new_epoch(bench.database, paths=[path], act=ACT).epoch == 7
    assert meta.read(bench.database, "epoch") == "7"
    assert [row.till for row in waiting.rows(bench.database)] == ["t1"]


def test_merges_of_every_file_are_to_be_made_again_after_whatever_number_of_restores(shop):
    """The newest file is the likeliest to be whole; what only another knows counts too."""
    path, copy, paths = shop
    kept = fleet.read(paths[0])
    newer = msgspec.structs.replace(kept, at=NOON + 1, merges=(Merge("m1", "m2", 5, "r"), Merge("m3", "m2", 6, "s")))
    fleet.write(paths[0], newer)
    fleet.write(
        paths[1], msgspec.structs.replace(kept, merges=(Merge("m1", "m9", 5, "old"), Merge("m4", "m1", 4, "t")))
    )
    expected = [Merge("m4", "m1", 4, "t"), Merge("m1", "m2", 5, "r"), Merge("m3", "m2", 6, "s")]
    for _ in range(2):
        restore(path, copy, paths=paths, act=ACT)
        database = opened(path)
        assert merges.due(database, 9) == expected
        assert fleet.of(database, now_ms=NOON).merges == tuple(expected)
        database.close()
        assert [fleet.read(one).merges for one in paths] == [tuple(expected)] * 2


def test_what_a_recovery_before_had_not_merged_yet_is_in_its_copy(shop):
    path, copy, paths = shop
    database = opened(path)
    with transaction(database):
        merges.put(database, [Merge("m1", "m2", 5, "r")])
    database.close()
    save_copy(path, os.path.dirname(copy), now_ms=NOON + 1000, keep=3)
    restore(path, newest(os.path.dirname(copy)), paths=paths, act=ACT)
    database = opened(path)
    assert merges.due(database, 9) == [Merge("m1", "m2", 5, "r")]
    database.close()


@pytest.mark.parametrize("tills_left", [["t1"], []], ids=["one-till", "no-till"])
def test_a_promoted_standby_that_lacked_a_merge_makes_it_again(bench, tmp_path, tills_left):
    pen = Pen("t1", clock=bench.clock)
    for name in tills_left:
        tills.save(bench.database, tills.Till(till=name, store="s1", public_key=name, enrolled=1))
    pen.sale("m1", earn=100, lot="a")
    pen.sale("m2", earn=10, lot="b")
    bench.push(pen)
    path = str(tmp_path / "x.fleet")
    known = fleet.of(bench.database, now_ms=NOON)
    fleet.write(path, msgspec.structs.replace(known, merges=(Merge("m1", "m2", NOON, "r"),)))
    new_epoch(bench.database, paths=[path], act=ACT)
    assert bench.account("m1") == ((100, 0, 0) if tills_left else (0, 0, 0))
    pen.boot()
    bench.push(pen, wrong={"epoch": 2, "end": True}.items())
    bench.audit()
    assert not waiting.recovering(bench.database)
    assert (bench.account("m1"), bench.account("m2")) == ((0, 0, 0), (110, 0, 0))
    assert fleet.of(bench.database, now_ms=NOON).merges == (Merge("m1", "m2", NOON, "r"),)
