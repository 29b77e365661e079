"""Tables for people: names in their language, moments as moments, blocks where a line is too short."""

import time

import pytest

from sync.hub.cli.tables import cell, table

ROWS = [
    {"till": "T1", "last_push": 1_795_896_102_207, "balance": {"main": 5}, "tier": None},
    {"till": "T22", "last_push": None, "balance": {}, "tier": ""},
]


@pytest.fixture(autouse=True)
def _place(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Moscow")
    monkeypatch.setenv("KOPILKA_LANG", "en")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_columns_under_their_names():
    assert table(ROWS, width=80).splitlines() == [
        "till  last push            balance  tier",
        "T1    2026-11-28 23:01:42  main=5   -",
        "T22   -                    -        -",
    ]


def test_in_russian(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    assert table(ROWS, width=80).splitlines()[0].split() == ["касса", "на", "связи", "баланс", "уровень"]


def test_one_below_the_other_where_a_line_is_too_short():
    assert table(ROWS, width=20) == "till       T1\nlast push  2026-11-28 23:01:42\nbalance    main=5\n\ntill       T22"


def test_nothing_is_a_dash():
    assert table([]) == "-"


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [("at", 0, "0"), ("points", 1_795_896_102_207, "1795896102207"), ("recalled", True, "True"), ("at", True, "True")],
)
def test_only_moments_are_moments(column, value, shown):
    assert cell(column, value) == shown
