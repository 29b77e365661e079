"""A till takes the hub's fill: cut lines, broken pieces, false signatures, full disks, and a crash at every step."""

import os
import threading
from types import SimpleNamespace

import msgspec
import pytest
from fill_kit import FillingHub, cut_after, small_pieces
from store_kit import boot, open_store
from till_kit import HandClock

from agent.errors import StorageBroken, StorageFull
from agent.runtime import filling as module
from agent.runtime.filling import Filling, FillProgress
from agent.sqlite import InlineWriter
from agent.store import incoming
from agent.store.members import drop_received
from sync.calls import HubFault
from sync.fill import SignedFill
from sync.signing import Signer, Verifier, sign_fill

AWAY = HubFault("away", cause="cut")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    small_pieces(monkeypatch)
    hub = FillingHub(tmp_path)
    yield hub
    hub.close()


class Site:
    """A till's store and its filling; `restart` is what a power cut leaves."""

    def __init__(self, folder, hub):
        folder.mkdir()
        self.path, self.hub, self.clock = folder / "till.sqlite3", hub, HandClock()
        self.done = 0
        self.open()
        boot(self.store)

    def open(self):
        self.store = open_store(self.path)
        self.parts = SimpleNamespace(store=self.store, writer=InlineWriter(), clock=self.clock)
        self.filling = Filling(self.parts, self.hub, lambda: self.hub.verifier, done=self.count)

    def count(self):
        self.done += 1

    def restart(self):
        self.store.close()
        self.open()

    def knows(self, n):
        found = self.store.members.find(self.hub.handle(n))
        return found == self.hub.member(n) and self.store.members.get(found).name == f"Имя {n}"

    def files(self):
        return sorted(os.listdir(self.path.parent))


@pytest.fixture
def till(tmp_path, hub):
    till = Site(tmp_path / "till", hub)
    yield till
    till.store.close()


def test_filled(till, hub):
    till.filling.run()
    assert all(till.knows(n) for n in (0, 7, 1999))
    assert (till.store.members.count(), till.store.meta.get("cursor")) == (2000, hub.made.cursor)
    assert (till.filling.progress, till.done) == (None, 1)
    base = os.path.basename(till.store.members.base.path)
    assert till.files() == ["till.sqlite3", base, base + ".json", "till.sqlite3-shm", "till.sqlite3-wal"][:1] + sorted(
        [base, base + ".json", "till.sqlite3-shm", "till.sqlite3-wal"]
    )
    asked = len(hub.asked)
    till.filling.run()
    assert len(hub.asked) == asked


def test_a_cut_line_is_gone_on_with_after_a_restart_too(till, hub):
    for most in (3, 2):
        hub.spoil = cut_after(most, AWAY)
        till.filling.run()
        shown = till.filling.progress.shown(till.clock.monotonic_ms())
        assert (shown["state"], shown["cause"], shown["members"]) == ("waiting", "cut", 2000)
        assert 0 < shown["bytes"] < shown["total_bytes"] == hub.made.size
        till.restart()
    hub.spoil = lambda _sha256, data: data
    till.filling.run()
    assert till.knows(5)
    # The piece under way when the line was cut was asked for again, no other.
    assert len(hub.asked) == len(hub.made.pieces) + 2


def test_a_broken_piece_is_asked_for_again_and_not_for_ever(till, hub):
    bad = hub.made.pieces[2].sha256
    broken = iter([True, True, False])
    hub.spoil = lambda sha256, data: data[:-1] + b"?" if sha256 == bad and next(broken) else data
    till.filling.run()
    assert (till.knows(1), hub.asked.count(bad)) == (True, 3)


def test_pieces_that_stay_broken_send_the_till_to_the_pages(till, hub):
    hub.spoil = lambda _sha256, data: b"?" * len(data)
    till.filling.run()
    assert (len(hub.asked), till.filling.progress, till.done) == (module.TRIES, None, 1)
    assert not till.filling.want()
    assert till.store.members.count() == 0
    till.clock.pass_ms(module.NOT_AGAIN_MS)
    hub.spoil = lambda _sha256, data: data
    assert till.filling.want()
    till.filling._thread.join(30)
    assert till.knows(1)


@pytest.mark.parametrize("wrong", ["signature", "manifest", "none", "other-key"])
def test_a_manifest_that_cannot_be_believed(till, hub, wrong):
    signed = hub.fill()
    other = Signer(b"x" * 32)
    answers = {
        "signature": msgspec.structs.replace(
            signed, manifest=signed.manifest.replace('"members":2000', '"members":2001')
        ),
        "manifest": SignedFill(manifest="{}", signature=sign_fill(hub.bench.keys.signer, "{}")),
        "none": SignedFill(),
        "other-key": SignedFill(manifest=signed.manifest, signature=sign_fill(other, signed.manifest)),
    }
    hub.fill = lambda: answers[wrong]
    till.filling.run()
    assert (hub.asked, till.store.members.base, till.done) == ([], None, 1)
    assert not till.filling.want()


def test_a_manifest_swapped_under_way(till, hub):
    half = len(hub.made.pieces) // 2
    hub.spoil = cut_after(half, AWAY)
    till.filling.run()
    had = set(hub.asked[:half])
    hub.enter(2000, 2001)
    hub.asked.clear()
    hub.spoil = lambda _sha256, data: data
    till.filling.run()
    assert (till.knows(2000), till.store.meta.get("cursor")) == (True, hub.made.cursor)
    assert had.isdisjoint(hub.asked)
    assert len(hub.asked) < len(hub.made.pieces)


