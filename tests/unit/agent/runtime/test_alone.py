"""One process a data folder."""

import os

import pytest

from agent.errors import Conflict, StorageBroken
from agent.runtime.alone import alone


def test_a_second_one_is_refused_until_the_first_lets_go(tmp_path):
    folder = str(tmp_path / "data")
    release = alone(folder)
    with pytest.raises(Conflict) as told:
        alone(folder)
    assert (told.value.code, told.value.fields["path"]) == ("till-running", folder)
    assert told.value.fields["pid"] == os.getpid()
    release()
    alone(folder)()


def test_an_end_without_letting_go_leaves_nothing_behind(tmp_path):
    if not (child := os.fork()):
        alone(str(tmp_path))
        os._exit(0)
    os.waitpid(child, 0)
    alone(str(tmp_path))()


def test_a_folder_that_cannot_be_is_told_by_name(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageBroken) as told:
        alone(str(tmp_path / "file"))
    assert told.value.fields["path"] == str(tmp_path / "file")
