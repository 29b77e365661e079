"""A port whose answers are written down: real protocol code above it, no wire below."""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.ports.faults import Gone

Answer = bytes | Exception


class ScriptedPort:
    """Reads give the next answer; `on_write` may add answers to what was written."""

    def __init__(
        self, answers: list[Answer] | None = None, on_write: Callable[[bytes], list[Answer]] | None = None
    ) -> None:
        self.answers = answers or []
        self.written = bytearray()
        self.accepts: int | None = None
        """Bytes it will still take; None for all."""
        self.dies_after: int | None = None
        self.closed = False
        self._on_write = on_write

    def read(self, deadline: float) -> bytes:
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        time.sleep(max(min(deadline - time.monotonic(), 0.02), 0))
        return b""

    def write(self, data: bytes, deadline: float) -> int:
        taken = data if self.accepts is None else data[: self.accepts]
        if self.accepts is not None:
            self.accepts -= len(taken)
        if self.dies_after is not None and len(self.written) + len(taken) > self.dies_after:
            kept = data[: max(self.dies_after - len(self.written), 0)]
            self.written += kept
            raise Gone("scripted", written=len(kept))
        self.written += taken
        if self._on_write:
            self.answers.extend(self._on_write(bytes(taken)))
        return len(taken)

    def close(self) -> None:
        self.closed = True