def test_pieces_that_are_gone_ask_for_the_manifest_anew(till, hub):
    old, gone = hub.fill(), hub.made.pieces[1].sha256
    fresh = []

    def spoil(sha256, data):
        if sha256 == gone and not fresh:
            fresh.append(hub.enter(2000, 2001))
            raise HubFault("refused", status=404)
        return data

    hub.spoil = spoil
    till.filling.run()
    assert hub.fill() != old
    assert till.knows(2000)


def test_a_hub_that_cannot_give_what_it_tells_of_sends_the_till_to_the_pages(till, hub):
    hub.spoil = cut_after(0, HubFault("server", status=500))
    for _ in range(module.TRIES):
        assert till.done == 0
        till.filling.run()
    assert (till.filling.progress, till.done, till.filling.want()) == (None, 1, False)


def test_a_till_that_caught_up_by_pages_waits_for_nothing(till, hub):
    hub.spoil = cut_after(2, AWAY)
    till.filling.run()
    assert till.filling.progress.state == "waiting"
    till.filling.caught_up()
    assert till.filling.progress is None
    with till.store.transaction():
        till.store.meta.put("cursor", hub.made.cursor)
    hub.spoil = lambda _sha256, data: data
    till.filling.run()
    assert till.store.members.base is None
    assert not [name for name in till.files() if "filling" in name]


def test_a_full_disk_in_the_middle_waits_and_goes_on(till, hub, monkeypatch):
    free = [10**9, 10**9, 10**9, 0]
    monkeypatch.setattr(incoming, "free_bytes", lambda _path: free.pop(0) if free else 0)
    till.filling.run()
    assert till.filling.progress.cause == StorageFull.code
    assert till.store.members.count() == 0
    boot(till.store)
    monkeypatch.undo()
    small_pieces(monkeypatch)
    till.filling.run()
    assert till.knows(2)


def test_a_file_taken_away_under_way_is_begun_anew_and_stops_nothing(till, hub):
    told, gone = [], iter([True])
    till.store.on_broken = lambda: told.append(1)

    def spoil(_sha256, data):
        if len(hub.asked) == 4 and next(gone, False):
            drop_received(till.store.path)
        return data

    hub.spoil = spoil
    till.filling.run()
    assert (told, till.knows(9)) == ([], True)


def test_a_broken_disk_ends_the_service(till, hub, monkeypatch):
    told = []
    till.store.on_broken = lambda: told.append(1)

    def broken(*_):
        raise StorageBroken(path="x", problem="EIO")

    monkeypatch.setattr(till.filling._incoming, "begin", broken)
    till.filling.run()
    assert told == [1]


STEPS = ("begin", "keep", "verified", "place", "tidy")


class PowerCutError(BaseException):
    """Nothing after this happened."""


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", [*STEPS, "swap"])
def test_a_crash_at_every_step(till, hub, monkeypatch, step, after):
    """Before or after each step the process ends: the next start has all of the old or all of the new, and goes on."""
    owner = module if step == "swap" else till.filling._incoming
    real = getattr(owner, step)
    times = []

    def crash(*given):
        times.append(1)
        if step == "keep" and len(times) < 3:
            return real(*given)
        if after:
            real(*given)
        raise PowerCutError

    monkeypatch.setattr(owner, step, crash)
    with pytest.raises(PowerCutError):
        till.filling.run()
    monkeypatch.setattr(owner, step, real)
    till.restart()
    swapped = (step, after) in (("swap", True), ("tidy", False), ("tidy", True))
    assert till.store.members.count() == (2000 if swapped else 0)
    assert till.store.meta.get("cursor") == (hub.made.cursor if swapped else "")
    till.filling.run()
    assert all(till.knows(n) for n in (0, 1999))
    assert len(hub.asked) <= len(hub.made.pieces) + 1
    hub.enter(2000, 2001)
    till.filling.run()
    assert till.knows(2000)
    assert len([name for name in till.files() if ".members-" in name]) == 2


def test_one_thread_at_a_time_and_none_after_the_end(till, hub):
    going, gate = threading.Event(), threading.Event()

    def spoil(_sha256, data):
        going.set()
        gate.wait(10)
        return data

    hub.spoil = spoil
    assert till.filling.want()
    assert going.wait(10)
    thread = till.filling._thread
    assert till.filling.want()
    assert till.filling._thread is thread
    assert till.filling.progress.state == "fetching"
    assert not till.filling.stop(0)
    gate.set()
    thread.join(10)
    assert till.filling.stop(5)
    assert not till.filling.want()
    assert len(hub.asked) == 1


def test_progress_in_figures():
    progress = FillProgress(state="fetching", members=5, done_bytes=600, total_bytes=1000, had_bytes=200, began_ms=1000)
    assert progress.shown(3000) == {
        "state": "fetching", "cause": "", "members": 5, "bytes": 600, "total_bytes": 1000, "percent": 60, "rate": 200, "eta_s": 2,
    }  # fmt: skip
    assert msgspec.structs.replace(progress, done_bytes=200).shown(1000)["eta_s"] is None


def test_the_verifier_is_the_hubs_own(till, hub):
    till.filling = Filling(till.parts, hub, lambda: Verifier(Signer(b"o" * 32).public), done=till.count)
    till.filling.run()
    assert till.store.members.base is None
