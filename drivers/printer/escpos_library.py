"""The only door to python-escpos: its table of models, its image code and its software barcodes.

The library costs 0.4 s and 25 MB, adds a handler to the root logger, makes a temporary directory that nobody removes
and keeps a pickle in it. So it is imported on first use only, and the import is fenced: the handler is taken off
again, the directory is ours and removed. Text, code pages, status and transports are kept away from it.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from typing import TYPE_CHECKING, Any

from drivers.printer.profiles import CODECS, FONT_A_DOTS, Profile

if TYPE_CHECKING:
    from PIL import Image

MIN_COLUMNS = 24

_lock = threading.Lock()
_loaded: list[Any] = []


def library() -> Any:
    """The `escpos` package with its sub-modules loaded, without what its import leaves behind. May be called from any thread."""
    with _lock:
        if not _loaded:
            _loaded.append(_load())
        return _loaded[0]


def _load() -> Any:
    root = logging.getLogger()
    handlers = list(root.handlers)
    make_directory = tempfile.mkdtemp
    with tempfile.TemporaryDirectory(prefix="kopilka-escpos-") as ours:
        # `capabilities` calls mkdtemp() while it is imported and never removes the directory
        tempfile.mkdtemp = lambda *_args, **_kwargs: ours  # type: ignore[assignment]
        try:
            import escpos.capabilities
            import escpos.escpos
            import escpos.image
        finally:
            tempfile.mkdtemp = make_directory
    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)
    return escpos


def library_names() -> list[str]:
    """The models python-escpos knows and our encoder can serve (ESC/POS only)."""
    profiles = library().capabilities.CAPABILITIES["profiles"]
    return sorted(name for name, data in profiles.items() if _serves(data))


def library_profile(name: str) -> Profile | None:
    """A model of python-escpos as a profile of ours, or None where there is none we can serve."""
    data = library().capabilities.CAPABILITIES["profiles"].get(name)
    if data is None or not _serves(data):
        return None
    features = data["features"]
    pixels = data["media"].get("width", {}).get("pixels")
    columns = int(data["fonts"]["0"]["columns"])
    if columns < MIN_COLUMNS and isinstance(pixels, int):
        columns = pixels // FONT_A_DOTS  # the table gives one model its font's dots for its columns
    return Profile(
        name=name,
        columns=columns,
        dots=pixels if isinstance(pixels, int) else (columns * FONT_A_DOTS + 31) // 32 * 32,
        code_pages={page: int(number) for number, page in data["codePages"].items() if page in CODECS},
        cutter=bool(features["paperFullCut"] or features["paperPartCut"]),
        qr_native=bool(features["qrCode"]),
        barcode_native=bool(features["barcodeB"]),
        ack="gs_r",
        condensed_columns=int(data["fonts"].get("1", {}).get("columns", columns)),
    )


def _serves(data: dict[str, Any]) -> bool:
    """Whether a model speaks ESC/POS with rasters: pole displays, impact printers and Star's own language do not."""
    return bool(data["features"]["bitImageRaster"]) and data["vendor"] != "Star Micronics"


def raster_of(image: Image.Image) -> tuple[int, int, bytes]:
    """An image as (bytes a row, rows, bits), dark dots set, by the library's image code."""
    made = library().image.EscposImage(image)
    return made.width_bytes, made.height, made.to_raster_format()


def barcode_modules(data: str, symbology: str) -> str:
    """The bars of a code as a string of 1 (dark) and 0, by python-barcode. Raises ValueError for data it cannot hold."""
    library()
    import barcode
    from barcode.errors import BarcodeError

    try:
        made: list[str] = barcode.get_barcode_class(symbology)(data).build()
    except BarcodeError as fault:
        raise ValueError(str(fault)) from fault
    return made[0]
