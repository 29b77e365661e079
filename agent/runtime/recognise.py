"""Text the POS or the cashier gave, through the very recogniser of the scanners."""

from __future__ import annotations

from drivers.scanner.recognition import Recognizer, Source
from drivers.shapes import Scan


class TextRecogniser:
    """Same guard, same rules; what is typed is marked so."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._source = Source("pos", provenance="typed")

    def text(self, data: str, *, symbology: str | None, at_ms: int) -> Scan:
        """What a text is. `at_ms` is monotonic."""
        return self._recognizer.recognise(
            data.encode("utf-8", "surrogatepass"), self._source, at_ms, symbology=symbology
        )
