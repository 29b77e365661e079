from __future__ import annotations

import pytest
from printing import HASTY, fast
from scripted_port import Answer, ScriptedPort

from drivers.ports.faults import Gone
from drivers.printer.attempt import Attempt, Dropped, HandedOver, Job, NotReady, Outcome, Printed, Uncertain
from drivers.printer.conversation import Conversation
from drivers.printer.escpos import CLEAR_BUFFER, recovery
from drivers.printer.profiles import PROFILES, Profile

EPSON, CLONE = PROFILES["epson-80"], PROFILES["generic-80"]
ONE_WAY = EPSON.with_ack("none")
JOB = Job(b"receipt", b"ABCD")


class Told:
    """Keeps what an attempt tells."""

    def __init__(self, *, goes: bool = True, stops_after: int = 10**9) -> None:
        self.words: list[str] = []
        self._goes = goes
        self._looks = stops_after

    def sending(self) -> bool:
        self.words.append("sending")
        return self._goes

    def sent(self) -> None:
        self.words.append("sent")

    def paused(self, cause: str) -> None:
        self.words.append(f"paused {cause}")

    def resumed(self) -> None:
        self.words.append("resumed")

    def stopping(self) -> bool:
        self._looks -= 1
        return self._looks < 0


def answering(data: bytes, *, ack: list[Answer], hello: bytes = b"\x12") -> list[Answer]:
    """What a printer says to what it is sent."""
    if data.startswith(b"\x10\x04"):
        return [hello]
    return list(ack) if data.endswith(b"receipt") else []


def attempt(
    port: ScriptedPort, profile: Profile = EPSON, job: Job = JOB, told: Told | None = None, **rest: object
) -> Outcome:
    return Attempt(Conversation(port), profile, fast(9100, **{**HASTY, **rest}), told or Told()).run(job)


def printer(*ack: Answer, hello: bytes = b"\x12") -> ScriptedPort:
    return ScriptedPort(on_write=lambda data: answering(data, ack=list(ack), hello=hello))


def test_printed_only_on_its_own_acknowledgement() -> None:
    told = Told()
    assert attempt(printer(b'7"ABCD\0'), told=told) == Printed()
    assert told.words == ["sending", "sent"]
    assert attempt(printer(b'7"XXXX\0')) == Uncertain("no_ack")
    assert attempt(printer(b"\x00")) == Uncertain("no_ack")


def test_a_clone_confirms_in_order() -> None:
    assert attempt(printer(b"\x00"), CLONE) == Printed()
    assert attempt(printer(), CLONE) == Uncertain("no_ack")


def test_a_one_way_line_is_handed_over() -> None:
    port = ScriptedPort()
    assert attempt(port, ONE_WAY) == HandedOver()
    assert port.written == b"receipt"


def test_nothing_is_sent_to_a_printer_that_is_silent_or_in_trouble() -> None:
    for port, cause in (
        (ScriptedPort(), "silent"),
        (printer(hello=b"\x32"), "paper_out"),
        (printer(hello=b"\x16"), "cover_open"),
    ):
        told = Told()
        assert attempt(port, told=told) == NotReady(cause)
        assert told.words == []
        assert b"receipt" not in port.written


def test_a_line_lost_before_the_first_byte_is_not_ready() -> None:
    assert attempt(ScriptedPort([Gone("x")])) == NotReady("gone")


def test_called_off_before_the_first_byte() -> None:
    port = printer()
    assert attempt(port, told=Told(goes=False)) == Dropped()
    assert b"receipt" not in port.written


@pytest.mark.parametrize(("more", "sent"), [(0, False), (1, True), (6, True)])
def test_a_line_lost_while_sending(more: int, sent: bool) -> None:
    port = printer()
    port.dies_after = 6 + more  # two questions of three bytes come first
    assert attempt(port) == Uncertain("gone", sent=sent)


def test_a_line_lost_while_waiting() -> None:
    assert attempt(printer(Gone("x"))) == Uncertain("gone")


def test_a_printer_that_takes_no_more() -> None:
    port = printer()
    port.accepts = 8
    assert attempt(port) == Uncertain("stalled")


def test_paper_out_is_waited_for_while_the_printer_holds_the_rest() -> None:
    told = Told()
    port = printer(b"\x18\x00\x0c\x0f", b"", b"", b"", b"\x10\x00\x00\x0f", b'7"ABCD\0')
    assert attempt(port, told=told) == Printed()
    assert told.words == ["sending", "paused paper_out", "sent", "paused paper_out", "resumed"]


def test_paper_out_is_not_waited_for_without_end() -> None:
    assert attempt(printer(b"\x18\x00\x0c\x0f", hello=b"\x12"), paper_wait_s=0.05) == Uncertain("paper_out")


def test_or_it_is_cleared_and_printed_again() -> None:
    port = printer(b"\x18\x00\x0c\x0f")
    assert attempt(port, copies_policy="reprint") == Uncertain("paper_out")
    assert port.written.endswith(CLEAR_BUFFER)


def test_xoff_holds_the_bytes_back() -> None:
    said: list[Answer] = [b"\x13", b"", b"\x11"]
    port = ScriptedPort(on_write=lambda data: answering(data, ack=said if data == b"rec" else [b'7"ABCD\0']))
    port = ScriptedPort(
        on_write=lambda data: (
            [b"\x12"] if data.startswith(b"\x10\x04") else {b"rec": said, b"t": [b'7"ABCD\0']}.get(data, [])
        )
    )
    assert attempt(port, job=Job(b"receipt", b"ABCD", chunk_bytes=3)) == Printed()
    assert port.written.endswith(b"receipt")


def test_a_doubtful_printer_is_cleaned_first() -> None:
    port = printer(b'7"ABCD\0')
    assert attempt(port, job=Job(b"receipt", b"ABCD", doubtful=True)) == Printed()
    assert port.written.endswith(recovery(EPSON) + b"receipt")


def test_late_answers_without_a_name_come_before_ours_is_asked_for() -> None:
    def on_write(data: bytes) -> list[Answer]:
        return [b"\x00", b"\x00"] if data.endswith(b"\x1dr\x01") else answering(data, ack=[])

    told = Told()
    job = Job(b"receipt", b"ABCD", doubtful=True)
    assert attempt(ScriptedPort(on_write=on_write), CLONE, job, told) == Uncertain("no_ack")
    assert told.words == ["sending", "sent"]
    assert attempt(printer(), CLONE, job) == NotReady("no_ack")


def test_an_acknowledgement_that_was_only_late_needs_no_copy() -> None:
    port = ScriptedPort([b'7"OLD1\0'], on_write=lambda data: answering(data, ack=[]))
    told = Told()
    assert attempt(port, job=Job(b"receipt", b"ABCD", before=frozenset({b"OLD1"})), told=told) == Printed()
    assert told.words == []


def test_stopping_leaves_it_uncertain() -> None:
    assert attempt(printer(), told=Told(stops_after=3), ack_wait_s=60) == Uncertain("stopped")
