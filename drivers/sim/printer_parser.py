"""Reads ESC/POS as a printer does: byte after byte, from a buffer that may end anywhere. Written apart from our encoder.

Commands and lengths are from the Epson ESC/POS reference; `None` from a handler means "more bytes are needed".
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.sim.printer_ops import (
    AllowRealtime,
    AskStatus,
    CutPaper,
    FeedDots,
    Initialised,
    KickDrawer,
    Op,
    PrintBars,
    PrintLine,
    PrintQr,
    PrintRaster,
    Reply,
    SetAsb,
    Span,
    Unknown,
)

LINE_DOTS = 30
MAX_COMMAND_BYTES = 128 * 1024
CLONE_CODE_PAGES = {
    0: "cp437",
    2: "cp850",
    16: "cp1252",
    17: "cp866",
    19: "cp858",
    34: "cp855",
    44: "cp1125",
    46: "cp1251",
}
"""Epson's numbers, which most clones share."""

_ESC_ARGS = {
    **dict.fromkeys(b"=tEGM!-{RaJdS 23VTU", 1),
    **dict.fromkeys(b"$\\", 2),
    ord("p"): 3,
    ord("c"): 2,
    ord("@"): 0,
    ord("2"): 0,
    ord("S"): 0,
    ord("L"): 0,
}
_GS_ARGS = {**dict.fromkeys(b"arIhwHfB!bc", 1), **dict.fromkeys(b"LWP", 2), ord("c"): 0}
_FS_ARGS = {ord("."): 0, ord("&"): 0, ord("C"): 1, ord("!"): 1, ord("-"): 1, ord("S"): 2, ord("W"): 1}

Taken = tuple[int, list[Op]] | None
"""Bytes a command took and what it does."""


