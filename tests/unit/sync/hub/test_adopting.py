"""A hub's file taken over: whole, with a new epoch, once."""

import os

import msgspec
import pytest
from hub_kit import NOON, Bench, Pen, chance

from agent.errors import Conflict, CorruptDatabase, NotFound
from sync.hub import adopting, restoring
from sync.hub.adopting import ADOPTED, source_of
from sync.hub.opening import open_hub
from sync.hub.store import meta, tills, waiting
from sync.hub.store.audits import Audit


@pytest.fixture
def folder(tmp_path):
    """A till's data folder whose hub has a member with points."""
    folder = tmp_path / "data"
    folder.mkdir()
    bench = Bench(folder / adopting.LIVE)
    tills.save(bench.database, msgspec.structs.replace(bench.tills["t1"], public_key="11" * 32))
    pen = Pen("t1", clock=bench.clock)
    pen.sale("m1", earn=50)
    bench.push(pen)
    bench.close()
    return folder


def adopt(source, target):
    act = Audit(at=NOON, who="olga", what="adopted", subject=source)
    return adopting.adopt(source, target, paths=(f"{target}.fleet",), act=act)


def marked(path):
    database, keys = open_hub(str(path), chance=chance)
    found = (meta.read(database, ADOPTED), meta.read(database, "epoch"), keys.programme_key)
    database.close()
    return found


def test_everything_moves_and_the_epoch_rises(folder, tmp_path):
    target = str(tmp_path / "central.db")
    moved = adopt(str(folder), target)
    assert (moved.epoch, moved.tills) == (2, ("t1",))
    assert marked(target)[:2] == ("", "2")
    assert marked(target)[2] == marked(folder / adopting.LIVE)[2]
    assert os.stat(target).st_mode & 0o077 == 0
    database, _ = open_hub(target, chance=chance)
    assert database.execute_sql("SELECT member, posted FROM account").fetchall() == [("m1", 50)]
    assert waiting.recovering(database)
    database.close()
    assert sorted(os.listdir(tmp_path)) == ["central.db", "central.db.fleet", "data"]


def test_the_file_in_the_till_says_where_its_hub_went_and_goes_no_second_time(folder, tmp_path):
    target = str(tmp_path / "central.db")
    adopt(str(folder), target)
    assert marked(folder / adopting.LIVE)[:2] == (target, "1")
    with pytest.raises(Conflict) as told:
        adopt(str(folder), str(tmp_path / "second.db"))
    assert (told.value.code, told.value.fields["path"]) == (ADOPTED, target)


def test_nothing_is_written_over(folder, tmp_path):
    (tmp_path / "central.db").write_bytes(b"somebody's")
    with pytest.raises(Conflict):
        adopt(str(folder), str(tmp_path / "central.db"))
    assert marked(folder / adopting.LIVE)[0] is None


def test_a_copy_that_does_not_come_about_leaves_the_hub_where_it_was(folder, tmp_path, monkeypatch):
    def damaged(_database):
        raise CorruptDatabase(path="central.db", problem="planted")

    monkeypatch.setattr(restoring, "quick_check", damaged)
    with pytest.raises(CorruptDatabase):
        adopt(str(folder), str(tmp_path / "central.db"))
    assert marked(folder / adopting.LIVE)[:2] == ("", "1")
    assert not (tmp_path / "central.db").exists()
    monkeypatch.undo()
    assert adopt(str(folder), str(tmp_path / "central.db")).epoch == 2


def test_a_server_is_no_place_for_it_yet(folder):
    with pytest.raises(Conflict):
        adopt(str(folder), "postgresql://hub")


def test_the_live_file_goes_before_copies_and_the_newest_copy_before_the_others(tmp_path):
    for name in ("hub-20261127T100000Z.db", "hub-20261128T100000Z.db", "till-20261129T100000Z.sqlite3"):
        (tmp_path / name).touch()
    assert os.path.basename(source_of(str(tmp_path))) == "hub-20261128T100000Z.db"
    (tmp_path / adopting.LIVE).touch()
    assert os.path.basename(source_of(str(tmp_path))) == adopting.LIVE
    assert source_of(str(tmp_path / "hub-20261127T100000Z.db")).endswith("27T100000Z.db")
    for nowhere in (tmp_path / "nothing", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(NotFound):
            source_of(str(nowhere))
