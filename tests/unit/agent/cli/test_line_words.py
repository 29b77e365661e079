"""Every cause that stops the line has words and a step."""

from typing import get_args

import pytest

from agent.cli.line_words import WHY, why
from sync.calls import HubCode
from sync.line import LineCode
from sync.trust import Doubt, Refusal

PAGES = ("cursor-empty", "cursor-shrank", "cursor-leapt", "changes-empty", "bad-time", "programme-signature")
"""Doubts of a whole page, which stop pulling."""


@pytest.mark.parametrize(
    "code",
    [*get_args(Refusal), *PAGES, "hub-busy", "unreachable", "timeout", "tls", "cut", "server", "busy", "nonsense"],
)
def test_known_causes_have_words(code):
    assert why(code, "ru") != why(code, "en") != code


def test_only_real_causes_have_words():
    hub = {"till-revoked", "till-unknown", "signature-refused", "clock-off", "hub-busy", "hub-database", "hub-adopted"}
    assert WHY.keys() <= {*get_args(Refusal), *get_args(Doubt), *get_args(LineCode), *get_args(HubCode), *hub}


def test_any_other_is_shown_short_and_plain():
    assert why("type 'text/html'", "ru") == "type 'text/html'"
    assert why("a\x1b[2Jb" + "x" * 99, "en") == "a [2Jb" + "x" * 49
