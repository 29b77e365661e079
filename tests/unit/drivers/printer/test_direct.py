from __future__ import annotations

import pytest
from printing import fast, simulated

from drivers.printer.attempt import HandedOver, NotReady, Printed, Uncertain
from drivers.printer.direct import look_at, print_now
from drivers.printer.settings import PrinterSettings
from drivers.sim.printer_device import Answers
from drivers.sim.printer_faults import Fault


@pytest.mark.parametrize("ack", ["gs_h", "gs_r"])
def test_a_page_is_printed_and_confirmed(ack: str) -> None:
    with simulated() as printer:
        assert print_now(fast(printer.listen(), ack=ack), b"page\n") == Printed()
        assert printer.slips()[-1].text == "page"


def test_a_page_that_nobody_confirms() -> None:
    with simulated(answers=Answers(knows_gs_h=False)) as printer:
        assert print_now(fast(printer.listen(), ack_wait_s=0.1), b"page\n") == Uncertain("no_ack")


def test_a_file_takes_it(tmp_path) -> None:
    settings = PrinterSettings(name="p", transport="file", path=str(tmp_path / "x"))
    assert print_now(settings, b"page\n") == HandedOver()
    assert look_at(settings)[0] == "unasked"


def test_looking() -> None:
    with simulated() as printer:
        settings = fast(printer.listen())
        assert look_at(settings)[0] == ""
        printer.strike(Fault("cover_open", 0, 60_000))
        assert look_at(settings)[0] == "cover_open"
    assert look_at(settings)[0] == "busy"
    assert print_now(settings, b"x") == NotReady("busy")


def test_looking_at_one_that_is_dumb() -> None:
    with simulated(answers=Answers(speaks=False)) as printer:
        assert look_at(fast(printer.listen(), silence_s=0.1))[0] == "silent"
