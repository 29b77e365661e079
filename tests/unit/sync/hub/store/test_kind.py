"""A hub's file is known by its tables."""

import pg_kit
import pytest

from agent.errors import Conflict
from agent.sqlite import open_database
from sync.hub.store.kind import must_be_hub


@pytest.fixture
def engine():
    """Of files only."""
    with pg_kit.used(None):
        yield


def test_a_hubs_file_is_one_and_an_empty_one_is_none(bench, tmp_path):
    must_be_hub(bench.database)
    empty = open_database(str(tmp_path / "empty.db"))
    with pytest.raises(Conflict) as told:
        must_be_hub(empty)
    assert (told.value.code, told.value.fields) == ("not-a-hub", {"path": str(tmp_path / "empty.db")})
    with pytest.raises(Conflict) as told:
        must_be_hub(empty, name="copy.db")
    assert told.value.fields == {"path": "copy.db"}
    empty.close()
