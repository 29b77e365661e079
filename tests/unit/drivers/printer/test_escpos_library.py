from __future__ import annotations

import subprocess
import sys

import pytest
from PIL import Image

from drivers.printer.escpos_library import barcode_modules, library_names, library_profile, raster_of

FENCED = """
import logging, os, sys, tempfile
before = set(os.listdir(tempfile.gettempdir()))
from drivers.printer import escpos_library
assert "escpos" not in sys.modules
escpos_library.library()
assert "escpos" in sys.modules
assert logging.getLogger().handlers == [], logging.getLogger().handlers
left = {n for n in set(os.listdir(tempfile.gettempdir())) - before if "kopilka-escpos" in n}
assert left == set(), left
assert tempfile.mkdtemp.__module__ == "tempfile"
"""

HOT_PATH = """
import sys
from drivers.printer import spool
from drivers.printer.escpos import receipt_job
from drivers.printer.profiles import PROFILES
from drivers.shapes import Document, Pair, Qr
receipt_job(Document((Pair("Баланс", "247"), Qr("https://x.example"))), PROFILES["epson-80"])
heavy = {"escpos", "PIL", "barcode", "qrcode", "serial", "yaml"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.parametrize(
    "script", [FENCED, HOT_PATH], ids=["import leaves nothing behind", "printing needs none of it"]
)
def test_in_a_process_of_its_own(script: str, tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"TMPDIR": str(tmp_path), "PATH": "", "PYTHONPATH": "."},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_images_are_dark_bits() -> None:
    image = Image.new("1", (16, 2), 1)
    image.putpixel((0, 0), 0)
    image.putpixel((15, 1), 0)
    assert raster_of(image) == (2, 2, b"\x80\x00\x00\x01")


def test_barcodes_are_modules() -> None:
    assert barcode_modules("4600494694325", "ean13").startswith("101")
    assert set(barcode_modules("KP-1", "code128")) == {"0", "1"}
    with pytest.raises(ValueError):
        barcode_modules("Ж", "code128")


def test_profiles() -> None:
    assert "TM-P80" in library_names()
    assert "TSP600" not in library_names()
    assert library_profile("no such") is None
    odd = library_profile("NT-80-V-UL")
    assert odd is not None
    assert odd.columns == 48
