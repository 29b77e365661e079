"""Accelerated points: everything earned by percent and per-sum offers times a factor, never the fixed points."""

from __future__ import annotations

from msgspec import Struct


class Multiply(Struct, frozen=True):
    """Times `num / den`, at least 1."""

    currency: int
    num: int
    den: int

    code = "multiply"

    def numbers(self) -> dict[str, str | int]:
        whole, rest = divmod(self.num * 1000, self.den)
        assert not rest, "a factor has at most 3 places"
        head, tail = divmod(whole, 1000)
        return {"by": f"{head}.{tail:03d}".rstrip("0") if tail else str(head)}
