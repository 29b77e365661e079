"""Serial lines, for scanners and printers: pyserial opens and configures, then the descriptor is read by `selectors`.

pyserial's own `read(n, timeout)` waits for all n bytes (42 to 994 ms late) or polls; `os.read` after a selector answers
in tens of microseconds and costs nothing while the line is quiet.
"""

from __future__ import annotations

import array
import errno
import fcntl
import math
import os
import selectors
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from drivers.ports.faults import Busy, Denied, Gone, PortFault
from drivers.ports.holders import holders

if TYPE_CHECKING:
    import serial

CHUNK = 256
"""Bytes of one write: what a line without DSR/DTR flow control can lose at most when the printer stops listening."""
_READ = 4096
_LOST = {errno.EIO, errno.ENXIO, errno.ENODEV, errno.EBADF, errno.EPIPE, errno.ENOENT, errno.ENOTCONN}
_LINES_POLL_S = 0.02
_DRAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Line:
    """How bytes travel on the line. `flow = "dsr"` makes writes wait while the device holds DSR low."""

    baud: int = 9600
    bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stop: Literal[1, 2] = 1
    flow: Literal["none", "rtscts", "xonxoff", "dsr"] = "none"


class SerialPort:
    """One open serial line, owned by one thread; only `wake` may be called from another.

    Opening discards what came before: a scan made while nobody listened is nobody's.
    """

    def __init__(self, path: str, line: Line | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises Gone (absent), Busy with the holder's name, Denied, or PortFault for a line that cannot be set so."""
        self.path = path
        self._line = line or Line()
        self._clock = clock
        self._serial = _open(path, self._line)
        self._fd: int = self._serial.fileno()
        self._exclusive = False
        self._wake_in, self._wake_out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        try:
            self._take()
            self._selector.register(self._fd, selectors.EVENT_READ)
            self._selector.register(self._wake_in, selectors.EVENT_READ)
        except (OSError, termios.error, ValueError) as error:
            self.close()
            raise Gone(path, str(error)) from None

    def _take(self) -> None:
        """Make the line ours and reads blocking-style: with VMIN 0 a quiet line reads as b"", just as a lost one does."""
        settings = termios.tcgetattr(self._fd)
        settings[0] &= ~(termios.BRKINT | termios.ISTRIP | termios.IGNCR | termios.ICRNL | termios.INLCR)
        settings[6][termios.VMIN], settings[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._fd, termios.TCSANOW, settings)
        # A pseudo-terminal keeps the mark until its other end closes, also after a crash of ours: the next start could
        # not open it. pyserial's flock, which ends with the process, stands on both.
        if not os.path.realpath(self.path).startswith("/dev/pts/"):
            fcntl.ioctl(self._fd, termios.TIOCEXCL)
            self._exclusive = True

    def read(self, deadline: float) -> bytes:
        """What came, at once; b"" at the deadline (monotonic seconds, `math.inf` for none) or when woken.

        Raises Gone when the device is lost, in whatever way the system says it.
        """
        try:
            ready = self._selector.select(self._left(deadline))
            for key, _ in ready:
                if key.fd == self._wake_in:
                    os.read(self._wake_in, _READ)
                    return b""
            return self._received() if ready else b""
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            # OSError from the line; the others from a descriptor that another thread's close took away under us.
            raise Gone(self.path, _said(error)) from None

    def _received(self) -> bytes:
        try:
            data = os.read(self._fd, _READ)
        except BlockingIOError:
            return b""
        if not data:
            raise Gone(self.path, "end of file")
        return data

    def write(self, data: bytes, deadline: float) -> int:
        """How many bytes the line took until the deadline, in pieces of 256; fewer than given when the device stalls."""
        sent = 0
        try:
            while sent < len(data) and self._may_send(deadline):
                try:
                    sent += os.write(self._fd, data[sent : sent + CHUNK])
                except BlockingIOError:
                    continue
        except (OSError, ValueError, TypeError) as error:
            raise Gone(self.path, _said(error), written=sent) from None
        return sent

    def unsent(self) -> int:
        """Bytes accepted but still in the system's buffer: they have not reached the device. 0 where it cannot be told."""
        count = array.array("i", [0])
        try:
            fcntl.ioctl(self._fd, termios.TIOCOUTQ, count)
        except OSError:
            return 0
        return count[0]

    def lines(self) -> dict[str, bool]:
        """CTS and DSR as the device holds them; empty where the line has none (a pseudo-terminal)."""
        bits = array.array("i", [0])
        try:
            fcntl.ioctl(self._fd, termios.TIOCMGET, bits)
        except OSError:
            return {}
        return {"cts": bool(bits[0] & termios.TIOCM_CTS), "dsr": bool(bits[0] & termios.TIOCM_DSR)}

    def wake(self) -> None:
        """Make a read that is waiting return b"" now. From any thread, also while the port closes."""
        try:
            os.write(self._wake_out, b"\0")
        except OSError:
            return

    def close(self) -> None:
        """Let go of the line. Bytes still in the system's buffer get 2 s to reach the device, then they are dropped."""
        if self._fd < 0:
            return
        for step in (self._release, self._selector.close, self._serial.close):
            try:
                step()
            except (OSError, termios.error, ValueError, TypeError):
                continue
        self._fd = -1
        for fd in (self._wake_in, self._wake_out):
            os.close(fd)
        self._wake_in = self._wake_out = -1

    def _release(self) -> None:
        # The system would wait up to 30 s for a device that does not listen, inside close().
        deadline = self._clock() + _DRAIN_S
        while self.unsent() and self._clock() < deadline:
            time.sleep(_LINES_POLL_S)
        if self.unsent():
            termios.tcflush(self._fd, termios.TCOFLUSH)
        if self._exclusive:
            fcntl.ioctl(self._fd, termios.TIOCNXCL)

    def _left(self, deadline: float) -> float | None:
        return None if math.isinf(deadline) else max(0.0, deadline - self._clock())

    def _may_send(self, deadline: float) -> bool:
        """Wait until the line takes bytes and the device says it listens; False at the deadline."""
        while self._line.flow == "dsr" and self.lines().get("dsr") is False:
            left = self._left(deadline)
            if left is not None and left <= 0:
                return False
            time.sleep(_LINES_POLL_S)
        with selectors.DefaultSelector() as selector:
            selector.register(self._fd, selectors.EVENT_WRITE)
            return bool(selector.select(self._left(deadline)))


def _open(path: str, line: Line) -> serial.Serial:
    import serial

    try:
        return serial.Serial(
            path,
            line.baud,
            bytesize=line.bits,
            parity=line.parity,
            stopbits=line.stop,
            timeout=0,
            rtscts=line.flow == "rtscts",
            xonxoff=line.flow == "xonxoff",
            exclusive=True,
        )
    except serial.SerialException as error:
        raise _fault(path, error) from None
    except (OSError, termios.error, ValueError) as error:
        raise PortFault(path, _said(error)) from None


def _fault(path: str, error: OSError) -> PortFault:
    """The one exception of pyserial as the fault it is: it carries no errno where configuring failed."""
    number = error.errno
    if number in (errno.EACCES, errno.EPERM):
        return Denied(path, _said(error))
    if number in (errno.EBUSY, errno.EAGAIN):
        return Busy(path, ", ".join(holders(path)), _said(error))
    if number is None or number in _LOST:
        return Gone(path, _said(error))
    return PortFault(path, _said(error))


def _said(error: BaseException) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number) if isinstance(number, int) else type(error).__name__
