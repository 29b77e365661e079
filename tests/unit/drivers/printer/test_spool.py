"""The worker against a real simulated printer over TCP: what is on paper, and what the rows say."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from printing import START_MS, Clock, fast, print_job, receipt, simulated
from scripted_port import ScriptedPort

from drivers.ports import Port
from drivers.ports.faults import Denied
from drivers.printer.settings import PrinterSettings
from drivers.printer.spool import MAX_SURPRISES, MAX_UNCONFIRMED, PrinterWorker, local_words
from drivers.shapes import DeviceState, Document, Text
from drivers.sim.memory_spool import MemorySpool
from drivers.sim.printer_device import Answers
from drivers.sim.printer_faults import Fault


def until(true: Callable[[], bool], within_s: float = 5.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def worker_on(settings: PrinterSettings, spool: MemorySpool, **rest: object) -> tuple[PrinterWorker, list[DeviceState]]:
    told: list[DeviceState] = []
    values: dict[str, object] = {
        "now_ms": Clock(),
        "on_state": told.append,
        "time_words": lambda ms: f"T{ms - START_MS}",
    }
    return PrinterWorker(settings, spool, **{**values, **rest}), told


def steps(worker: PrinterWorker, count: int) -> None:
    for _ in range(count):
        worker.step()


def test_a_thread_prints_what_comes_and_sleeps() -> None:
    spool = MemorySpool()
    with simulated() as printer:
        worker, told = worker_on(fast(printer.listen()), spool)
        worker.start()
        until(lambda: bool(told))
        for n in range(3):
            spool.put(print_job(n))
            worker.wake()
        until(lambda: spool.unfinished() == 0)
        assert worker.stop(time.monotonic() + 2)
        assert [slip.text.split()[1] for slip in printer.paper.receipts] == ["00000", "00001", "00002"]
        assert not any(slip.is_copy for slip in printer.paper.receipts)
        assert all(spool.get(f"j{n:05d}").state == "printed" for n in range(3))
        assert [(one.state, one.cause) for one in told] == [("ready", "")]


def test_states_in_order() -> None:
    spool = MemorySpool()
    seen = []
    mark = spool.mark

    def spy(job: str, state: str, **rest: object) -> None:
        seen.append((state, rest["attempt"]))
        mark(job, state, **rest)

    spool.mark = spy
    spool.put(print_job(0))
    with simulated() as printer:
        worker, _ = worker_on(fast(printer.listen()), spool)
        assert worker.step() == 0.0
        assert worker.step() is None
    assert seen == [("prepared", False), ("sending", True), ("sent", False), ("printed", False)]


def test_nothing_sent_is_retried_silently() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    with simulated() as printer:
        port = printer.listen()
        printer.strike(Fault("cover_open", 0, 150))
        worker, told = worker_on(fast(port), spool)
        assert worker.step() > 0
        assert (spool.get("j00000").state, spool.get("j00000").cause) == ("waiting", "cover_open")
        until(lambda: printer.device.can_print)
        worker.step()
        assert spool.get("j00000").attempts == 1
        assert [slip.is_copy for slip in printer.paper.receipts] == [False]
    assert [(one.state, one.cause) for one in told] == [("waiting", "cover_open"), ("ready", "")]


def test_an_absent_printer_is_waited_for_with_growing_rests() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    with simulated() as printer:
        free = printer.listen()
    worker, told = worker_on(fast(free), spool)
    rests = [worker.step() for _ in range(5)]
    assert rests == [0.25, 0.5, 1.0, 2.0, 2.0]
    assert [(one.state, one.cause) for one in told] == [("absent", "busy")]
    assert spool.get("j00000").cause == "busy"


def test_a_lost_acknowledgement_makes_a_marked_copy_with_the_first_time() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    with simulated(answers=Answers(lose_acks=1)) as printer:
        worker, _ = worker_on(fast(printer.listen(), ack_wait_s=0.3), spool)
        steps(worker, 2)
        first, second = printer.paper.receipts
    assert (first.is_copy, second.is_copy) == (False, True)
    at = spool.get("j00000").first_attempt_ms
    assert at is not None
    assert f"первая печать T{at - START_MS}" in second.text
    assert (spool.get("j00000").state, spool.get("j00000").attempts) == ("printed", 2)


@pytest.mark.parametrize("state", ["sending", "sent", "paused", "uncertain"])
def test_what_a_crash_left_is_printed_again_as_a_copy(state: str) -> None:
    spool = MemorySpool()
    spool.put(print_job(0, state=state, attempts=1, first_attempt_ms=START_MS))
    with simulated() as printer:
        worker, _ = worker_on(fast(printer.listen()), spool)
        worker.step()
        (slip,) = printer.paper.receipts
        assert slip.is_copy
        assert "первая печать T0" in slip.text


def test_a_copy_asked_for_is_headed() -> None:
    spool = MemorySpool()
    spool.put(print_job(0, kind="copy", first_attempt_ms=START_MS - 5))
    with simulated() as printer:
        worker, _ = worker_on(fast(printer.listen()), spool)
        worker.step()
        assert "T-5" in printer.paper.receipts[0].text
        assert printer.paper.receipts[0].is_copy


def test_paper_out_after_sent_waits_for_the_roll_and_makes_no_copy() -> None:
    spool = MemorySpool()
    spool.put(print_job(6))
    with simulated() as printer:
        port = printer.listen()
        printer.strike(Fault("paper_out", 0, 300, after_lines=3))
        worker, told = worker_on(fast(port), spool)
        worker.start()
        until(lambda: spool.get("j00006").state == "paused")
        assert spool.get("j00006").cause == "paper_out"
        until(lambda: spool.unfinished() == 0)
        worker.stop(time.monotonic() + 2)
        assert [slip.is_copy for slip in printer.paper.receipts] == [False]
        assert "END" in printer.paper.receipts[0].text
    assert ("waiting", "paper_out") in [(one.state, one.cause) for one in told]


def test_a_power_cycle_after_sent_makes_a_copy() -> None:
    spool = MemorySpool()
    spool.put(print_job(6))
    with simulated(faults=[Fault("power_cycle", 80, 50, worked_bytes=40)]) as printer:
        worker, _ = worker_on(fast(printer.listen(), silence_s=0.3), spool)
        worker.start()
        until(lambda: spool.unfinished() == 0)
        worker.stop(time.monotonic() + 2)
        torn, whole = printer.paper.receipts
    assert not torn.is_copy
    assert whole.is_copy
    assert "END" in whole.text


def test_a_drawer_kick_expires() -> None:
    spool = MemorySpool()
    clock = Clock()
    clock.skipped_ms = 3100
    spool.put(print_job(0, kind="drawer"))
    with simulated() as printer:
        worker, _ = worker_on(fast(printer.listen()), spool, now_ms=clock)
        worker.step()
        assert spool.get("j00000").state == "expired"
        assert printer.paper.kicks == 0
        spool.put(print_job(3100, kind="drawer"))
        worker.step()
        assert spool.get("j03100").state == "printed"
        assert printer.paper.kicks == 1


def test_a_drawer_kick_is_never_repeated() -> None:
    spool = MemorySpool()
    spool.put(print_job(0, kind="drawer"))
    with simulated(answers=Answers(lose_acks=1)) as printer:
        worker, _ = worker_on(fast(printer.listen(), ack_wait_s=0.3), spool)
        steps(worker, 2)
        assert printer.paper.kicks == 1
    assert (spool.get("j00000").state, spool.get("j00000").cause) == ("expired", "uncertain")


def test_cancelling() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    spool.put(print_job(1))
    with simulated() as printer:
        worker, _ = worker_on(fast(printer.listen()), spool)
        assert worker.cancel("j00000")
        steps(worker, 2)
        assert [slip.text.split()[1] for slip in printer.paper.receipts] == ["00001"]
    assert (spool.get("j00000").state, spool.get("j00000").cause) == ("cancelled", "by_hand")


def test_what_is_being_sent_is_not_cancelled() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    with simulated(answers=Answers(lose_acks=9)) as printer:
        worker, _ = worker_on(fast(printer.listen(), ack_wait_s=5.0), spool)
        worker.start()
        until(lambda: spool.get("j00000").state == "sent")
        assert not worker.cancel("j00000")
        assert worker.stop(time.monotonic() + 2)
    assert spool.get("j00000").state == "uncertain"


def test_a_broken_row_does_not_hold_up_the_others() -> None:
    spool = MemorySpool()
    spool.put(print_job(0, document=b"{"))
    spool.put(print_job(1))
    with simulated() as printer:
        worker, _ = worker_on(fast(printer.listen()), spool)
        steps(worker, 2)
    assert (spool.get("j00000").state, spool.get("j00000").cause) == ("cancelled", "unprintable")
    assert spool.get("j00001").state == "printed"


def test_a_fault_nobody_foresaw_is_survived() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    spool.put(print_job(1))
    calls = []

    def opener(settings: PrinterSettings) -> Port:
        calls.append(settings)
        if len(calls) <= MAX_SURPRISES:
            raise RuntimeError("surprise")
        return ScriptedPort()

    worker, told = worker_on(PrinterSettings(name="p", transport="file", path="x"), spool, opener=opener)
    worker.start()
    until(lambda: spool.unfinished() == 0)
    worker.stop(time.monotonic() + 2)
    assert (spool.get("j00000").state, spool.get("j00000").cause) == ("cancelled", "unprintable")
    assert spool.get("j00001").state == "handed_over"
    assert told[0].state == "degraded"


def test_a_printer_that_never_confirms_does_not_eat_the_roll() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    with simulated(answers=Answers(knows_gs_h=False)) as printer:
        worker, told = worker_on(fast(printer.listen(), ack_wait_s=0.15), spool)
        steps(worker, MAX_UNCONFIRMED + 3)
        assert len(printer.paper.receipts) == MAX_UNCONFIRMED
    assert (spool.get("j00000").state, spool.get("j00000").cause) == ("handed_over", "no_ack")
    assert ("waiting", "no_ack") in [(one.state, one.cause) for one in told]


def test_a_byte_that_never_left_makes_no_copy() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    ports = [ScriptedPort(on_write=lambda data: [b"\x12"] if data.startswith(b"\x10\x04") else [])]
    ports[0].dies_after = 6
    with simulated() as printer:
        settings = fast(printer.listen())
        from drivers.printer.transport import open_port

        worker, _ = worker_on(settings, spool, opener=lambda s: ports.pop() if ports else open_port(s))
        steps(worker, 2)
        assert [slip.is_copy for slip in printer.paper.receipts] == [False]
    assert spool.get("j00000").state == "printed"


def test_permission_is_named() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))

    def opener(settings: PrinterSettings) -> Port:
        raise Denied("tty")

    worker, told = worker_on(fast(9100), spool, opener=opener)
    worker.step()
    assert spool.get("j00000").cause == "denied"
    assert told[0].state == "absent"


def test_idle_it_looks_for_an_absent_printer_and_then_sleeps() -> None:
    with simulated(answers=Answers(speaks=False)) as printer:
        worker, told = worker_on(fast(printer.listen(), silence_s=0.3), MemorySpool())
        assert worker.step() == 0.25
        printer.device.answers.speaks = True
        assert worker.step() is None
        assert worker.step() is None
        assert printer.connections == 2
    assert [(one.state, one.cause) for one in told] == [("waiting", "silent"), ("ready", "")]


def test_low_paper_is_a_remark() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    port = ScriptedPort(
        on_write=lambda data: {b"\x10\x04\x02": [b"\x12"], b"\x10\x04\x04": [b"\x1e"]}.get(
            data, [b'7"' + data[-4:] + b"\0"]
        )
    )
    worker, told = worker_on(fast(9100), spool, opener=lambda _s: port)
    worker.step()
    assert [(one.state, one.cause) for one in told] == [("ready", "paper_low")]
    assert port.closed


def test_serial_keeps_its_line_and_prints_the_same() -> None:
    spool = MemorySpool()
    for n in range(3):
        spool.put(print_job(n))
    with simulated(xon_xoff=True, buffer_bytes=64) as printer:
        settings = PrinterSettings(name="p", transport="serial", path=printer.open_pty(), profile="epson-80")
        worker, _ = worker_on(settings, spool)
        steps(worker, 3)
        assert [slip.text for slip in printer.paper.receipts] == [_text(n) for n in range(3)]
        worker.start()
        assert worker.stop(time.monotonic() + 2)


def test_a_file_is_handed_over(tmp_path) -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    settings = PrinterSettings(name="p", transport="file", path=str(tmp_path / "out"), profile="epson-80")
    worker, told = worker_on(settings, spool)
    worker.step()
    assert spool.get("j00000").state == "handed_over"
    assert b"BEGIN 00000" in (tmp_path / "out").read_bytes()
    assert told[0].state == "ready"


def test_stopping_before_starting_is_no_fault() -> None:
    worker, _ = worker_on(fast(9100), MemorySpool())
    assert worker.stop(time.monotonic())


def test_moments_in_words() -> None:
    assert len(local_words(START_MS)) == len("09:58 22.11.2026")


def _text(n: int) -> str:
    document: Document = receipt(n)
    return "\n".join(block.text for block in document.blocks if isinstance(block, Text))
