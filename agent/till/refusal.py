"""A refusal: a result, not a fault. The border makes words and a status of it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from agent.till import when

Kind = Literal["invalid", "conflict", "not_found", "forbidden"]


class Refusal(Struct, frozen=True):
    """Why a request was not carried out: a stable code and the numbers and names a person needs."""

    code: str
    kind: Kind = "conflict"
    fields: dict[str, str | int] = {}


def reused(id: str, at: int) -> Refusal:  # noqa: A002 - the field's name
    """An id that stands for something else already, recorded at `at` (UTC ms)."""
    return Refusal("id-reused", "conflict", {"id": id, "at": when.iso(at)})
