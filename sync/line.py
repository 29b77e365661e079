"""The line between till and hub as a Protocol: one call out, one reply or a named fault back. No network in here.

The real one is `sync.transport`; the simulation has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

CONNECT_S = 5.0
READ_S = 30.0
MAX_BODY = 2 * 1024 * 1024
MAX_ANSWER = 16 * 1024 * 1024

LineCode = Literal["unreachable", "timeout", "tls", "cut", "answer-too-large", "body-too-large"]


class LineFault(Exception):
    """No whole answer came. Whether the hub has acted on the request is not known, save for `unreachable` and `tls`."""

    def __init__(self, code: LineCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Call:
    """A request as sent: `path` begins with "/" and has the query in it; `wait_s` is how long the hub may hold its answer."""

    method: Literal["GET", "POST"]
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: header names lower-case, body with its content encoding undone."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """Carries one call; raises LineFault, nothing else."""

    def send(self, call: Call) -> Reply: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds and bytes. `total_s` bounds a whole answer, however slowly it drips."""

    connect_s: float = CONNECT_S
    read_s: float = READ_S
    total_s: float = 60.0
    answer: int = MAX_ANSWER
    body: int = MAX_BODY