class EscposParser:
    """A printer's command interpreter with its settings; bytes are taken from the front of a buffer."""

    def __init__(self, code_pages: dict[int, str] | None = None, *, columns: int = 48, kanji: bool = False) -> None:
        """`kanji` is the power-on mode of Chinese clones: bytes from 80 on pair up into hieroglyphs."""
        self._pages = CLONE_CODE_PAGES if code_pages is None else code_pages
        self._columns = columns
        self._power_on_kanji = kanji
        self._handlers: dict[int, Callable[[bytes], Taken]] = {
            0x1B: self._esc,
            0x1D: self._gs,
            0x1C: self._fs,
            0x10: self._dle,
            0x0A: self._line_feed,
        }
        self.reset()

    def reset(self) -> None:
        """Power-on state; a line not yet fed is lost."""
        self._line: list[Span] = []
        self._codec = self._pages.get(0, "cp437")
        self._kanji = self._power_on_kanji
        self._bold = False
        self._double = False
        self._align = 0
        self._selected = True
        self._qr_module = 3
        self._qr_data = b""

    def take(self, buffer: bytearray) -> list[Op] | None:
        """Remove one command or character run from the buffer; None when what is there is not yet whole."""
        if not buffer:
            return None
        head = buffer[0]
        if head >= 0x20:
            return self._text(buffer)
        handler = self._handlers.get(head)
        taken: Taken = (1, []) if handler is None else handler(bytes(buffer[:MAX_COMMAND_BYTES]))
        if taken is None:
            return None
        size, ops = taken
        del buffer[:size]
        return ops if self._selected else [op for op in ops if isinstance(op, Initialised)]

    def _text(self, buffer: bytearray) -> list[Op]:
        end = next((at for at, byte in enumerate(buffer) if byte < 0x20), len(buffer))
        run = bytes(buffer[:end])
        del buffer[:end]
        if not self._selected:
            return []
        text = run.decode("gb18030" if self._kanji else self._codec, "replace")
        ops: list[Op] = []
        for char in text:
            if self._cells() + (2 if self._double else 1) > self._columns:
                ops.extend(self._flush())
            self._add(char)
        return ops

    def _add(self, char: str) -> None:
        last = self._line[-1] if self._line else None
        if last and (last.bold, last.double) == (self._bold, self._double):
            self._line[-1] = Span(last.text + char, last.bold, last.double)
        else:
            self._line.append(Span(char, self._bold, self._double))

    def _cells(self) -> int:
        return sum(len(span.text) * (2 if span.double else 1) for span in self._line)

    def _flush(self) -> list[Op]:
        """The line so far on paper, if there is one."""
        if not self._line:
            return []
        line = PrintLine(tuple(self._line), self._align)
        self._line = []
        return [line]

    def _line_feed(self, _data: bytes) -> Taken:
        return 1, self._flush() or [PrintLine((), self._align)]

    def _dle(self, data: bytes) -> Taken:
        """Real-time commands were obeyed when they arrived; here they only take their room."""
        if len(data) < 2:
            return None
        sizes = {0x04: 3, 0x05: 3, 0x14: 5 if data[2:3] != b"\x08" else 10}
        size = sizes.get(data[1], 1)
        return None if len(data) < size else (size, [])

    def _fs(self, data: bytes) -> Taken:
        if len(data) < 2:
            return None
        size = 2 + _FS_ARGS.get(data[1], 0)
        if len(data) < size:
            return None
        if data[1] in b".&":
            self._kanji = data[1] == 0x26
        return size, [] if data[1] in _FS_ARGS else [Unknown(data[:2])]

    def _esc(self, data: bytes) -> Taken:
        if len(data) < 2:
            return None
        code = data[1]
        size = 2 + _ESC_ARGS.get(code, 0)
        if len(data) < size:
            return None
        if code not in _ESC_ARGS:
            return 2, [Unknown(data[:2])]
        return size, self._escape(code, data[2:size])

    def _escape(self, code: int, args: bytes) -> list[Op]:
        match chr(code):
            case "@":
                self.reset()
                return [Initialised()]
            case "=":
                self._selected = bool(args[0] & 1)
            case "t":
                self._codec = self._pages.get(args[0], "cp437")
            case "E":
                self._bold = bool(args[0] & 1)
            case "!":
                self._bold, self._double = bool(args[0] & 8), bool(args[0] & 0x20)
            case "a":
                self._align = args[0] % 48
            case "d":
                return [*self._flush(), FeedDots(args[0] * LINE_DOTS)]
            case "J":
                return [*self._flush(), FeedDots(args[0])]
            case "p":
                return [KickDrawer()]
        return []

    def _gs(self, data: bytes) -> Taken:
        if len(data) < 3:
            return None
        code = chr(data[1])
        special = {"(": self._gs_sized, "v": self._gs_raster, "k": self._gs_bars, "V": self._gs_cut}.get(code)
        if special is not None:
            return special(data)
        if data[1] not in _GS_ARGS:
            return 2, [Unknown(data[:2])]
        size = 2 + _GS_ARGS[data[1]]
        if len(data) < size:
            return None
        if code == "!":
            self._double = bool(data[2] & 0xF0)
        replies: dict[str, list[Op]] = {"a": [SetAsb(data[2])], "r": [AskStatus(data[2])]}
        return size, replies.get(code, [])

    def _gs_cut(self, data: bytes) -> Taken:
        size = 3 if data[2] in (0, 1, 48, 49) else 4
        return None if len(data) < size else (size, [*self._flush(), CutPaper()])

    def _gs_raster(self, data: bytes) -> Taken:
        if len(data) < 8:
            return None
        width, rows = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
        size = 8 + width * rows
        if len(data) < size:
            return None
        return size, [*self._flush(), PrintRaster(width, data[8:size], self._align)] if width and rows else []

    def _gs_bars(self, data: bytes) -> Taken:
        if data[2] < 0x20:  # function A ends with NUL
            end = data.find(b"\0", 3)
            return None if end < 0 else (end + 1, [PrintBars(data[2], data[3:end], self._align)])
        if len(data) < 4 or len(data) < 4 + data[3]:
            return None
        size = 4 + data[3]
        return size, [*self._flush(), PrintBars(data[2], data[4:size], self._align)]

    def _gs_sized(self, data: bytes) -> Taken:
        """`GS ( x pL pH ...`: the length tells where it ends, known or not."""
        if len(data) < 5:
            return None
        size = 5 + int.from_bytes(data[3:5], "little")
        if len(data) < size:
            return None
        body = data[5:size]
        match chr(data[2]):
            case "k" if body[:1] == b"1":
                return size, self._qr(body[1:2], body[2:])
            case "H" if body[:2] == b"00":
                return size, [*self._flush(), Reply(b'7"' + body[2:6] + b"\0", is_ack=True)]
            case "D" if body[:1] == b"\x14":
                pairs = zip(body[1::2], body[2::2], strict=False)
                return size, [AllowRealtime(function, bool(on & 1)) for function, on in pairs]
        return size, []

    def _qr(self, function: bytes, args: bytes) -> list[Op]:
        match function:
            case b"C":
                self._qr_module = args[0]
            case b"P":
                self._qr_data = args[1:]
            case b"Q":
                return [*self._flush(), PrintQr(self._qr_data, self._qr_module, self._align)]
        return []
