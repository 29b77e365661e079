"""The first fill at run time: fetched piece by piece on a thread of its own while sales go on, then swapped in on the writer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from agent.errors import KopilkaError, StorageBroken
from agent.runtime.wiring import Parts
from agent.store.filled import swap, takes
from agent.store.incoming import Incoming
from sync.calls import HubFault
from sync.fill import Fill, SignedFill, read_manifest
from sync.signing import Verifier, check_fill

_log = logging.getLogger("kopilka.fill")
REST_MS = 30_000
"""Between two pages of the pull while a fill is under way: what is asked back is heard, and no page is fetched in vain."""
NOT_AGAIN_MS = 3_600_000
"""After a fill that cannot be believed the till goes by pages, and looks at the hub's next one so much later."""
TRIES = 3
"""So often in a row a manifest may be overtaken by a newer one, or a piece come broken."""


class FillHub(Protocol):
    """The hub's two calls; each raises HubFault."""

    def fill(self) -> SignedFill: ...
    def piece(self, sha256: str) -> bytes: ...


class FillProgress(Struct, frozen=True, kw_only=True):
    """How far a fill is. Times are monotonic milliseconds."""

    state: str
    """fetching, checking, or waiting (for the line or for room; `cause` says for what)."""
    members: int
    done_bytes: int
    total_bytes: int
    had_bytes: int
    """Of those done, what was here when this run of it began."""
    began_ms: int
    cause: str = ""

    def shown(self, now_ms: int) -> dict[str, object]:
        """Per cent, rate (bytes a second) and seconds left, as far as they can be told."""
        seconds = max(1, now_ms - self.began_ms) / 1000
        rate = int((self.done_bytes - self.had_bytes) / seconds) if self.state == "fetching" else 0
        left = self.total_bytes - self.done_bytes
        return {
            "state": self.state,
            "cause": self.cause,
            "members": self.members,
            "bytes": self.done_bytes,
            "total_bytes": self.total_bytes,
            "percent": self.done_bytes * 100 // max(1, self.total_bytes),
            "rate": rate,
            "eta_s": -(-left // rate) if rate else None,
        }


class _RefusedFill(Exception):
    """A fill that cannot be believed; the word says why."""


class Filling:
    """Runs while the hub says that a fill is worth it. `done` is called when the pull may go on."""

    def __init__(
        self, parts: Parts, hub: FillHub, hub_key: Callable[[], Verifier], *, done: Callable[[], None]
    ) -> None:
        self._parts = parts
        self._hub = hub
        self._hub_key = hub_key
        self._done = done
        self._incoming = Incoming(parts.store.path)
        self._thread: threading.Thread | None = None
        self._over = False
        self._faults = 0
        """How often in a row the hub was there and gave no piece."""
        self._not_before_ms = 0
        self.progress: FillProgress | None = None

    def want(self) -> bool:
        """The hub would have it: begin, or go on with, unless it runs. False when this till will not have it for now."""
        if self._over or self._parts.clock.monotonic_ms() < self._not_before_ms:
            return False
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self.run, name="fill", daemon=True)
            self._thread.start()
        return True

    def caught_up(self) -> None:
        """The pull came to the end by pages: nothing waits any more."""
        if self._thread is None or not self._thread.is_alive():
            self.progress = None

    def stop(self, seconds: float) -> bool:
        """End after the piece under way; whether it ended in time. What is here is gone on with after the next start."""
        self._over = True
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def run(self) -> None:
        """One go at it, in the caller's thread."""
        try:
            filled = self._fill()
        except HubFault as fault:
            self._failed(fault)
        except _RefusedFill as fault:
            self._refuse(str(fault))
        except KopilkaError as fault:
            if isinstance(fault, StorageBroken):
                self._parts.store.on_broken()
            self._wait(fault.code)
        except Exception:  # noqa: BLE001 - this thread's border: the pull goes on by pages; logged
            _log.exception("fill-failed")
            self._refuse("internal")
        else:
            self.progress, self._faults = None if filled else self.progress, 0
            self._done()

    def _fill(self) -> bool:
        """Whether nothing is left to do."""
        for _ in range(TRIES):
            signed = self._hub.fill()
            fill = self._believed(signed)
            if not self._parts.writer.call(takes, self._parts.store, fill):
                self._incoming.abandon()
                return True
            if self._fetched(signed, fill):
                return self._swapped(fill)
            if self._over:
                return False
        raise _RefusedFill("piece-broken")

    def _believed(self, signed: SignedFill) -> Fill:
        if not signed.manifest:
            raise _RefusedFill("none")
        if not check_fill(self._hub_key(), signed.manifest, signed.signature):
            raise _RefusedFill("signature")
        fill = read_manifest(signed.manifest)
        if fill is None:
            raise _RefusedFill("manifest")
        return fill

    def _fetched(self, signed: SignedFill, fill: Fill) -> bool:
        """Whether every piece is here and was read again; not when one came broken or is gone from the hub."""
        incoming, clock = self._incoming, self._parts.clock
        incoming.begin(signed, fill)
        done = had = fill.size - incoming.lacking_bytes
        began = clock.monotonic_ms()

        def tell(state: str) -> None:
            self.progress = FillProgress(
                state=state, members=fill.members, done_bytes=done, total_bytes=fill.size, had_bytes=had, began_ms=began
            )

        for number in incoming.missing:
            tell("fetching")
            piece = fill.pieces[number]
            try:
                kept = not self._over and incoming.keep(number, self._hub.piece(piece.sha256))
            except HubFault as fault:
                if fault.status != 404:
                    raise
                kept = False
            if not kept:
                return False
            done += piece.size
        tell("checking")
        return incoming.verified()

    def _swapped(self, fill: Fill) -> bool:
        parts, path = self._parts, self._incoming.place()
        try:
            taken = parts.writer.call(swap, parts.store, path, fill)
        except KopilkaError:
            self._incoming.drop()
            raise
        base = parts.store.members.base
        self._incoming.tidy(base.path if base else None)
        _log.info("filled", extra={"members": fill.members, "bytes": fill.size, "rev": fill.rev, "taken": taken})
        return True

    def _failed(self, fault: HubFault) -> None:
        """A line that is down is waited for; a hub that tells of a fill and cannot give it, not for ever."""
        self._faults = 0 if fault.code == "away" else self._faults + 1
        if self._faults >= TRIES:
            self._refuse(fault.problem or fault.code)
            return
        self._wait(fault.problem or fault.cause or fault.code)
        if fault.code == "away":
            # The pull meets the same line, finds out when it is back, and asks for us again.
            self._done()

    def _wait(self, cause: str) -> None:
        progress = self.progress or FillProgress(
            state="", members=0, done_bytes=0, total_bytes=0, had_bytes=0, began_ms=self._parts.clock.monotonic_ms()
        )
        self.progress = FillProgress(
            state="waiting",
            cause=cause,
            members=progress.members,
            done_bytes=progress.done_bytes,
            total_bytes=progress.total_bytes,
            had_bytes=progress.done_bytes,
            began_ms=progress.began_ms,
        )
        _log.warning("fill-waits", extra={"cause": cause, "bytes": progress.done_bytes, "of": progress.total_bytes})

    def _refuse(self, cause: str) -> None:
        _log.error("fill-refused", extra={"cause": cause})
        self._faults = 0
        self._not_before_ms = self._parts.clock.monotonic_ms() + NOT_AGAIN_MS
        self.progress = None
        self._done()
