"""How much of a line is returned, as an exact fraction: by quantity, or by part of its sum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Annotated

from msgspec import Meta, Struct

from agent.loyalty.decision import LineResult, Refused
from agent.loyalty.return_positions import quantity_text
from agent.loyalty.sale import MAX_MINOR

_QUANTITY = re.compile(r"[0-9]{1,8}(\.[0-9]{1,3})?")
_ONE = Fraction(1)
_STEP = Fraction(1, 1000)
"""Smallest quantity; money's is 1."""


class ReturnedLine(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is returned of one line: a quantity, or part of the sum in minor units (of the line's amount before discounts)."""

    n: Annotated[int, Meta(ge=1, le=100_000)]
    quantity: Annotated[str, Meta(max_length=12)] | None = None
    amount: Annotated[int, Meta(ge=0, le=MAX_MINOR)] | None = None


def shares(
    lines: Mapping[int, LineResult], asked: Iterable[ReturnedLine], before: Mapping[int, Fraction]
) -> dict[int, Fraction] | Refused:
    """What each line has returned after `asked`, when it had `before`; or why it cannot be. `lines` are the sale's, by number."""
    after = dict(before)
    count = 0
    for one in asked:
        count += 1
        line = lines.get(one.n)
        if line is None:
            return Refused("return", "no-such-line", numbers={"line": one.n})
        share = _share(line, one, _ONE - after.get(one.n, Fraction(0)))
        if isinstance(share, Refused):
            return share
        after[one.n] = after.get(one.n, Fraction(0)) + share
    return after if count else Refused("return", "nothing")


def _share(line: LineResult, asked: ReturnedLine, left: Fraction) -> Fraction | Refused:
    found = _asked(line, asked)
    if isinstance(found, Refused):
        return found
    of, sold, step = found
    share = Fraction(of) / sold
    if share <= left:
        return share
    # After parts by sum and by piece were mixed, what is left may be a fraction of the smallest unit: rounded up it is all of it.
    if (share - left) * sold < step and left > 0:
        return left
    return Refused("return", "more-than-sold", numbers={"line": asked.n, "left": quantity_text(left * sold)})


def _asked(line: LineResult, asked: ReturnedLine) -> tuple[Fraction, Fraction, Fraction] | Refused:
    """(asked, sold, smallest step), all of one kind."""
    if (asked.quantity is None) == (asked.amount is None):
        return Refused("return", "quantity-or-amount", numbers={"line": asked.n})
    if asked.amount is not None:
        found = Fraction(asked.amount), Fraction(line.amount), _ONE
    elif asked.quantity is not None and _QUANTITY.fullmatch(asked.quantity):
        found = Fraction(asked.quantity), Fraction(line.quantity), _STEP
    else:
        return Refused("return", "bad-quantity", numbers={"line": asked.n})
    if found[0] <= 0 or found[1] <= 0:
        return Refused("return", "nothing", numbers={"line": asked.n})
    return found
