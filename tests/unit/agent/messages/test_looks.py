"""Examples instead of patterns."""

from __future__ import annotations

import re

from agent.messages.looks import LOOKS, looks


def test_every_example_fits_its_pattern() -> None:
    for pattern, examples in LOOKS.items():
        for example in examples.split(", "):
            assert re.search(pattern, example.strip('"')), (pattern, example)


def test_an_unknown_pattern_stays() -> None:
    assert looks("^a") == "^a"
