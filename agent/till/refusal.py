"""A refusal: a result, not a fault. The border makes words and a status of it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["invalid", "conflict", "not_found", "forbidden"]


class Refusal(Struct, frozen=True):
    """Why a request was not carried out: a stable code and the numbers and names a person needs."""

    code: str
    kind: Kind = "conflict"
    fields: dict[str, str | int] = {}
