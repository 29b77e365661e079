"""Rows to ESC/POS bytes, in one buffer. A codec: no port, no clock.

Names of commands are those of the Epson ESC/POS reference. Every text run passes gate two; the finished job is looked
over once more for real-time commands, which a printer obeys wherever they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from drivers.printer.canvas import LINE_DOTS, PITCH_DOTS, text_image
from drivers.printer.codes import BAR_DOTS, BAR_GAP_DOTS, BAR_HEIGHT_DOTS, QUIET_MODULES, bars, plan_bars, qr_matrix
from drivers.printer.encoding import CodePage
from drivers.printer.layout import BarcodeRow, CutRow, FeedRow, Line, QrRow, Row, lay_out
from drivers.printer.profiles import AckKind, Profile
from drivers.printer.raster import REALTIME, STRIPE_ROWS, Dots, from_modules, raster_commands
from drivers.shapes import Document

INITIALISE: Final = b"\x1b@"
SELECT_PRINTER: Final = b"\x1b=\x01"
KANJI_OFF: Final = b"\x1c."
"""Clones start in Chinese and print Cyrillic as hieroglyphs."""
ASB_ON: Final = b"\x1da\xff"
"""`ESC @` turns automatic status back off, so this always follows it."""
REALTIME_OFF: Final = b"\x1d(D\x05\x00\x14\x01\x00\x02\x00"
"""`GS ( D`: no drawer pulse and no power-off in real time; it holds until the next `ESC @`."""
DRAWER_KICK: Final = b"\x1bp\x00\x19\xfa"
FEED_PAST_CUTTER: Final = b"\x1bd\x04"
CUT: Final = b"\x1dVB\x00"
CLEAR_BUFFER: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""`DLE DC4` fn 8: drop what was received and not printed."""


class RealtimeFault(ValueError):
    """A finished job would make the printer obey a real-time command; `position` is where it stands."""

    def __init__(self, position: int) -> None:
        """Keep the place."""
        super().__init__(f"real-time command at byte {position} of a job")
        self.position = position


def ask_status(n: int) -> bytes:
    """`DLE EOT n`, answered at once even when the printer is off line (n: 1 printer, 2 off line, 3 error, 4 paper)."""
    return bytes((0x10, 0x04, n))


def ask_ack(kind: AckKind, ack_id: bytes) -> bytes:
    """The request a printer answers only when it has printed all before it; `ack_id` is 4 printable bytes."""
    if kind == "gs_h":
        assert len(ack_id) == 4
        assert all(0x20 <= byte <= 0x7E for byte in ack_id)
        return b"\x1d(H\x06\x0000" + ack_id
    return b"\x1dr\x01" if kind == "gs_r" else b""


