"""What a shop may write, and the words for what it may not."""

from __future__ import annotations

import msgspec
import pytest

from drivers.scanner.framing import Framing
from drivers.scanner.settings import RecognitionSettings, RuleSettings, ScannerSettings, check_code_page


def test_framing_of_a_scanner():
    settings = msgspec.convert(
        {"port": "/dev/ttyS0", "framing": "none+timeout", "idle_ms": 60, "prefix": "~"}, ScannerSettings
    )
    assert settings.line_framing() == Framing("none", 60, b"~", 4096)


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("framing", "BELL", "allowed: CR"),
        ("code_page", "klingon", "cp1251"),
        ("code_page", "utf-16", "cp1251"),
        ("transport", "evdev", "Invalid enum"),
        ("idle_ms", 0, ">= 10"),
        ("name", "two words", "regex"),
        ("baude", 9600, "unknown field"),
    ],
)
def test_scanner_faults(key, value, word):
    with pytest.raises(msgspec.ValidationError, match=word):
        msgspec.convert({key: value}, ScannerSettings)


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"kind": "member"}, "takes everything"),
        ({"kind": "payment", "length": 4}, "Invalid enum"),
        ({"kind": "member", "pattern": "a*"}, "pattern: repeats"),
        ({"kind": "member", "pattern": "a", "url": "https://x/{id}"}, "one of"),
        ({"kind": "member", "url": "http://x/{id}"}, "https"),
        ({"kind": "member", "symbology": ["ean13"], "length": 13}, "allowed: .*ean_upc"),
        ({"kind": "member", "ai": "1"}, "regex"),
        ({"kind": "member", "verify": "ean"}, "unknown field"),
    ],
)
def test_rule_faults_are_told_with_their_place(rule, word):
    with pytest.raises(msgspec.ValidationError, match=word) as fault:
        msgspec.convert({"rules": [rule]}, RecognitionSettings)
    assert "$.rules[0]" in str(fault.value)


def test_own_prefix_lengths_are_bounded():
    with pytest.raises(msgspec.ValidationError, match="regex"):
        msgspec.convert({"own_prefixes": [{"prefix": "77x", "length": 16}]}, RecognitionSettings)


def test_own_prefixes_are_refused_where_a_bank_card_could_begin_so():
    with pytest.raises(msgspec.ValidationError, match=r"4276 .* payment range.*own_prefixes\[0\]"):
        msgspec.convert({"own_prefixes": [{"prefix": "4276", "length": 16}]}, RecognitionSettings)


@pytest.mark.parametrize("name", ["", "cp1251", "cp866", "latin-1", "koi8-r", "utf-8", "gb18030"])
def test_code_pages(name):
    check_code_page(name)


@pytest.mark.parametrize("name", ["utf-7", "unicode_escape", "raw_unicode_escape", "rot13", "hex", "cp037", "a\0b"])
def test_no_code_pages(name):
    with pytest.raises(ValueError, match="code page"):
        check_code_page(name)


def test_a_rule_in_code_is_checked_as_one_in_a_file():
    with pytest.raises(ValueError, match="takes everything"):
        RuleSettings(kind="member")
