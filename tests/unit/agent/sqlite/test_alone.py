"""A lock file: one holder, told by its number, free when the holder lets go."""

import os

import pytest

from agent.errors import Conflict, StorageBroken
from agent.sqlite.alone import take


def test_one_holder_at_a_time(tmp_path):
    path = str(tmp_path / "x.running")
    let_go = take(path, "hub-running", what="x")
    with pytest.raises(Conflict) as refused:
        take(path, "hub-running", what="x")
    assert (refused.value.code, refused.value.fields) == ("hub-running", {"path": "x", "pid": os.getpid()})
    let_go()
    take(path, "hub-running", what="x")()


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StorageBroken):
        take(str(tmp_path / "none" / "x"), "hub-running", what="x")
