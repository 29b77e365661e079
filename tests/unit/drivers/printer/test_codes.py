from __future__ import annotations

import pytest

from drivers.printer.codes import MAX_QR_BYTES, QUIET_MODULES, bars, plan_bars, qr_dots, qr_matrix


@pytest.mark.parametrize("size", [1, 14, 15, 42, 63, 106, 180, 214, MAX_QR_BYTES])
def test_the_table_of_versions_is_the_librarys(size: int) -> None:
    data = "x" * size
    for dots in (384, 512, 576):
        module = qr_dots(data, 16, dots)
        modules = len(qr_matrix(data)) + 2 * QUIET_MODULES
        assert module == min(16, dots // modules)
        assert module >= 4


@pytest.mark.parametrize("data", ["", "x" * (MAX_QR_BYTES + 1)])
def test_no_qr_of_nothing_or_too_much(data: str) -> None:
    with pytest.raises(ValueError, match="QR code"):
        qr_dots(data, 4, 576)


def test_no_qr_on_paper_too_narrow() -> None:
    with pytest.raises(ValueError, match="needs more"):
        qr_dots("x" * 287, 4, 200)


@pytest.mark.parametrize(
    ("data", "symbology", "kind", "body"),
    [
        ("4600494694325", "ean13", 67, b"4600494694325"),
        ("KP{1}", "code128", 73, b"{BKP{{1}"),
        ("123456", "code128", 73, b"{C\x0c\x22\x38"),
        ("12345", "code128", 73, b"{B12345"),
        ("1604", "code128", 73, b"{B1604"),
        ("1605", "code128", 73, b"{B1605"),
        ("1620", "code128", 73, b"{B1620"),
    ],
)
def test_plans(data: str, symbology: str, kind: int, body: bytes) -> None:
    plan = plan_bars(data, symbology, 576)
    assert (plan.kind, plan.body) == (kind, body)


@pytest.mark.parametrize("data", ["KP-2026", "123456", "Abc12"])
def test_planned_width_is_what_the_library_draws_at_most(data: str) -> None:
    assert len(bars(data, "code128")) <= plan_bars(data, "code128", 576).modules
    assert len(bars("4600494694325", "ean13")) == plan_bars("4600494694325", "ean13", 576).modules


@pytest.mark.parametrize(
    ("data", "symbology", "dots"),
    [
        ("4600494694326", "ean13", 576),
        ("460049469432", "ean13", 576),
        ("46004946943२5", "ean13", 576),
        ("", "code128", 576),
        ("Ж", "code128", 576),
        ("a\x1bp", "code128", 576),
        ("x" * 30, "code128", 384),
    ],
)
def test_what_cannot_be_bars_is_refused(data: str, symbology: str, dots: int) -> None:
    with pytest.raises(ValueError):
        plan_bars(data, symbology, dots)
