"""Which signed requests were seen: a request is answered once. Bounded for each till, so that none can push out another's."""

from __future__ import annotations

from collections import OrderedDict

from agent.errors import TooMany
from sync.signing import SKEW_MS

MOST = 10_000
"""Requests of one till within the window; a till that queues makes a few a second."""


class Nonces:
    """Remembers (till, nonce) for as long as a request could be repeated: its time may lie SKEW_MS ahead, and as much behind."""

    def __init__(self, *, window_ms: int = 2 * SKEW_MS, most: int = MOST) -> None:
        self._window_ms = window_ms
        self._most = most
        self._seen: dict[str, OrderedDict[str, int]] = {}

    def is_new(self, till: str, nonce: str, now_ms: int) -> bool:
        """Note a nonce; False when it was seen. Raises TooMany when the till's table is full."""
        seen = self._seen.setdefault(till, OrderedDict())
        while seen and next(iter(seen.values())) < now_ms - self._window_ms:
            seen.popitem(last=False)
        if nonce in seen:
            return False
        if len(seen) >= self._most:
            raise TooMany("too-many", wait_s=60)
        seen[nonce] = now_ms
        return True
