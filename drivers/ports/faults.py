"""Faults of ports: exceptions with fields; words for people are made at the border."""

from __future__ import annotations


class PortFault(Exception):
    """Anything that keeps a port from serving; `code` is stable, `port` names the line."""

    code = "port_fault"

    def __init__(self, port: str, detail: str = "") -> None:
        """Name the line and, for the log, what the system said."""
        super().__init__(f"{port}: {self.code}" + (f" ({detail})" if detail else ""))
        self.port = port
        self.detail = detail


class Gone(PortFault):
    """The device is unplugged, absent or the far end closed; `written` bytes of the last write had gone out before."""

    code = "gone"

    def __init__(self, port: str, detail: str = "", *, written: int = 0) -> None:
        """As for any fault, plus the count of bytes the line had accepted."""
        super().__init__(port, detail)
        self.written = written


class Busy(PortFault):
    """Somebody else holds the device; `holder` names the process where it can be told."""

    code = "busy"

    def __init__(self, port: str, holder: str = "", detail: str = "") -> None:
        """As for any fault, plus the holder's name."""
        super().__init__(port, detail or holder)
        self.holder = holder


class Denied(PortFault):
    """The system does not let us open the device (permissions)."""

    code = "denied"


class TimedOut(PortFault):
    """The device did not open before the deadline."""

    code = "timed_out"
