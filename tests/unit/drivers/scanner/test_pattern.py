"""The regex subset: what it takes, what it refuses with which words, and that it cannot run long."""

from __future__ import annotations

import re

import pytest

from drivers.scanner.pattern import Pattern, PatternFault


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (r"MEMBER-\d{6}", "MEMBER-000123", {}),
        (r"MEMBER-\d{6}", "MEMBER-00012", None),
        (r"MEMBER-\d{6}", "MEMBER-0001234", None),
        (r"MEMBER-\d{6}", "MEMBER-000123\n", None),
        (r"MEMBER-\d{6}", "MEMBER-٠٠٠١٢٣", None),
        (r"A?B{2}C{0,3}D", "BBD", {}),
        (r"A?B{2}C{0,3}D", "ABBCCCD", {}),
        (r"A?B{2}C{0,3}D", "ABBCCCCD", None),
        (r"(?P<id>[A-Z]{2,5})-(?P<no>[0-9a-f]{1,4})", "ABC-7f", {"id": "ABC", "no": "7f"}),
        (r"[А-Яё\]-]{3}", "Яё]", {}),
        (r"\.\\\[", ".\\[", {}),
        (r"\w{1,3}\.", "a_9.", {}),
    ],
)
def test_matches(pattern, text, groups):
    assert Pattern.parse(pattern).match(text) == groups
    # Python's own engine says the same of the same pattern: the subset means what people know it to mean.
    found = re.compile(pattern, re.ASCII).fullmatch(text)
    assert (found.groupdict() if found else None) == groups


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("", "empty"),
        ("a*", "upper bound"),
        ("a+", "upper bound"),
        ("a{2,}", "upper bound"),
        ("a{1,3}{2}", "upper bound"),
        ("a{1,3}?", "upper bound"),
        ("a{3,1}", "from few"),
        ("a{0}", "from few"),
        ("a{1,9999}", "from few"),
        ("(a)", "only groups"),
        ("(?:a)", "only groups"),
        ("(?P<id>a", "not closed"),
        ("(?P<id>(?P<x>a))", "neither nest"),
        ("(?P<id>a)(?P<id>b)", "neither nest"),
        ("(?P<id>a){2}", "cannot be repeated"),
        ("a)", "no group"),
        ("a|b", "not allowed"),
        ("a.b", "not allowed"),
        ("^a$", "not allowed"),
        (r"\b", "not allowed"),
        (r"(?P<a>x)\1", "not allowed"),
        ("[^a]", "negated"),
        ("[]", "empty"),
        ("[a", "ends too early"),
        ("[z-a]", "no range"),
        ("[\x00-\uffff]", "no range"),
        ("a\\", "ends too early"),
        (r"\d{1,5}\d", "eat"),
        (r"a?b?a", "eat"),
        ("x" * 65, "more than 64"),
    ],
)
def test_refusals(pattern, word):
    with pytest.raises(PatternFault, match=word):
        Pattern.parse(pattern)


def test_adjacent_repeats_of_different_signs_are_fine():
    assert Pattern.parse(r"a{0,5}\d{1,5}-\d{1,5}").match("aa12-3") == {}


def test_the_worst_text_takes_no_longer_than_reading_it():
    """A backtracking engine needs 512**4 steps for one of these: it would meet the test's time-out, not its end."""
    pattern = Pattern.parse("".join(f"[{a}{b}]{{0,512}}" for a, b in ["ab", "cd", "ef", "gh"]) + "X")
    for _ in range(200):
        assert pattern.match("a" * 512 + "c" * 512 + "e" * 512 + "g" * 513) is None
