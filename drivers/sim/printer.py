"""The simulated printer on a TCP port or a pseudo-terminal: the device, its one client, and its faults."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
import time
import tty
from collections.abc import Callable, Iterable
from typing import Self

from drivers.sim.paper import Paper, Slip
from drivers.sim.printer_device import PrinterDevice
from drivers.sim.printer_faults import Fault
from drivers.sim.printer_line import PrinterLine
from drivers.sim.printer_ops import Reply

STOP_S = 2.0
TICK_S = 0.002


class SimulatedPrinter:
    """Runs a `PrinterDevice` in a thread of its own; all methods may be called from any thread.

    `bytes_per_s` is how fast it works off its buffer. Only one client is served at a time; others wait in the backlog.
    """

    def __init__(
        self, device: PrinterDevice, *, bytes_per_s: int = 50_000, faults: Iterable[Fault] = (), xon_xoff: bool = False
    ) -> None:
        """Nothing is open yet: see `listen` and `open_pty`."""
        self.device = device
        self.connections = 0
        self._rate = bytes_per_s
        self._faults = list(faults)
        self._xon_xoff = xon_xoff
        self._lock = threading.RLock()
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        self._listener: socket.socket | None = None
        self._line: PrinterLine | None = None
        self._pty_slave = -1
        self._zombies: list[PrinterLine] = []
        self._timers: list[tuple[float, Callable[[], None]]] = []
        self._deaf_until = 0.0
        self._stalled_until = 0.0
        self._ack_delay_s = 0.0
        self._outbox: list[tuple[float, bytes]] = []
        self._held = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sim-printer", daemon=True)
        self._worked_at = time.monotonic()

    def listen(self, port: int = 0, host: str = "127.0.0.1") -> int:
        """Open a TCP port and start; returns its number."""
        self._listener = socket.create_server((host, port), backlog=8)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread.start()
        return int(self._listener.getsockname()[1])

    def open_pty(self) -> str:
        """Open a pseudo-terminal and start; returns the path a host opens as its serial port."""
        master, self._pty_slave = os.openpty()
        tty.setraw(master)
        tty.setraw(self._pty_slave)
        os.set_blocking(master, False)
        self._adopt(PrinterLine(master, None))
        self._thread.start()
        return os.ttyname(self._pty_slave)

    def __enter__(self) -> Self:
        """For `with`: stops at the end."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Stop."""
        self.stop()

    def stop(self) -> None:
        """Close everything and join the thread."""
        self._stopping.set()
        os.write(self._wake_write, b"x")
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        for line in [*self._zombies, *([self._line] if self._line else [])]:
            line.close()
        if self._listener:
            self._listener.close()
        for handle in (self._wake_read, self._wake_write, self._pty_slave):
            with contextlib.suppress(OSError):
                os.close(handle)
        self._selector.close()

    @property
    def paper(self) -> Paper:
        """What came out so far."""
        return self.device.paper

    def slips(self) -> list[Slip]:
        """The slips so far, cut or not; those that are cut change no more."""
        with self._lock:
            return list(self.device.paper.slips)

    def strike(self, fault: Fault) -> None:
        """Let a fault happen now."""
        with self._lock:
            self._strike(fault)
        os.write(self._wake_write, b"x")

    def settled(self, deadline: float) -> bool:
        """Wait until the device has worked off all it holds; False at the deadline (monotonic seconds)."""
        while time.monotonic() < deadline:
            with self._lock:
                if not self.device.holds and not self._timers:
                    return True
            time.sleep(TICK_S)
        return False

    def _run(self) -> None:
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        while not self._stopping.is_set():
            ready = self._selector.select(self._patience())
            with self._lock:
                for key, _ in ready:
                    self._ready(key.fd)
                self._turn()

    def _patience(self) -> float | None:
        """Sleep without end when idle; tick while there is something to work off, send or end."""
        with self._lock:
            full = self._line is not None and self._line.paused
            busy = self.device.holds and self.device.can_print
            return TICK_S if busy or full or self._timers or self._outbox or self._zombies else None

    def _turn(self) -> None:
        now = time.monotonic()
        due = [timer for timer in self._timers if timer[0] <= now]
        self._timers = [timer for timer in self._timers if timer[0] > now]
        for _, action in due:
            action()
        self._work(now)
        for reply in self.device.take_replies():
            self._queue(reply, now)
        self._flush(now)
        self._flow()

    def _work(self, now: float) -> None:
        """As many bytes as the time since the last ones allows; idle and stalled time is not saved up."""
        budget = int((now - self._worked_at) * self._rate)
        if now < self._stalled_until or not self.device.holds:
            self._worked_at = now
        elif budget > 0:
            self._worked_at = max(now - TICK_S, self._worked_at + self.device.work(budget) / self._rate)

    def _ready(self, fd: int) -> None:
        if fd == self._wake_read:
            os.read(fd, 4096)
        elif self._listener and fd == self._listener.fileno():
            self._accept()
        elif self._line and fd == self._line.fd:
            self._receive(self._line)

    def _accept(self) -> None:
        assert self._listener is not None
        if self._line is not None:
            self._selector.unregister(self._listener)  # one client at a time: the next one waits
            return
        with contextlib.suppress(BlockingIOError):
            sock, _ = self._listener.accept()
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._adopt(PrinterLine(sock.fileno(), sock))

    def _adopt(self, line: PrinterLine) -> None:
        line.deaf = time.monotonic() < self._deaf_until
        self._line = line
        self.connections += 1
        self.device.connection_lost()
        self._outbox.clear()
        self._selector.register(line.fd, selectors.EVENT_READ)

    def _receive(self, line: PrinterLine) -> None:
        room = self.device.room
        if room == 0:
            line.pause(self._selector)
            return
        data = line.read(room)
        if data is None:
            self._hang_up()
            return
        if line.deaf:
            return
        if not self.device.holds:
            self._worked_at = time.monotonic() - TICK_S
        while data and self._faults and self.device.received + len(data) >= self._faults[0].at_byte:
            fault = self._faults.pop(0)
            until = max(fault.at_byte - self.device.received, 0)
            self.device.receive(data[:until])
            data = data[until:]
            self.device.work(fault.worked_bytes)
            self._strike(fault)
            if self._line is not line or line.deaf:
                return
        self.device.receive(data)

    def _flow(self) -> None:
        """Take more when there is room again; tell a serial host by XON/XOFF."""
        line = self._line
        if line is None:
            return
        if line.paused and self.device.room:
            line.resume(self._selector)
        if self._xon_xoff and self._held != line.paused:
            self._held = line.paused
            line.write(b"\x13" if self._held else b"\x11")

    def _queue(self, reply: Reply, now: float) -> None:
        delay = self._ack_delay_s if reply.is_ack else 0.0
        if reply.is_ack:
            self._ack_delay_s = 0.0
        last = self._outbox[-1][0] if self._outbox else now
        self._outbox.append((max(now + delay, last), reply.data))

    def _flush(self, now: float) -> None:
        while self._outbox and self._outbox[0][0] <= now:
            _, data = self._outbox.pop(0)
            if self._line and not self._line.deaf and not self._line.write(data):
                self._hang_up()

    def _hang_up(self, *, hard: bool = False) -> None:
        """The client is gone, or we are: close and take the next one."""
        line, self._line = self._line, None
        if line is None:
            return
        line.unregister(self._selector)
        if line.sock is None:
            self._line = line  # a pseudo-terminal stays; only what was half said is lost
            self.device.connection_lost()
            self._selector.register(line.fd, selectors.EVENT_READ)
            return
        line.close(hard=hard)
        self._next_client()

    def _next_client(self) -> None:
        self.device.connection_lost()
        self._outbox.clear()
        if self._listener and self._listener.fileno() not in {key.fd for key in self._selector.get_map().values()}:
            self._selector.register(self._listener, selectors.EVENT_READ)

    def _later(self, hold_ms: int, action: Callable[[], None]) -> None:
        self._timers.append((time.monotonic() + hold_ms / 1000, action))

    def _strike(self, fault: Fault) -> None:
        {
            "paper_out": self._paper_out,
            "cover_open": self._cover_open,
            "power_cycle": self._power_cycle,
            "reset": lambda _fault: self._hang_up(hard=True),
            "fin": lambda _fault: self._hang_up(),
            "half_open": self._half_open,
            "black_hole": self._black_hole,
            "lost_ack": self._lose_ack,
            "slow_ack": self._slow_ack,
            "stall": self._stall,
        }[fault.kind](fault)

    def _paper_out(self, fault: Fault) -> None:
        self.device.set_paper(fault.after_lines)
        self._later(fault.hold_ms, lambda: self.device.set_paper(None))

    def _cover_open(self, fault: Fault) -> None:
        self.device.set_cover(is_open=True)
        self._later(fault.hold_ms, lambda: self.device.set_cover(is_open=False))

    def _power_cycle(self, fault: Fault) -> None:
        """Off: the buffer is lost, the line resets, and for a while nothing comes through."""
        self.device.power_cycle()
        self._deafen(fault.hold_ms)
        self._hang_up(hard=True)

    def _half_open(self, _fault: Fault) -> None:
        """A cable pulled and put back: we know nothing of the line any more, the host still believes in it."""
        if self._line and self._line.sock:
            self._line.unregister(self._selector)
            self._zombies.append(self._line)
            self._line = None
            self._next_client()

    def _black_hole(self, fault: Fault) -> None:
        """Bytes are taken and vanish, nothing is answered; a TCP line stays so until it is closed."""
        self._deafen(fault.hold_ms)

    def _deafen(self, hold_ms: int) -> None:
        self._deaf_until = time.monotonic() + hold_ms / 1000
        line = self._line
        if line:
            line.deaf = True
            if line.sock is None:
                self._later(hold_ms, lambda: setattr(line, "deaf", False))

    def _lose_ack(self, _fault: Fault) -> None:
        self.device.answers.lose_acks += 1

    def _slow_ack(self, fault: Fault) -> None:
        self._ack_delay_s = fault.hold_ms / 1000

    def _stall(self, fault: Fault) -> None:
        """Nothing is worked off for a while: a buffer runs full."""
        self._stalled_until = time.monotonic() + fault.hold_ms / 1000
        self._later(fault.hold_ms, lambda: None)
