"""One table of calls, from which both the application and its OpenAPI document are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import inspect

from agent.errors import KopilkaError
from agent.messages import Lang
from agent.web.body import SMALL_BYTES
from agent.web.guard import NOBODY, Caller

B = TypeVar("B")
Q = TypeVar("Q")
Method = Literal["GET", "POST", "PUT", "DELETE"]
FREE: tuple[str, ...] = ()
"""Scopes of a call anybody may make: health, and pairing by code."""


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """One call as a handler sees it: decoded, admitted, its language known."""

    body: B
    query: Q
    path: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = NOBODY
    lang: Lang = "ru"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with another status or headers than usual; `value` is encoded as JSON, None is no body."""

    value: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call of an API.

    A plain function is run in the executor the application was given (the till's one writer thread), an `async` one in the
    server's loop. It returns a value of `answer`'s type, an `Answer`, or a Starlette response where the body is no JSON.
    """

    method: Method
    path: str
    """With `{name}` for the parts handed over in `Call.path`."""
    scopes: tuple[str, ...]
    """A caller needs one of these; FREE where nobody is asked."""
    handler: Callable[[Call[Any, Any]], Any | Awaitable[Any]]
    summary: str
    request: Any = None
    """Type of the JSON body, `bytes` for the body as it came, None for no body."""
    query: type[msgspec.Struct] | None = None
    answer: Any = None
    """Type of the JSON answer; None where there is no body or it is no JSON."""
    status: int = 200
    media: str = "application/json"
    max_bytes: int = SMALL_BYTES
    faults: tuple[type[KopilkaError], ...] = ()
    """Families this call may end in, besides those every call may."""

    def __post_init__(self) -> None:
        for type_ in (self.request, self.query):
            for name in open_structs(type_):
                raise TypeError(
                    f"{self.method} {self.path}: {name} would take unknown fields; set forbid_unknown_fields"
                )


def open_structs(type_: Any) -> Iterator[str]:
    """Names of the Structs within a type that do not refuse unknown fields."""
    if type_ is None or type_ is bytes:
        return
    seen: set[object] = set()
    left: list[Any] = [inspect.type_info(type_)]
    while left:
        info = left.pop()
        if isinstance(info, inspect.StructType):
            if info.cls in seen:
                continue
            seen.add(info.cls)
            if not info.forbid_unknown_fields:
                yield info.cls.__name__
            left += [part.type for part in info.fields]
        else:
            left += list(_inside(info))


def _inside(info: Any) -> Iterator[Any]:
    for name in ("item_type", "key_type", "value_type", "type"):
        inner = getattr(info, name, None)
        if isinstance(inner, inspect.Type):
            yield inner
    for name in ("types", "item_types"):
        yield from getattr(info, name, None) or ()
