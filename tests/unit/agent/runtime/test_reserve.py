"""The ballast: laid down where there is room, given up last; the real disk: tests/integration/test_tight_disk.py."""

import os

import pytest

from agent.runtime.reserve import Reserve

SIZE = 256 * 1024


class Disk(Reserve):
    """Says how much is free."""

    left = 100 * SIZE

    def free(self):
        return self.left


@pytest.fixture
def kit(tmp_path):
    dropped = []
    disk = Disk(
        str(tmp_path), [lambda: dropped.append("copies"), lambda: dropped.append("caches")], size=SIZE, floor=1000
    )
    return disk, dropped, str(tmp_path / "reserve")


def test_it_is_real_blocks(kit):
    disk, dropped, path = kit
    disk.tidy()
    assert disk.held
    assert os.stat(path).st_blocks * 512 >= SIZE
    disk.tidy()
    assert dropped == []


def test_it_is_not_laid_on_a_disk_that_is_tight(kit):
    disk, dropped, _ = kit
    disk.left = 3 * SIZE
    disk.tidy()
    assert not disk.held
    assert dropped == []


def test_a_job_drops_what_can_be_done_without_and_never_the_ballast(kit):
    disk, dropped, _ = kit
    disk.tidy()
    disk.left = SIZE - 1
    disk.tidy()
    assert (dropped, disk.held) == (["copies", "caches"], True)


def test_before_a_write_nothing_happens_while_there_is_room_for_it(kit):
    disk, dropped, _ = kit
    disk.tidy()
    disk.left = 1000
    disk.check()
    assert (dropped, disk.held) == ([], True)


def test_before_a_write_the_ballast_goes_last_and_a_drop_that_fails_is_passed_over(kit):
    disk, dropped, path = kit
    disk.tidy()

    def failing():
        raise OSError

    disk._drops = (failing, *disk._drops)
    disk.left = 999
    disk.check()
    assert (dropped, disk.held) == (["copies", "caches"], False)
    disk.check()
    disk.left = 100 * SIZE
    disk.tidy()
    assert os.path.exists(path)


def test_room_for_a_copy(kit):
    disk, _, _ = kit
    assert disk.room(97 * SIZE)
    assert not disk.room(98 * SIZE)


def test_the_size_is_a_hundredth_within_limits(tmp_path):
    real = Reserve(str(tmp_path))
    assert 4 * 1024**2 <= real._size <= 64 * 1024**2
    assert real.free() > 0
