from __future__ import annotations

import re

import pytest
from printed import device_of, paper_of, slip_of
from sample_receipts import design_receipt_ru, everything

from drivers.printer import escpos
from drivers.printer.codes import qr_matrix
from drivers.printer.copies import as_copy
from drivers.printer.layout import FeedRow
from drivers.printer.profiles import PROFILES, Profile
from drivers.printer.render import text_lines
from drivers.shapes import Barcode, Cut, Document, Feed, Pair, Qr, Text

EPSON = PROFILES["epson-80"]
ALL = pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)


def test_preamble() -> None:
    job = escpos.receipt_job(Document((Text("Ёж"),)), EPSON)
    assert job == b"\x1b@\x1b=\x01\x1c.\x1bt\x2e\x1da\xff" + "Ёж\n".encode("cp1251")


def test_small_font() -> None:
    job = escpos.receipt_job(Document((Text("x"),)), EPSON.in_font_b())
    assert b"\x1bM\x01x\n" in job


@pytest.mark.parametrize("name", ["epson-80", "epson-58", "TM-T88V", "RP326", "POS-5890", "generic-58"])
def test_paper_reads_as_the_document(name: str) -> None:
    profile = PROFILES[name]
    document = Document(tuple(b for b in design_receipt_ru().blocks if not isinstance(b, Qr)))
    slip = slip_of(escpos.receipt_job(document, profile), profile)
    wanted = "\n".join(text_lines(document, profile.columns))
    if profile.code_page()[0] != "CP1251":
        wanted = wanted.replace("«", '"').replace("»", '"')
    assert slip.text.rstrip("\n") == wanted


@ALL
def test_everything_prints_on_everything(profile: Profile) -> None:
    paper = paper_of(escpos.receipt_job(everything(), profile), profile)
    (slip,) = paper.receipts
    assert paper.unknown == []
    assert paper.kicks == 0
    assert "ИТОГО" in slip.text
    assert "руб." in slip.text
    assert slip.is_cut == profile.cutter
    drawn = len(slip.rasters)
    assert drawn == 1 + 2 * (not profile.barcode_native) + (not profile.qr_native)


def test_native_codes_read_back() -> None:
    slip = slip_of(escpos.receipt_job(everything(), EPSON), EPSON)
    assert slip.qr_codes == ["KS1.0a1b2c3d"]
    assert slip.bar_codes == [("ean13", "4600494694325"), ("code128", "KP-2026-11")]


@pytest.mark.parametrize("data", ["123456789012", "{curly}", "A-1"])
def test_native_code_128_reads_back(data: str) -> None:
    assert slip_of(escpos.receipt_job(Document((Barcode(data),)), EPSON), EPSON).bar_codes == [("code128", data)]


