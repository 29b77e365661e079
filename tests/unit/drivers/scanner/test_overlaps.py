"""Dead rules are proven, overlaps are told once, specific before general is silent."""

from __future__ import annotations

import pytest

from drivers.scanner.overlaps import find_overlaps
from drivers.scanner.profile import DEFAULT_RULES
from drivers.scanner.rules import make_rule
from drivers.scanner.settings import RuleSettings


def told(*rules):
    made = [make_rule(RuleSettings(**{"kind": "member", **rule}), place) for place, rule in enumerate(rules, 1)]
    return find_overlaps(made)


def test_the_default_profile_is_clean():
    assert find_overlaps([make_rule(rule, place) for place, rule in enumerate(DEFAULT_RULES, 1)]) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"digits": True}, {"digits": True, "length": 13, "prefix": ("28",)}),
        ({"prefix": ("28",)}, {"prefix": ("281", "282")}),
        ({"prefix": ("28",)}, {"pattern": r"28\d{11}"}),
        ({"pattern": r"A[0-9A-Z]{3}"}, {"pattern": r"A\d{3}"}),
        ({"length": 13, "check": "ean"}, {"length": 13, "digits": True, "check": "ean"}),
        ({"prefix": ("A",)}, {"prefix": ("AB",), "symbology": ("qr",)}),
        ({"prefix": ("A",), "symbology": ("qr", "aztec")}, {"prefix": ("AB",), "symbology": ("qr",)}),
        ({"json": {"t": "m"}}, {"json": {"t": "m", "v": "1"}}),
        ({"url": "https://a/{id}"}, {"url": "https://a/{id}"}),
        ({"ai": "255"}, {"ai": "255"}),
        ({"prefix": ("https://a/",)}, {"url": "https://a/c/{id}"}),
    ],
)
def test_dead(first, second):
    assert told(first, {**second, "kind": "gift"}) == [
        "rule rule-2 never holds: rule-1 before it takes all it would take"
    ]
    # The other way round the general one comes last, as it should; equal ones stay dead.
    assert told(second, {**first, "kind": "gift"}) == ([] if first != second else told(first, second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"prefix": ("28",)}, {"length": 13}),
        ({"pattern": r"[A-M]{1,4}\d{2}"}, {"prefix": ("AB",)}),
        ({"digits": True, "check": "ean"}, {"digits": True, "check": "luhn"}),
        ({"json": {"t": "m"}}, {"json": {"v": "1"}}),
        ({"json": {"t": "m"}}, {"prefix": ('{"',)}),
        ({"url": "https://a/{id}"}, {"prefix": ("https://a/c",)}),
        ({"prefix": ("A",), "symbology": ("qr",)}, {"length": 3, "symbology": ("code128",)}),
    ],
)
def test_overlapping(first, second):
    assert told(first, {**second, "kind": "gift"}) == [
        "rules rule-1 (member) and rule-2 (gift) overlap: the first one wins"
    ]
    # Of one kind it makes no difference which one takes it.
    assert told(first, second) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"prefix": ("28",)}, {"prefix": ("29",)}),
        ({"length": 13}, {"length": 12}),
        ({"digits": True}, {"prefix": ("A",)}),
        ({"pattern": r"A\d{3}"}, {"pattern": r"A\d{2}X"}),
        ({"json": {"t": "m"}}, {"json": {"t": "c"}}),
        ({"json": {"t": "m"}}, {"digits": True}),
        ({"url": "https://a/{id}"}, {"url": "https://b/{id}"}),
        ({"ai": "255"}, {"prefix": ("255",)}),
        ({"max_length": 5}, {"min_length": 6}),
    ],
)
def test_apart(first, second):
    assert told(first, {**second, "kind": "gift"}) == []
    assert told(second, {**first, "kind": "gift"}) == []


def test_a_narrower_check_does_not_kill():
    assert told({"digits": True, "check": "ean"}, {"digits": True, "length": 13}) == []


def test_a_rule_bound_to_a_symbology_does_not_kill_one_that_is_not():
    first = {"prefix": ("A",), "symbology": ("qr",)}
    assert told(first, {"prefix": ("AB",)}) == []
