"""Ports: open, read, write with a deadline, close. Bytes only; who frames or prints them lies above."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Port(Protocol):
    """One open line to one device, owned by one thread.

    Deadlines are in `time.monotonic()` seconds. The faults are those of `drivers.ports.faults`.
    """

    def read(self, deadline: float) -> bytes:
        """Whatever came, at once when something is there; `b""` when nothing came until the deadline.

        Raises `Gone` when the device or the far end is lost.
        """
        ...

    def write(self, data: bytes, deadline: float) -> int:
        """How many bytes the line accepted until the deadline (accepted is not printed); may be 0.

        Raises `Gone` when the device or the far end is lost; its `written` tells how many bytes had gone before.
        """
        ...

    def close(self) -> None:
        """Let go of the line; harmless when repeated."""
        ...
