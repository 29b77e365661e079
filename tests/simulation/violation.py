"""What ends a run: an invariant that does not hold, or the power."""

from __future__ import annotations


class Violation(AssertionError):
    """`rule` is the invariant's name, the text says what was found."""

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(f"{rule}: {text}")
        self.rule = rule
        self.text = text


def need(holds: object, rule: str, text: object) -> None:
    """Raises Violation unless it holds; `text` may be anything that prints."""
    if not holds:
        raise Violation(rule, str(text))


class PowerCut(BaseException):
    """The machine is off from here on: nothing on it runs any more, not even what cleans up."""