@pytest.mark.parametrize("module", [4, 6, 9])
def test_a_drawn_qr_has_the_right_modules_and_a_quiet_zone(module: int) -> None:
    profile = PROFILES["POS-5890"]
    data = "https://sosedi.example/m/7f3a1c"
    slip = slip_of(escpos.receipt_job(Document((Qr(data, module_dots=module),)), profile), profile)
    (raster,) = slip.rasters
    rows = [raster.data[at : at + raster.width_bytes] for at in range(0, len(raster.data), raster.width_bytes)]
    bits = ["".join(f"{byte:08b}" for byte in row) for row in rows]
    side = len(bits[0])
    modules = qr_matrix(data)
    left = (side - len(modules) * module) // 2
    read = tuple(
        tuple(bits[y * module + module // 2][left + x * module + module // 2] == "1" for x in range(len(modules)))
        for y in range(len(modules))
    )
    assert read == modules
    assert left >= 4 * module
    job = escpos.receipt_job(Document((Qr(data, module_dots=module),)), profile)
    assert job.count(bytes((0x1B, 0x4A, module * 4))) == 2


def test_a_drawn_barcode_has_the_right_bars() -> None:
    from drivers.printer.codes import bars

    profile = PROFILES["POS-5890"]
    slip = slip_of(escpos.receipt_job(Document((Barcode("4600494694325", "ean13"),)), profile), profile)
    (raster,) = slip.rasters
    row = "".join(f"{byte:08b}" for byte in raster.data[: raster.width_bytes])
    wanted = bars("4600494694325", "ean13")
    assert row.strip("0") == "".join(bar * 2 for bar in wanted).strip("0")


def test_only_the_line_the_page_cannot_say_is_drawn() -> None:
    document = Document((Text("Анна"), Text("Құрманғазы"), Text("Борис")))
    slip = slip_of(escpos.receipt_job(document, EPSON), EPSON)
    assert slip.text == "Анна\nБорис"
    (raster,) = slip.rasters
    assert (raster.width_bytes, len(raster.data)) == (72, 72 * 24)
    assert escpos.REALTIME_OFF in escpos.receipt_job(document, EPSON)
    assert escpos.REALTIME_OFF not in escpos.receipt_job(Document((Text("Анна"),)), EPSON)


def test_style_ends_before_the_cut_and_does_not_leak() -> None:
    document = Document((Text("A", bold=True, double=True), Text("b"), Text("C", bold=True), Cut(), Text("d")))
    paper = paper_of(escpos.receipt_job(document, EPSON), EPSON)
    styles = [
        (s.text, s.bold, s.double) for slip in paper.receipts for line in slip.items for s in getattr(line, "spans", ())
    ]
    assert styles == [("A", True, True), ("b", False, False), ("C", True, False), ("d", False, False)]


def test_a_copy_is_seen_on_paper() -> None:
    job = escpos.receipt_job(as_copy(design_receipt_ru(), "09:58 22.11.2026"), EPSON)
    slip = slip_of(job, EPSON)
    assert slip.is_copy
    assert "первая печать 09:58 22.11.2026" in slip.text
    assert not slip_of(escpos.receipt_job(design_receipt_ru(), EPSON), EPSON).is_copy


def test_acknowledgements_are_asked_for_last() -> None:
    job = escpos.receipt_job(design_receipt_ru(), EPSON, ack=escpos.ask_ack("gs_h", b"AbCd"))
    assert job.endswith(b"\x1d(H\x06\x0000AbCd")
    device = device_of(EPSON)
    device.receive(job)
    device.work(10_000)
    assert device.take_replies()[-1].data == b'7"AbCd\0'
    assert escpos.ask_ack("gs_r", b"....") == b"\x1dr\x01"
    assert escpos.ask_ack("none", b"....") == b""


@pytest.mark.parametrize("bad", [b"abc", b"ab\x10\x04", b"abcde"])
def test_an_id_is_four_printable_bytes(bad: bytes) -> None:
    with pytest.raises(AssertionError):
        escpos.ask_ack("gs_h", bad)


def test_a_drawer_kick_kicks_once() -> None:
    paper = paper_of(escpos.drawer_job(b""), EPSON)
    assert paper.kicks == 1
    assert paper.receipts == []


@pytest.mark.parametrize("cut_at", range(3, 1700, 97))
def test_recovery_ends_a_torn_job_wherever_it_was_cut(cut_at: int) -> None:
    torn = escpos.receipt_job(everything(), EPSON)[:cut_at]
    whole = escpos.recovery(EPSON) + escpos.receipt_job(Document((Text("ЦЕЛЫЙ"), Cut())), EPSON)
    paper = paper_of(torn + whole, EPSON)
    assert paper.receipts[-1].text == "ЦЕЛЫЙ"
    assert paper.kicks == 0


def test_realtime_commands_are_found_before_they_are_sent() -> None:
    with pytest.raises(escpos.RealtimeFault) as caught:
        escpos.encode_rows([FeedRow(3)], EPSON, ack=b"\x10\x14\x01\x00\x05")
    assert caught.value.position > 0


@ALL
def test_no_job_holds_a_realtime_command(profile: Profile) -> None:
    jobs = [
        escpos.receipt_job(Document((Text("ж" * n), Feed(16), Qr("q" * n), Pair("Ә" * n, "1"))), profile)
        for n in range(1, 21)
    ]
    assert not any(re.search(rb"\x10[\x04\x05\x14]", job) for job in jobs)


def test_status_questions() -> None:
    assert [escpos.ask_status(n) for n in (1, 2, 4)] == [b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04"]
