from __future__ import annotations

import pytest

from drivers.sim.printer_device import Answers, PrinterDevice
from drivers.sim.printer_parser import EscposParser


def device(**rest: object) -> PrinterDevice:
    return PrinterDevice(EscposParser(), **rest)


def replies(printer: PrinterDevice) -> list[bytes]:
    return [reply.data for reply in printer.take_replies()]


def work(printer: PrinterDevice, data: bytes) -> list[bytes]:
    printer.receive(data)
    printer.work(1 << 20)
    return replies(printer)


def test_answers_come_in_order() -> None:
    asb = b"\x10\x00\x00\x0f"
    assert work(device(), b"\x1b@\x1da\xffx\n\x1dr\x01\x1d(H\x06\x0000ABCD") == [asb, b"\x00", b'7"ABCD\0']


def test_real_time_answers_overtake_the_buffer_and_split_commands_are_seen() -> None:
    printer = device()
    printer.receive(b"x\n\x10")
    printer.receive(b"\x04")
    printer.receive(b"\x02")
    assert replies(printer) == [b"\x12"]
    assert printer.paper.lines == 0


def test_paper_ends_at_a_line_and_goes_on_after_a_refill() -> None:
    printer = device()
    printer.set_paper(2)
    said = work(printer, b"\x1da\xff1\n2\n3\n\x1dr\x01")
    assert said == [b"\x10\x00\x00\x0f", b"\x18\x00\x0c\x0f"]
    assert printer.paper.slips[-1].text == "1\n2"
    printer.receive(b"\x10\x04\x02\x10\x04\x04\x10\x04\x01")
    assert replies(printer) == [b"\x32", b"\x7e", b"\x1a"]
    printer.set_paper(None)
    printer.work(100)
    assert printer.paper.slips[-1].text == "1\n2\n3"
    assert replies(printer) == [b"\x10\x00\x00\x0f", b"\x00"]


def test_an_open_cover_stops_it() -> None:
    printer = device()
    printer.set_cover(is_open=True)
    assert work(printer, b"x\n\x10\x04\x02") == [b"\x16"]
    assert printer.paper.lines == 0
    printer.set_cover(is_open=False)
    printer.work(10)
    assert printer.paper.lines == 1


def test_a_power_cycle_loses_the_buffer_not_the_paper() -> None:
    printer = device()
    work(printer, b"\x1da\xffone\n")
    printer.receive(b"two\n")
    printer.power_cycle()
    printer.work(100)
    assert printer.paper.slips[-1].text == "one"
    assert work(printer, b"three\n") == []


def test_room_is_bounded_but_a_picture_streams_through() -> None:
    printer = device(buffer_bytes=16)
    printer.set_cover(is_open=True)
    printer.receive(b"x" * 10 + b"\n")
    printer.work(100)
    assert printer.room == 16
    printer.receive(b"y" * 16)
    assert printer.room == 0
    printer.set_cover(is_open=False)
    printer.work(100)
    assert printer.room == 16
    raster = b"\x1dv0\x00\x04\x00\x08\x00" + bytes(32)
    while raster:
        take = printer.room
        assert take > 0
        printer.receive(raster[:take])
        raster = raster[take:]
        printer.work(100)
    assert len(printer.paper.slips[-1].rasters) == 1


def test_acknowledgements_may_get_lost_or_not_exist() -> None:
    printer = device(answers=Answers(lose_acks=1))
    assert work(printer, b"\x1d(H\x06\x0000ABCD") == []
    assert work(printer, b"\x1d(H\x06\x0000ABCE") == [b'7"ABCE\0']
    assert work(device(answers=Answers(knows_gs_h=False)), b"\x1d(H\x06\x0000ABCD\x1dr\x01") == [b"\x00"]
    assert work(device(answers=Answers(speaks=False)), b"\x10\x04\x02\x1dr\x01") == []


@pytest.mark.parametrize(("before", "kicks"), [(b"", 1), (b"\x1d(D\x05\x00\x14\x01\x00\x02\x00", 0)])
def test_a_pulse_in_real_time_is_obeyed_even_within_a_picture_unless_it_is_off(before: bytes, kicks: int) -> None:
    printer = device()
    work(printer, before)
    work(printer, b"\x1dv0\x00\x05\x00\x01\x00\x10\x14\x01\x00\x05")
    assert printer.paper.kicks == kicks


@pytest.mark.parametrize("command", [b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", b"\x10\x05\x02"])
def test_the_buffer_may_be_cleared(command: bytes) -> None:
    printer = device()
    printer.set_cover(is_open=True)
    printer.receive(b"old\n" + command)
    printer.set_cover(is_open=False)
    printer.work(100)
    assert "old" not in printer.paper.slips[-1].text


def test_unknown_commands_are_noted() -> None:
    printer = device()
    work(printer, b"\x1b\x07")
    assert printer.paper.unknown == [b"\x1b\x07"]
