"""A simulated scanner: a pseudo-terminal that types as a scanner does, with the faults of one.

It stands behind a symlink, as a real one behind /dev/serial/by-id, so that unplugging and plugging in again gives
another node under the same name.
"""

from __future__ import annotations

import array
import fcntl
import os
import select
import termios
import time
import tty
from collections.abc import Callable, Iterable, Sequence
from typing import Self

from drivers.scanner.framing import terminator_named

_ENDS = {"CR": ("", "\r"), "LF": ("", "\n"), "CRLF": ("", "\r\n"), "TAB": ("", "\t"), "STX/ETX": ("\x02", "\x03")}
WRITE_S = 5.0


class SimulatedScanner:
    """`path` is what the agent opens. Not thread-safe: one hand holds a scanner."""

    def __init__(self, link: str | None = None, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """With `link` the device stands behind that symlink, replaced when it exists as one."""
        self._link = link
        self._sleep = sleep
        self._master = self._slave = -1
        self._path = ""
        self.plug()

    @property
    def path(self) -> str:
        """What to open: the symlink where there is one, else the pseudo-terminal's node."""
        return self._link or self._path

    @property
    def node(self) -> str:
        """The node of the present plugging; empty while unplugged."""
        return self._path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def plug(self) -> None:
        """Appear, under a node that is probably another one."""
        assert self._master < 0, "already plugged in"
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave, termios.TCSANOW)
        os.set_blocking(self._master, False)
        self._path = os.ttyname(self._slave)
        if self._link:
            fresh = f"{self._link}.new"
            if os.path.lexists(self._link) and not os.path.islink(self._link):
                self.unplug()
                raise FileExistsError(f"{self._link} exists and is no symlink")
            os.symlink(self._path, fresh)
            os.replace(fresh, self._link)

    def unplug(self) -> None:
        """Hang up: who has the line open sees it go; the symlink goes as udev would take it."""
        for fd in (self._slave, self._master):
            if fd >= 0:
                os.close(fd)
        self._master = self._slave = -1
        if self._link and os.path.islink(self._link) and os.readlink(self._link) == self._path:
            os.unlink(self._link)
        self._path = ""

    def replug(self, away_s: float = 0.0) -> None:
        """Out and in again after `away_s` seconds."""
        self.unplug()
        self._sleep(away_s)
        self.plug()

    def close(self) -> None:
        """Unplug for good; harmless when repeated."""
        self.unplug()

    def scan(
        self, data: bytes | str, terminator: str = "CR", *, chunks: Sequence[int] = (), pause_ms: float = 0
    ) -> None:
        """Type one code with its terminator: whole, or in pieces of the given sizes with pauses between them."""
        head, tail = _ENDS.get(terminator_named(terminator), ("", ""))
        body = data.encode() if isinstance(data, str) else data
        rest = head.encode() + body + tail.encode()
        for size in chunks:
            self.type(rest[:size])
            rest = rest[size:]
            if rest:
                self._sleep(pause_ms / 1000)
        self.type(rest)

    def type(self, data: bytes) -> None:
        """Put raw bytes on the line. Raises TimeoutError when nobody reads and the line's buffers are full.

        Raises ValueError while unplugged.
        """
        if self._master < 0:
            raise ValueError("not plugged in")
        while data:
            if not select.select([], [self._master], [], WRITE_S)[1]:
                raise TimeoutError(f"nobody reads {self.path}")
            data = data[os.write(self._master, data) :]

    def noise(self, data: bytes = b"\x00\xff\x7f") -> None:
        """What a bad cable adds, with no terminator after it."""
        self.type(data)

    def replay(self, pieces: str | Iterable[str]) -> None:
        """A recorded capture: hex pieces as they arrived, "@600ms" is a pause."""
        for piece in [pieces] if isinstance(pieces, str) else pieces:
            if piece.startswith("@"):
                self._sleep(float(piece[1:].removesuffix("ms")) / 1000)
            else:
                self.type(bytes.fromhex(piece))

    def wait_read(self, deadline: float) -> bool:
        """Whether everything typed was read by the deadline (monotonic seconds)."""
        waiting = array.array("i", [0])
        while self._slave >= 0:
            # What was just typed takes the system a moment to bring to the other side.
            self._sleep(0.02)
            fcntl.ioctl(self._slave, termios.FIONREAD, waiting)
            if not waiting[0] or time.monotonic() >= deadline:
                return not waiting[0]
        return True

    def received(self) -> bytes:
        """What the till wrote to the scanner so far (commands); b"" when nothing."""
        ready = select.select([self._master], [], [], 0)[0]
        return os.read(self._master, 4096) if ready else b""
