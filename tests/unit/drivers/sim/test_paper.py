from __future__ import annotations

import pytest

from drivers.sim.paper import Paper, Slip, read_bars
from drivers.sim.printer_ops import CutPaper, FeedDots, PrintBars, PrintLine, PrintQr, PrintRaster, Span


def line(text: str, *, double: bool = False) -> PrintLine:
    return PrintLine((Span(text, double=double),))


def test_slips_are_cut() -> None:
    paper = Paper()
    for op in (line("a"), CutPaper(), FeedDots(90), CutPaper(), line("b")):
        paper.put(op)
    assert [slip.text for slip in paper.receipts] == ["a", "b"]
    assert [slip.is_cut for slip in paper.receipts] == [True, False]
    assert paper.lines == 2


@pytest.mark.parametrize(
    ("items", "copy"),
    [
        ([line("   КОПИЯ", double=True), line("x")], True),
        ([PrintLine(()), line("COPY", double=True)], True),
        ([line("КОПИЯ"), line("x")], False),
        ([line("x"), line("КОПИЯ", double=True)], False),
        ([PrintRaster(1, b"\xff"), line("КОПИЯ", double=True)], False),
        ([], False),
    ],
)
def test_what_is_a_copy(items: list, copy: bool) -> None:
    assert Slip(items).is_copy == copy


def test_codes_and_pictures() -> None:
    slip = Slip(
        [
            PrintQr("Ж".encode(), 4),
            PrintBars(73, b"{BKP{{1"),
            PrintRaster(1, b"\x01"),
            PrintRaster(1, b"\x02"),
            PrintRaster(2, b"\x01\x02"),
            line("x"),
            PrintRaster(2, b"\x03\x04"),
        ]
    )
    assert slip.qr_codes == ["Ж"]
    assert slip.bar_codes == [("code128", "KP{1")]
    assert [raster.data for raster in slip.rasters] == [b"\x01\x02", b"\x01\x02", b"\x03\x04"]
    assert not slip.is_blank
    assert Slip([FeedDots(3), line("  ")]).is_blank


@pytest.mark.parametrize(
    ("kind", "data", "read"), [(73, b"{C\x0c\x22", "1234"), (73, b"{Ba", "a"), (67, b"4600494694325", "4600494694325")]
)
def test_bars_read(kind: int, data: bytes, read: str) -> None:
    assert read_bars(kind, data) == read
