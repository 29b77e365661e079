"""Text the POS or the cashier gave, through the very recogniser of the scanners."""

from __future__ import annotations

from dataclasses import replace

from drivers.scanner.recognition import Recognizer, Source
from drivers.shapes import Scan


class TextRecogniser:
    """Same guard, same rules; what is typed is marked so."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._source = Source("pos", provenance="typed")
        self._last: tuple[str, str | None, Scan] | None = None

    def text(self, data: str, *, symbology: str | None, at_ms: int) -> Scan:
        """What a text is. `at_ms` is monotonic."""
        last = self._last
        if last is not None and last[:2] == (data, symbology):
            # A sale asks twice: whose card it is, and whether the number may be kept.
            return replace(last[2], at_ms=at_ms)
        scan = self._recognizer.recognise(
            data.encode("utf-8", "surrogatepass"), self._source, at_ms, symbology=symbology
        )
        # A bank card's digits are remembered nowhere.
        self._last = (data, symbology, scan) if scan.kind != "payment" else None
        return scan
