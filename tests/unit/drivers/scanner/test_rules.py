"""One rule at a time: every condition, what it takes out, and the look-alikes it refuses."""

from __future__ import annotations

import msgspec
import pytest

from drivers.scanner.rules import Hit, Subject, make_rule
from drivers.scanner.settings import RuleSettings


def match(rule, text, symbology=None, elements=()):
    made = make_rule(msgspec.convert({"kind": "member", **rule}, RuleSettings), 1)
    return made.match(Subject(text, symbology, elements))


@pytest.mark.parametrize(
    ("rule", "text", "answer"),
    [
        ({"length": 4}, "28a1", Hit("28a1")),
        ({"length": 4}, "28a", "length"),
        ({"min_length": 2, "max_length": 3}, "ab", Hit("ab")),
        ({"min_length": 2, "max_length": 3}, "a", "length"),
        ({"min_length": 2, "max_length": 3}, "abcd", "length"),
        ({"prefix": ["28", "29"]}, "29x", Hit("29x")),
        ({"prefix": ["28", "29"]}, "27x", "prefix"),
        ({"digits": True}, "12a", "digits"),
        ({"check": "ean"}, "2811111111114", Hit("2811111111114")),
        ({"check": "ean"}, "2811111111115", "check"),
        ({"check": "luhn"}, "79927398713", Hit("79927398713")),
        ({"check": "mod97"}, "WEST12345698765432GB82", Hit("WEST12345698765432GB82")),
        ({"pattern": r"K(?P<id>\d{4})-(?P<pin>\d{2})"}, "K1234-56", Hit("1234", (("pin", "56"),))),
        ({"pattern": r"K\d{4}"}, "K12345", "pattern"),
        ({"pattern": r"\d{4}", "check": "ean"}, "1234", "check"),
    ],
)
def test_conditions(rule, text, answer):
    assert match(rule, text) == answer


@pytest.mark.parametrize(
    ("symbology", "answer"), [("code128", Hit("AB")), (None, Hit("AB")), ("qr", "symbology"), ("ean_upc", "symbology")]
)
def test_a_symbology_is_demanded_where_the_scanner_tells_it(symbology, answer):
    assert match({"symbology": ["code128"], "prefix": ["A"]}, "AB", symbology) == answer


URL = {"url": "https://loy.example/c/{id}"}


@pytest.mark.parametrize("text", ["https://loy.example/c/7f3a", "HTTPS://LOY.example/c/7f3a?from=card#x"])
def test_urls(text):
    assert match(URL, text) == Hit("7f3a")


@pytest.mark.parametrize(
    "text",
    [
        "http://loy.example/c/7f3a",
        "https://loy.example.evil.com/c/7f3a",
        "https://loy.example@evil.com/c/7f3a",
        "https://user@loy.example/c/7f3a",
        "https://loy.example:8443/c/7f3a",
        "https://loy.example/C/7f3a",
        "https://loy.example/c/",
        "https://loy.example/c",
        "https://loy.example/c/7f3a/x",
        "https://loy.example//c/7f3a",
        "https://loy.example/c/7f%33a",
        "https://loy.example/c/../7f3a",
        "https://loy.example\\c\\7f3a",
        " https://loy.example/c/7f3a",
        "https://loy.example/c/" + "a" * 65,
        "https://loy.exаmple/c/7f3a",  # a Cyrillic а
    ],
)
def test_urls_that_only_look_so(text):
    assert match(URL, text) == "url"


JSON = {"json": {"t": "member"}}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('{"t":"member","id":"7f3a"}', Hit("7f3a")),
        ('{"id": 12, "t": "member"}', Hit("12")),
        ('{"t":"member"}', Hit(None)),
        ('{"t":"member","id":true}', Hit(None)),
        ('{"t":"member","id":{"x":1}}', Hit(None)),
        ('{"t":"member","id":"' + "x" * 129 + '"}', Hit(None)),
        ('{"t":"coupon","id":"7f3a"}', "json"),
        ('["t","member"]', "json"),
        ('{"t":"member"', "json"),
        ('{"a":' * 5000, "json"),
        ("member", "json"),
    ],
)
def test_json(text, answer):
    assert match(JSON, text) == answer


def test_json_number_under_another_key():
    assert match({"json": {"v": "1"}, "json_id": "card"}, '{"v":"1","card":"77"}') == Hit("77")


def test_identifiers():
    assert match({"ai": "255"}, "x", None, (("01", "1"), ("255", "950110"))) == Hit("950110")
    assert match({"ai": "255"}, "x", None, (("01", "1"),)) == "ai"


def test_of_an_identifier_the_conditions_are_those_of_its_value():
    rule = {"ai": "8018", "length": 18, "check": "ean"}
    assert match(rule, "x", None, (("8018", "106141412345678908"),)) == Hit("106141412345678908")
    assert match(rule, "x", None, (("8018", "106141412345678909"),)) == "check"


def test_nameless_rules_are_numbered():
    assert make_rule(RuleSettings(kind="gift", length=3), 7).name == "rule-7"


def test_json_is_parsed_once_for_all_rules():
    subject = Subject('{"t":"member"}')
    assert subject.as_object() is subject.as_object()
