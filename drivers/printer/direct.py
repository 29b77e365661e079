"""Bytes to a printer now, past the spool: for test pages asked for by hand, where somebody stands and looks."""

from __future__ import annotations

from drivers.ports.faults import PortFault
from drivers.printer.attempt import Attempt, Job, NotReady, Outcome
from drivers.printer.conversation import Conversation
from drivers.printer.escpos import ask_ack
from drivers.printer.jobs import ack_id
from drivers.printer.settings import PrinterSettings, profile_of
from drivers.printer.status import Health
from drivers.printer.transport import chunk_bytes, open_port


class _Nobody:
    """Nothing is kept of what is printed by hand."""

    def sending(self) -> bool:
        return True

    def sent(self) -> None: ...

    def paused(self, cause: str) -> None: ...

    def resumed(self) -> None: ...

    def stopping(self) -> bool:
        return False


def print_now(settings: PrinterSettings, data: bytes) -> Outcome:
    """Send a page and wait for its acknowledgement; a port's fault is an outcome. Raises what `profile_of` raises."""
    profile = profile_of(settings)
    this = ack_id("by hand", 1)
    try:
        port = open_port(settings)
    except PortFault as fault:
        return NotReady(fault.code)
    try:
        job = Job(data + ask_ack(profile.ack, this), this, chunk_bytes=chunk_bytes(settings))
        return Attempt(Conversation(port), profile, settings, _Nobody()).run(job)
    finally:
        port.close()


def look_at(settings: PrinterSettings) -> tuple[str, Health]:
    """How a printer is: the cause that keeps it (empty for ready, `unasked` where nothing ever answers) and its health."""
    try:
        port = open_port(settings)
    except PortFault as fault:
        return fault.code, Health()
    try:
        if profile_of(settings).ack == "none":
            return "unasked", Health()
        talk = Conversation(port)
        if not talk.ask(2, settings.silence_s):
            return "silent", Health()
        return talk.health.cause, talk.health
    except PortFault as fault:
        return fault.code, Health()
    finally:
        port.close()