def recovery(profile: Profile) -> bytes:
    """What ends a command cut short and takes the torn slip off: NULs for a whole stripe, init, cut."""
    nuls = bytes((profile.dots // 8) * STRIPE_ROWS + 16)
    return nuls + INITIALISE + (CUT if profile.cutter else b"\n")


def drawer_job(ack: bytes) -> bytes:
    """A drawer kick and its acknowledgement: never part of a document."""
    return INITIALISE + ASB_ON + DRAWER_KICK + ack


def receipt_job(document: Document, profile: Profile, *, ack: bytes = b"") -> bytes:
    """A whole receipt for one printer: preamble, rows, acknowledgement request."""
    page = CodePage(*profile.code_page())
    rows = lay_out(document, profile.columns, dots=profile.dots, spell=page.spell)
    return encode_rows(rows, profile, ack=ack)


def encode_rows(rows: list[Row], profile: Profile, *, ack: bytes = b"") -> bytes:
    """Rows as one buffer. Raises RealtimeFault or ControlByteFault rather than send what a printer would obey."""
    encoder = _Encoder(profile, CodePage(*profile.code_page()))
    for row in rows:
        encoder.add(row)
    job = encoder.preamble() + bytes(encoder.out) + ack
    found = REALTIME.search(job)
    if found:
        raise RealtimeFault(found.start())
    return job


@dataclass(slots=True)
class _Style:
    bold: bool = False
    double: bool = False


class _Encoder:
    def __init__(self, profile: Profile, page: CodePage) -> None:
        self.profile = profile
        self.page = page
        self.out = bytearray()
        self._style = _Style()
        self._drew = False

    def preamble(self) -> bytes:
        font = b"\x1bM\x01" if self.profile.font == "b" else b""
        page = bytes((0x1B, 0x74, self.page.number))
        realtime = REALTIME_OFF if self._drew else b""
        return INITIALISE + SELECT_PRINTER + KANJI_OFF + page + ASB_ON + realtime + font

    def add(self, row: Row) -> None:
        match row:
            case Line():
                self._line(row)
            case FeedRow():
                self.out += bytes((0x1B, 0x64, row.lines))
            case QrRow():
                self._qr(row)
            case BarcodeRow():
                self._barcode(row)
            case CutRow():
                self._set(_Style())
                self.out += CUT if self.profile.cutter else FEED_PAST_CUTTER

    def _line(self, row: Line) -> None:
        run = self.page.encode(row.text)
        if run is None:
            self._draw_line(row)
            return
        self._set(_Style(row.bold, row.double))
        self.out += run
        self.out += b"\n"

    def _set(self, style: _Style) -> None:
        if style.bold != self._style.bold:
            self.out += b"\x1bE\x01" if style.bold else b"\x1bE\x00"
        if style.double != self._style.double:
            self.out += b"\x1d!\x10" if style.double else b"\x1d!\x00"
        self._style = style

    def _draw_line(self, row: Line) -> None:
        """The one line the code page cannot say, as dots."""
        from drivers.printer.escpos_library import raster_of

        width_bytes, _, data = raster_of(text_image(row.text, self.profile.dots, bold=row.bold, double=row.double))
        self._draw(Dots(width_bytes, data))
        self.out += bytes((0x1B, 0x4A, PITCH_DOTS - LINE_DOTS))

    def _draw(self, dots: Dots) -> None:
        self.out += raster_commands(dots)
        self._drew = True

    def _qr(self, row: QrRow) -> None:
        quiet = row.module_dots * QUIET_MODULES
        feed = bytes((0x1B, 0x4A, quiet))
        self.out += feed
        if self.profile.qr_native:
            self._qr_native(row)
        else:
            modules = ["".join("1" if dark else "0" for dark in line) for line in qr_matrix(row.data)]
            self._draw(from_modules(modules, across=row.module_dots, down=row.module_dots, dots=self.profile.dots))
        self.out += feed

    def _qr_native(self, row: QrRow) -> None:
        """`GS ( k` for QR: model 2, module size, level M, store, print; centred, so the sides are quiet."""
        data = row.data.encode()
        size = (len(data) + 3).to_bytes(2, "little")
        self.out += b"\x1ba\x01\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C" + bytes((row.module_dots,))
        self.out += b"\x1d(k\x03\x001E1\x1d(k" + size + b"1P0" + data + b"\x1d(k\x03\x001Q0\x1ba\x00"

    def _barcode(self, row: BarcodeRow) -> None:
        gap = bytes((0x1B, 0x4A, BAR_GAP_DOTS))
        self.out += gap
        if self.profile.barcode_native:
            plan = plan_bars(row.data, row.symbology, self.profile.dots)
            self.out += bytes((0x1D, 0x68, BAR_HEIGHT_DOTS, 0x1D, 0x77, BAR_DOTS, 0x1D, 0x48, 0)) + b"\x1ba\x01"
            self.out += bytes((0x1D, 0x6B, plan.kind, len(plan.body))) + plan.body + b"\x1ba\x00"
        else:
            modules = [bars(row.data, row.symbology)]
            self._draw(from_modules(modules, across=BAR_DOTS, down=BAR_HEIGHT_DOTS, dots=self.profile.dots))
        self.out += gap
