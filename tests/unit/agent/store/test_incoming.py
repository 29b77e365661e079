"""The fill being received: gone on with after a restart, shared pieces taken from what is here, never a byte that is not verified."""

import os
import shutil

import pytest
from fill_kit import FillingHub, small_pieces

from agent.errors import StorageBroken, StorageFull
from agent.store import incoming as module
from agent.store.incoming import Incoming, base_path
from agent.store.members import drop_received


@pytest.fixture
def hub(tmp_path, monkeypatch):
    small_pieces(monkeypatch)
    hub = FillingHub(tmp_path)
    yield hub
    hub.close()


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "till"
    folder.mkdir()
    return str(folder / "till.sqlite3")


def begun(path, hub):
    incoming = Incoming(path)
    incoming.begin(hub.fill(), hub.made)
    return incoming


def fetch(incoming, hub, count=None):
    for number in incoming.missing[:count]:
        assert incoming.keep(number, hub.piece(hub.made.pieces[number].sha256))


def files(path):
    folder = os.path.dirname(path)
    return sorted(name.removeprefix("till.sqlite3") for name in os.listdir(folder))


def test_received_in_one_go(path, hub):
    incoming = begun(path, hub)
    assert len(incoming.missing) == len(hub.made.pieces) > 4
    assert incoming.lacking_bytes == hub.made.size
    assert not incoming.verified()
    fetch(incoming, hub)
    assert incoming.verified()
    target = incoming.place()
    assert target == base_path(path, hub.fill())
    assert os.path.getsize(target) == hub.made.size
    incoming.tidy(target)
    name = target.removeprefix(path)
    assert files(path) == [name, name + ".json"]


def test_gone_on_with_after_a_restart(path, hub):
    fetch(begun(path, hub), hub, 3)
    again = begun(path, hub)
    assert again.missing == list(range(3, len(hub.made.pieces)))
    fetch(again, hub)
    assert len(hub.asked) == len(set(hub.asked)) == len(hub.made.pieces)
    assert begun(path, hub).verified()


def test_a_piece_that_is_not_what_its_hash_says_is_not_kept(path, hub):
    incoming = begun(path, hub)
    data = hub.piece(hub.made.pieces[0].sha256)
    for wrong in (b"", data[:-1], data + b"x", b"x" + data[1:], bytes(len(data))):
        assert not incoming.keep(0, wrong)
    assert incoming.missing[0] == 0
    assert incoming.keep(0, data)


def test_what_the_disk_changed_is_missing_again(path, hub):
    incoming = begun(path, hub)
    fetch(incoming, hub)
    with open(f"{path}.filling", "r+b") as file:
        file.seek(5)
        file.write(b"\0\1\2")
    assert not incoming.verified()
    assert incoming.missing == [0]
    fetch(incoming, hub)
    assert incoming.verified()


def test_a_changed_manifest_takes_over_equal_pieces(path, hub):
    fetch(begun(path, hub), hub, len(hub.made.pieces) // 2)
    had = set(hub.asked)
    hub.enter(2000, 2001)
    shared = had & {piece.sha256 for piece in hub.made.pieces}
    assert shared
    incoming = begun(path, hub)
    assert {hub.made.pieces[number].sha256 for number in incoming.missing}.isdisjoint(shared)
    fetch(incoming, hub)
    assert incoming.verified()


def test_pieces_of_the_base_are_not_fetched_again(path, hub):
    incoming = begun(path, hub)
    fetch(incoming, hub)
    first = incoming.place()
    incoming.tidy(first)
    hub.enter(2000, 2002)
    again = begun(path, hub)
    assert 0 < len(again.missing) < len(hub.made.pieces)
    fetch(again, hub)
    assert again.verified()
    second = again.place()
    again.tidy(second)
    assert files(path) == sorted([second.removeprefix(path), second.removeprefix(path) + ".json"])


def test_placed_but_not_swapped_when_the_power_went(path, hub):
    incoming = begun(path, hub)
    fetch(incoming, hub)
    target = incoming.place()
    for base in (None, path + ".members-old"):
        Incoming(path).tidy(base)
        again = begun(path, hub)
        assert (again.missing, again.verified(), again.place()) == ([], True, target)


def test_leftovers_go(path, hub):
    for end in (".filling.new", ".members-old", ".members-old.json", ".filling"):
        with open(path + end, "w", encoding="utf-8") as file:
            file.write("x")
    Incoming(path).tidy(None)
    assert files(path) == []
    incoming = begun(path, hub)
    fetch(incoming, hub)
    target = incoming.place()
    begun(path, hub).abandon()
    assert files(path) == sorted(name.removeprefix(path) for name in (target, target + ".json"))
    incoming.drop()
    assert files(path) == []


def test_a_file_without_its_manifest_is_begun_anew(path, hub):
    fetch(begun(path, hub), hub, 3)
    os.unlink(f"{path}.filling.json")
    assert len(begun(path, hub).missing) == len(hub.made.pieces)


def test_a_disk_with_no_room_is_left_alone(path, hub, monkeypatch):
    free = module.RESERVE_BYTES + hub.made.size
    monkeypatch.setattr(module, "free_bytes", lambda _path: free)
    incoming = begun(path, hub)
    fetch(incoming, hub, 1)
    free = module.RESERVE_BYTES + 100
    with pytest.raises(StorageFull):
        fetch(incoming, hub, 1)
    Incoming(path).drop()
    incoming.drop()
    with pytest.raises(StorageFull):
        begun(path, hub)
    assert files(path) == []


def test_a_file_whose_room_was_needed_is_begun_anew(path, hub):
    incoming = begun(path, hub)
    fetch(incoming, hub, 3)
    drop_received(path)
    assert not incoming.keep(3, hub.piece(hub.made.pieces[3].sha256))
    assert len(incoming.missing) == len(hub.made.pieces)
    assert not incoming.verified()
    again = begun(path, hub)
    fetch(again, hub)
    assert again.verified()


def test_a_folder_that_went_away_is_told(path, hub):
    shutil.rmtree(os.path.dirname(path))
    with pytest.raises(StorageBroken):
        begun(path, hub)
