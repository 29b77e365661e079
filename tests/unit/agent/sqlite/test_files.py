"""Small files: whole or not at all, and nobody else's."""

import os
import stat

import pytest

from agent.sqlite import read_file, remove_file, replace_file


def test_there_and_back(tmp_path):
    path = str(tmp_path / "kept")
    assert read_file(path) == b""
    for data in (b"one", b"", b"two" * 1000):
        replace_file(path, data)
        assert read_file(path) == data
    assert os.listdir(tmp_path) == ["kept"]
    remove_file(path)
    remove_file(path)
    assert os.listdir(tmp_path) == []


def test_for_nobody_elses_eyes_whatever_was_left_behind(tmp_path):
    path = tmp_path / "kept"
    for name in ("kept", "kept.part"):
        (tmp_path / name).write_bytes(b"old")
        (tmp_path / name).chmod(0o644)
    replace_file(str(path), b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_lies_in_the_way_is_not_written_through(tmp_path):
    """Whoever may write to the folder may not have root's command change another's file."""
    other = tmp_path / "another's"
    for link in (os.symlink, os.link):
        other.write_bytes(b"other")
        other.chmod(0o644)
        link(other, tmp_path / "kept.part")
        replace_file(str(tmp_path / "kept"), b"new")
        assert (other.read_bytes(), stat.S_IMODE(other.stat().st_mode)) == (b"other", 0o644)
        assert (tmp_path / "kept").read_bytes() == b"new"
        assert not (tmp_path / "kept").is_symlink()


def test_what_fails_leaves_the_former_one(tmp_path, monkeypatch):
    path = str(tmp_path / "kept")
    replace_file(path, b"former")

    def full(*_):
        raise OSError(28, "No space left on device")

    for step in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, step, full)
            with pytest.raises(OSError, match="No space"):
                replace_file(path, b"later")
        assert (read_file(path), os.listdir(tmp_path)) == (b"former", ["kept"])


def test_what_roots_hand_replaces_stays_its_owners(tmp_path):
    path = tmp_path / "kept"
    replace_file(str(path), b"the service's")
    if os.geteuid() == 0:
        os.chown(path, 65_534, 65_534)
    owner = path.stat()
    replace_file(str(path), b"a command's")
    assert (path.stat().st_uid, path.stat().st_gid) == (owner.st_uid, owner.st_gid)
