"""`kopilka-hub run`: the service in the foreground until a signal, a broken disk or a dead server ends it."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from agent.notify import notify, watchdog_s
from sync.hub.settings import Settings
from sync.hub.wiring import Service

BROKEN = 74
"""sysexits: an input/output error."""
DEAD = 70
IDLE_S = 3_600.0


def run(settings: Settings) -> int:
    """Exit 0 after SIGTERM or SIGINT, 74 when the disk failed, 70 when the server died. Raises what stops a start."""
    over = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    service = Service(settings, on_broken=over.set)
    service.start()
    notify("READY=1")
    _watch(service, over)
    notify("STOPPING=1")
    broken, alive = service.broken, service.alive
    service.stop()
    return BROKEN if broken else 0 if alive else DEAD


def _watch(service: Service, over: threading.Event) -> None:
    """Tell the manager that writer, server and jobs live, well within the time it gives."""
    limit = watchdog_s()
    step = min(limit / 3, IDLE_S) if limit else IDLE_S
    while not over.wait(step if limit else 5.0):
        if not service.alive:
            return
        if limit and service.beats(within_s=step):
            notify("WATCHDOG=1")
