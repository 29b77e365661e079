"""A disaster from the operator's chair: backup, restore, status, waive, new-epoch; on a real file."""

import json
import os
import pathlib

import pg_kit
import pytest
from hub_kit import Bench, Pen, granted
from joined_till import joined

from sync.hub import cli, wiring
from sync.hub.settings import Listen, Settings
from sync.hub.store import merges, tills
from sync.hub.store.aliases import Merge
from sync.hub.store.steps import transaction


@pytest.fixture
def disaster(hub, tmp_path):
    """Two tills; a copy; a sale of t1 after it; then the disk is gone."""
    with pg_kit.used(None):
        bench = Bench(tmp_path / "hub.db")
        for name in ("t1", "t2"):
            tills.save(bench.database, tills.Till(till=name, store="s1", public_key=name, enrolled=1))
        pen = Pen("t1", clock=bench.clock)
        pen.sale("m1", earn=50, lot="a")
        bench.push(pen)
        code, out, _ = hub("backup", str(tmp_path / "copies"), "--json")
        assert code == 0
        made = json.loads(out)
        assert made["durable"] == [{"till": "t1", "incarnation": 1, "durable": 1}]
        assert bench.push(pen).durable == 1
        pen.sale("m1", earn=7, lot="b")
        bench.push(pen)
        bench.close()
        for name in os.listdir(tmp_path):
            if name.startswith("hub.db") and not name.endswith(".fleet"):
                os.unlink(tmp_path / name)
        yield pen, made["file"]


def join_till(folder):
    """A till's data in `folder`/data."""
    joined(folder).store.close()


def status(hub):
    return json.loads(hub("status", "--json")[1])


def test_from_disaster_to_ready(hub, disaster, tmp_path):
    pen, copy = disaster
    code, out, _ = hub("restore", copy, "--reason", "disk", "--json")
    assert (code, json.loads(out)) == (0, {"epoch": 2, "awaited": ["t1", "t2"], "former": None})
    found = status(hub)
    assert (found["state"], [row["till"] for row in found["awaited"]]) == ("recovering", ["t1", "t2"])
    assert "till waive TILL" in hub("status")[1]
    bench = Bench(tmp_path / "hub.db")
    assert granted(bench, Pen("t3", clock=bench.clock), "m1", 1).refused == "recovering"
    bench.push(pen, first=2, wrong={"epoch": 2, "end": True}.items())
    assert hub("till", "waive", "t9", "--reason", "r")[0] == 66
    code, out, _ = hub("till", "waive", "t2", "--reason", "burnt", "--json")
    assert (code, json.loads(out)) == (0, {"till": "t2", "left": 0, "recovered": True})
    assert status(hub)["state"] == "ready"
    assert bench.account("m1") == (57, 0, 0)
    assert [act["what"] for act in json.loads(hub("audit", "ls", "--json")[1])] == ["till-waived", "restored"]
    bench.audit()
    bench.close()


def test_nothing_is_restored_under_a_running_hub(hub, disaster, tmp_path):
    _, copy = disaster
    hub("restore", copy)
    service = wiring.Service(Settings(database=str(tmp_path / "hub.db"), listen=Listen(port=0)))
    service.start()
    try:
        for words in (("restore", copy), ("new-epoch", "--reason", "r")):
            code, _, err = hub(*words)
            assert code == 65
            assert "A hub runs on this database." in err
    finally:
        assert service.stop()
    assert hub("new-epoch", "--reason", "r")[0] == 0
    assert status(hub)["epoch"] == 3


def test_an_older_database_put_in_place_by_hand_does_not_start(hub, disaster, tmp_path):
    _, copy = disaster
    hub("restore", copy)
    os.replace(copy, tmp_path / "hub.db")
    code, _, err = hub("run", "--listen", "127.0.0.1:0")
    assert code == 65
    assert "older than it was" in err


