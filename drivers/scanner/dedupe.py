"""One card held before a scanner is read many times: the same card within a moment on one device is one scan."""

from __future__ import annotations

from drivers.shapes import Scan, ScanKind

ONCE: frozenset[ScanKind] = frozenset({"member", "coupon", "gift", "rotating"})
"""Kinds that count once. Goods never: two equal articles are two articles."""


class Dedupe:
    """The last moments of one device. The window moves with each repeat: a card left lying there stays one scan."""

    def __init__(self, window_ms: int) -> None:
        """`window_ms` 0 lets everything through."""
        self._window_ms = window_ms
        self._seen: dict[tuple[str, str | None], int] = {}
        self.repeats = 0

    def admit(self, scan: Scan) -> bool:
        """Whether this scan is a new one; a repeat is counted."""
        if scan.kind not in ONCE or not self._window_ms:
            return True
        since = scan.at_ms - self._window_ms
        self._seen = {key: at_ms for key, at_ms in self._seen.items() if at_ms > since}
        key = (scan.kind, scan.payload)
        repeated = key in self._seen
        self._seen[key] = scan.at_ms
        self.repeats += repeated
        return not repeated
