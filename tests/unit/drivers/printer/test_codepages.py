from __future__ import annotations

import pytest
from printed import slip_of

from drivers.printer.codepages import code_page_sheet
from drivers.printer.profiles import PROFILES


@pytest.mark.parametrize(("name", "cp866", "cp1251"), [("epson-80", 17, 46), ("POS-5890", 59, 73), ("RP326", 7, 6)])
def test_the_sheet_shows_the_printers_own_numbers(name: str, cp866: int, cp1251: int) -> None:
    slip = slip_of(code_page_sheet(PROFILES[name]), PROFILES[name])
    lines = slip.text.splitlines()
    assert [line.split()[0] for line in lines if line[4:11] == "Ёж№    "] in (
        [str(cp866)],
        [str(cp866), "44"],
    )  # CP1125 holds these letters too
    assert [line.split()[0] for line in lines if line[12:15] == "Ёж№"] == [str(cp1251)]
    assert len(lines) == 97
