"""A record's number as people write it, and the database a command means."""

from __future__ import annotations

import argparse

import pytest

from agent.cli.common import database_path, record_place
from agent.errors import NotFound


@pytest.mark.parametrize(("text", "place"), [("812", (None, 812)), ("2/812", (2, 812)), ("0", (None, 0))])
def test_a_number(text, place):
    assert record_place(text) == place


@pytest.mark.parametrize("text", ["", "/", "a", "1/", "/1", "1 ", "1.5", "1/2/3", "٣"])
def test_no_number(text):
    with pytest.raises(argparse.ArgumentTypeError):
        record_place(text)


def test_the_named_database_goes_first(tmp_path):
    path = str(tmp_path / "x.sqlite3")
    args = argparse.Namespace(database=path, config="/no/such/config.toml")
    with pytest.raises(NotFound):
        database_path(args)
    (tmp_path / "x.sqlite3").touch()
    assert database_path(args) == path
