"""What a text with a fixed form looks like, by example: nobody at a till reads a regular expression."""

from __future__ import annotations

LOOKS: dict[str, str] = {
    r"^[0-9]{1,8}(\.[0-9]{1,3})?$(?!\n)": '"2", "0.412"',
    r"^[0-9]{1,2}(\.[0-9]{1,3})?$(?!\n)": '"22", "7.5"',
    r"^[0-9]{1,9}(\.[0-9]{1,6})?$(?!\n)": '"100", "0.5"',
    r"^[A-Z]{3}$(?!\n)": '"RUB"',
    r"^(\d{4}-)?\d\d-\d\d$(?!\n)": '"02-29", "1990-02-29"',
    r"^[\w.:\-/]+$(?!\n)": '"S014-T03/812"',
    r"^[\w.:-]+$(?!\n)": '"six-for-five"',
}
"""Pattern of a schema, and examples of it."""


def looks(pattern: str) -> str:
    """Examples for a pattern; one without examples stays as it is."""
    return LOOKS.get(pattern, pattern)
