"""The paper ledger: what physically came out of a simulated printer, slip by slip, and what else it did."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.sim.printer_ops import CutPaper, FeedDots, Op, PrintBars, PrintLine, PrintQr, PrintRaster

COPY_HEADS = frozenset({"КОПИЯ", "COPY"})
_BAR_NAMES = {67: "ean13", 73: "code128", 2: "ean13", 4: "code39"}


@dataclass(slots=True)
class Slip:
    """One piece of paper between two cuts."""

    items: list[Op] = field(default_factory=list)
    is_cut: bool = False

    @property
    def text(self) -> str:
        """The characters on it, a line each; leading spaces as printed."""
        lines = [item for item in self.items if isinstance(item, PrintLine)]
        return "\n".join("".join(span.text for span in line.spans).rstrip() for line in lines)

    @property
    def is_blank(self) -> bool:
        """Nothing but white on it."""
        return (
            not any(isinstance(item, PrintRaster | PrintQr | PrintBars) for item in self.items)
            and not self.text.strip()
        )

    @property
    def is_copy(self) -> bool:
        """Whether it begins with the head of a copy in double width."""
        for item in self.items:
            if isinstance(item, PrintLine) and (words := "".join(span.text for span in item.spans).strip()):
                return words in COPY_HEADS and any(span.double for span in item.spans)
            if isinstance(item, PrintRaster | PrintQr | PrintBars):
                return False
        return False

    @property
    def qr_codes(self) -> list[str]:
        """The data of QR codes the printer drew itself."""
        return [item.data.decode("utf-8", "replace") for item in self.items if isinstance(item, PrintQr)]

    @property
    def bar_codes(self) -> list[tuple[str, str]]:
        """(symbology, data) of bar codes the printer drew itself."""
        bars = [item for item in self.items if isinstance(item, PrintBars)]
        return [(_BAR_NAMES.get(item.kind, str(item.kind)), read_bars(item.kind, item.data)) for item in bars]

    @property
    def rasters(self) -> list[PrintRaster]:
        """The pictures on it, stripes that follow each other joined."""
        joined: list[PrintRaster] = []
        before: Op | None = None
        for item in self.items:
            if isinstance(item, PrintRaster):
                if isinstance(before, PrintRaster) and joined[-1].width_bytes == item.width_bytes:
                    joined[-1] = PrintRaster(item.width_bytes, joined[-1].data + item.data, item.align)
                else:
                    joined.append(item)
            before = item
        return joined


def read_bars(kind: int, data: bytes) -> str:
    """What a scanner reads from a bar code sent with `GS k`: Code 128 comes with its code set in front."""
    if kind != 73:
        return data.decode("ascii", "replace")
    if data[:2] == b"{C":
        return "".join(f"{pair:02d}" for pair in data[2:])
    return data[2:].replace(b"{{", b"{").decode("ascii", "replace")


@dataclass(slots=True)
class Paper:
    """All that came out, in order; the last slip may still hang in the printer."""

    slips: list[Slip] = field(default_factory=lambda: [Slip()])
    kicks: int = 0
    unknown: list[bytes] = field(default_factory=list)
    lines: int = 0
    """Printed lines, rasters and codes since the beginning."""

    def put(self, op: Op) -> None:
        """An operation that needs paper."""
        if isinstance(op, CutPaper):
            self.slips[-1].is_cut = True
            self.slips.append(Slip())
            return
        self.slips[-1].items.append(op)
        self.lines += not isinstance(op, FeedDots)

    @property
    def receipts(self) -> list[Slip]:
        """Slips with something on them."""
        return [slip for slip in self.slips if not slip.is_blank]
