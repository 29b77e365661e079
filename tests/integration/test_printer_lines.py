"""Whole receipts over real lines: python-escpos' own transport, TCP, and a pseudo-terminal with faults."""

from __future__ import annotations

import logging
import time

import pytest
from printing import Clock, fast, print_job, simulated
from sample_receipts import design_receipt_ru, everything

from drivers.printer.escpos import ask_ack, receipt_job
from drivers.printer.escpos_library import library
from drivers.printer.profiles import PROFILES
from drivers.printer.render import text_lines
from drivers.printer.settings import PrinterSettings
from drivers.printer.spool import PrinterWorker
from drivers.shapes import Document, Qr
from drivers.sim.memory_spool import MemorySpool
from drivers.sim.printer_faults import Fault

EPSON = PROFILES["epson-80"]


def test_a_whole_receipt_through_a_transport_of_python_escpos() -> None:
    library()
    from escpos.printer import Network

    document = design_receipt_ru()
    with simulated() as printer:
        network = Network("127.0.0.1", printer.listen(), timeout=2, profile="TM-T20II")
        network._raw(receipt_job(document, EPSON, ack=ask_ack("gs_h", b"ABCD")))
        answer = b""
        while len(answer) < 11:
            answer += network._read()
        network.close()
        (slip,) = printer.paper.receipts
    assert answer == b'\x10\x00\x00\x0f7"ABCD\0'
    bare = Document(tuple(block for block in document.blocks if not isinstance(block, Qr)))
    printed = [line for line in slip.text.splitlines() if line.strip() != "ваш кабинет"]
    assert printed == text_lines(bare, 48)
    assert slip.qr_codes == ["https://sosedi.example/m/7f3a1c"]
    assert logging.getLogger().handlers == [h for h in logging.getLogger().handlers if "pytest" in type(h).__module__]


def test_the_library_to_a_file_prints_the_same(tmp_path) -> None:
    library()
    from escpos.printer import File

    path = tmp_path / "lp"
    path.write_bytes(b"")
    job = receipt_job(everything(), EPSON)
    file = File(str(path))
    file._raw(job)
    file.close()
    assert path.read_bytes() == job


@pytest.mark.parametrize("kind", ["paper_out", "cover_open", "stall", "slow_ack", "lost_ack"])
@pytest.mark.parametrize("line", ["tcp", "serial"])
def test_receipts_survive_a_fault_on_every_line(line: str, kind: str) -> None:
    rows = MemorySpool()
    for n in range(6):
        rows.put(print_job(n))
    fault = Fault(kind, 500, 80, after_lines=2, worked_bytes=60)  # type: ignore[arg-type]
    with simulated(faults=[fault], xon_xoff=line == "serial", buffer_bytes=128) as printer:
        if line == "tcp":
            settings = fast(printer.listen(), ack_wait_s=1.0)
        else:
            place = printer.open_pty()
            settings = PrinterSettings(
                name="p", transport="serial", path=place, profile="epson-80", silence_s=5.0, ack_wait_s=1.0, stall_s=5.0
            )
        worker = PrinterWorker(settings, rows, now_ms=Clock())
        worker.start()
        deadline = time.monotonic() + 30
        while rows.unfinished():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert worker.stop(time.monotonic() + 2)
        slips = printer.paper.receipts
    plain = [slip.text for slip in slips if not slip.is_copy]
    assert [text.split()[1] for text in plain] == [f"{n:05d}" for n in range(6)]
    copies = [slip for slip in slips if slip.is_copy]
    assert len(copies) == (kind == "lost_ack")
