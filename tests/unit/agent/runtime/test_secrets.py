"""The secrets file: made once, closed to others, whole or not at all."""

import os
import stat

import pytest

from agent.errors import ConfigFault
from agent.runtime import secrets


def test_made_once_and_kept(tmp_path):
    first = secrets.ensure(str(tmp_path))
    assert secrets.ensure(str(tmp_path)) == first
    assert len(bytes.fromhex(first.till_key)) == len(bytes.fromhex(first.programme_key)) == 32
    assert stat.S_IMODE(os.stat(tmp_path / secrets.NAME).st_mode) == 0o600


def test_two_tills_have_different_keys(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert secrets.ensure(str(tmp_path / "a")) != secrets.ensure(str(tmp_path / "b"))


def test_a_file_others_may_read_is_refused(tmp_path):
    secrets.ensure(str(tmp_path))
    os.chmod(tmp_path / secrets.NAME, 0o644)
    with pytest.raises(ConfigFault) as told:
        secrets.read(str(tmp_path))
    assert "chmod 600" in str(told.value.faults)


def test_a_damaged_file_is_told_not_replaced(tmp_path):
    path = tmp_path / secrets.NAME
    path.write_bytes(b"{")
    os.chmod(path, 0o600)
    with pytest.raises(ConfigFault):
        secrets.ensure(str(tmp_path))
    assert path.read_bytes() == b"{"


def test_keys_do_not_show_in_its_words(tmp_path):
    made = secrets.ensure(str(tmp_path))
    assert made.till_key not in repr(made)
    assert made.programme_key not in repr(made)
