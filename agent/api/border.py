"""The border of the API: refusals of the use-cases become problems with a status."""

from __future__ import annotations

from typing import TypeVar

from agent.errors import Conflict, Forbidden, KopilkaError, NotFound, Unprocessable
from agent.till.refusal import Refusal

T = TypeVar("T")
_FAMILIES: dict[str, type[KopilkaError]] = {
    "invalid": Unprocessable,
    "conflict": Conflict,
    "not_found": NotFound,
    "forbidden": Forbidden,
}


def granted(result: T | Refusal) -> T:
    """The result, where it is none of refusal's. Raises Unprocessable, Conflict, NotFound or Forbidden with its code."""
    if isinstance(result, Refusal):
        raise _FAMILIES[result.kind](result.code, **result.fields)
    return result