def test_what_is_no_hubs_copy_is_told_and_changes_nothing(hub, disaster, tmp_path):
    _, copy = disaster
    hub("restore", copy)
    before = (tmp_path / "hub.db").read_bytes()
    (tmp_path / "empty.db").write_bytes(b"")
    join_till(tmp_path)
    for wrong in (tmp_path / "empty.db", tmp_path / "data" / "till.sqlite3"):
        code, _, err = hub("restore", str(wrong))
        assert code == 65
        assert f"This is no hub's database: {wrong}" in err
        assert "hub-....db" in err
    whole = pathlib.Path(copy).read_bytes()
    for name, raw in (("cut.db", whole[: len(whole) // 2]), ("notes.db", b"notes\n" * 999)):
        (tmp_path / name).write_bytes(raw)
        code, _, err = hub("restore", str(tmp_path / name))
        assert code == 74
        assert f"The copy will not do: {tmp_path / name}" in err
        assert "Take an earlier one" in err
    assert (tmp_path / "hub.db").read_bytes() == before
    assert status(hub)["epoch"] == 2


def test_a_tills_database_is_not_taken_for_the_hubs(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    join_till(tmp_path)
    for words in (["status"], ["migrate"], ["run"]):
        assert cli.main(["--database", str(tmp_path / "data" / "till.sqlite3"), *words]) == 65
        assert "--database FILE" in capsys.readouterr().err


def test_a_copy_needs_a_folder_that_can_be(hub, tmp_path):
    assert hub("backup")[0] == 64
    (tmp_path / "file").write_bytes(b"")
    code, _, err = hub("backup", str(tmp_path / "file"))
    assert code == 74
    assert f"{tmp_path / 'file'}: File exists" in err


def test_a_server_keeps_its_own_copies(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    for words in (["backup", str(tmp_path)], ["restore", "x"]):
        assert cli.main(["--database", "postgresql://nobody@127.0.0.1:1/none", *words]) == 65
        assert "pg_basebackup" in capsys.readouterr().err


def test_another_hubs_copy_is_refused_with_the_file_outside_lost_too(hub, disaster, tmp_path, capsys):
    _, copy = disaster
    hub("restore", copy)
    other = str(tmp_path / "other.db")
    for words in (["migrate"], ["backup", str(tmp_path / "others")]):
        assert cli.main(["--database", other, *words]) == 0
    (foreign,) = (tmp_path / "others").glob("hub-*.db")
    (tmp_path / "hub.db.fleet").unlink()
    capsys.readouterr()
    code, _, err = hub("restore", str(foreign))
    assert code == 65
    assert "another hub's copy" in err
    assert status(hub)["epoch"] == 2
    assert hub("restore", copy)[0] == 0
    # Nothing in place speaks any more: the copy is believed.
    for name in os.listdir(tmp_path):
        if name.startswith("hub.db"):
            os.unlink(tmp_path / name)
    assert hub("restore", str(foreign))[0] == 0


def test_the_last_waiver_also_makes_the_merges_that_wait(hub, disaster, tmp_path, monkeypatch):
    """Nobody may be left to push, and they are made some at a time."""
    _, copy = disaster
    assert hub("restore", copy, "--reason", "disk")[0] == 0
    bench = Bench(tmp_path / "hub.db")
    with transaction(bench.database):
        merges.put(bench.database, [Merge(f"m{n}", "m9", n, "r") for n in range(1, 6)])
    bench.close()
    monkeypatch.setattr("sync.hub.recovering.MERGED", 2)
    assert hub("till", "waive", "t1", "--reason", "burnt")[0] == 0
    assert status(hub)["merges"] == 5
    code, out, _ = hub("till", "waive", "t2", "--reason", "burnt", "--json")
    assert (code, json.loads(out)) == (0, {"till": "t2", "left": 0, "recovered": True})
    found = status(hub)
    assert (found["state"], found["merges"]) == ("ready", 0)
