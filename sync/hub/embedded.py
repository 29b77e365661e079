"""A hub inside its only till's process: the same Hub on a file of its own, called straight, without a socket or a signature.

One lock stands for the writer's thread of a hub that serves: the till's push and its long poll are all who call. What it raises
is what the line to a hub elsewhere raises.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence

import msgspec

from agent.errors import Conflict, CorruptDatabase, Forbidden, KopilkaError
from sync.calls import HubFault, code_of
from sync.hub import publishing
from sync.hub.adopting import ADOPTED
from sync.hub.hub import Hub
from sync.hub.opening import open_hub
from sync.hub.rounds import rounds
from sync.hub.saving import save_copy
from sync.hub.store import meta, programmes, tills
from sync.hub.store.steps import Steps, transaction
from sync.wire import Changes, Head, PushAnswer

_log = logging.getLogger("kopilka.hub")
LOOK_S = 25
"""Seconds until a poll looks by itself: `kopilka-hub import` and its like write to the file without telling."""


class EmbeddedHub:
    """One open hub and the till it serves; a `sync.calls.Hub`. Any thread."""

    def __init__(self, path: str, hub: Hub, till: str) -> None:
        self._path = path
        self._hub = hub
        self._till = till
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._over = False
        self.on_broken: Callable[[], None] = lambda: None
        """Told when the disk failed under a write: the process is to end."""

    @property
    def hub(self) -> Hub:
        return self._hub

    def push(self, head: Head, lines: Sequence[bytes]) -> PushAnswer:
        """Raises HubFault."""
        with self._turn():
            answer = self._hub.push(self._known(), head, lines)
        if lines or answer.leases:
            self._news.set()
        return answer

    def changes(self, cursor: str, *, wait_s: int = 0) -> Changes:
        """Raises HubFault. Waits outside of the turn, so that pushes go on."""
        for left_s in range(wait_s, 0, -LOOK_S):
            self._news.clear()
            with self._turn():
                moved = self._hub.moved(cursor)
            if moved or self._over:
                break
            self._news.wait(min(LOOK_S, left_s))
        with self._turn():
            self._known()
            return self._hub.changes(self._till, cursor)

    def health(self) -> None:
        """It is there, as long as the till is."""

    def hang_up(self) -> None:
        """End a poll that waits, and wait in none from now on."""
        self._over = True
        self._news.set()

    def keep_house(self) -> None:
        """Expiry, debts, records that came late, pots and another look at each record, in steps so small that no push waits long."""
        upkeep = self._hub.upkeep
        for work in (upkeep.new_day, upkeep.correct, upkeep.gather, upkeep.review):
            for _ in rounds(work.__name__, functools.partial(self._step, work)):
                self._news.set()

    def _step(self, work: Callable[[], int]) -> int:
        with self._lock:
            return work()

    def save(self, folder: str, *, keep: int, elsewhere: bool) -> None:
        """A verified copy into `folder`; `elsewhere` says that it outlives the till's own disk, so that the till may forget."""
        saved = save_copy(self._path, folder, now_ms=self._hub.clock(), keep=keep)
        if elsewhere:
            with self._lock:
                self._hub.durable(saved)

    def close(self) -> None:
        self.hang_up()
        with self._lock:
            self._hub.database.close()

    def _known(self) -> tills.Till:
        """Raises Forbidden, Unauthorised."""
        if meta.read(self._hub.database, ADOPTED):
            raise Forbidden(ADOPTED)
        return self._hub.known_till(self._till)

    def broke(self) -> None:
        """The disk failed under a step."""
        self.on_broken()

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except KopilkaError as fault:
            if isinstance(fault, CorruptDatabase):
                self.on_broken()
            raise HubFault(code_of(fault.status), status=fault.status, problem=fault.code) from fault
        except Exception as fault:
            # The hub's last handler: a fault of its code must look to the till as it would over a line.
            _log.exception("call-crashed")
            raise HubFault("server", status=500, problem="internal") from fault


def open_embedded(
    path: str, till: tills.Till, *, programme_key: str, clock: Callable[[], int], chance: Callable[[int], bytes]
) -> EmbeddedHub:
    """Open the hub at `path`, made where there is none, and let the till in. `programme_key` (hex) is what the till names cards by;
    empty for a new till, which takes the one the file has.

    Raises the storage errors, NewerDatabase, Conflict for a file that names cards by another key.
    """
    database, keys = open_hub(path, chance=chance, programme_key=bytes.fromhex(programme_key) or None)
    try:
        os.chmod(path, 0o600)
        if programme_key and keys.programme_key.hex() != programme_key:
            raise Conflict("hub-other-keys", path=path)
        with transaction(database):
            known = tills.find(database, till.till)
            if known is None or known.public_key != till.public_key:
                now_ms = clock()
                added = known.added if known else now_ms
                tills.save(database, msgspec.structs.replace(till, added=added, enrolled=now_ms))
        steps = Steps(database)
        embedded = EmbeddedHub(path, Hub(database, keys=keys, clock=clock, steps=steps), till.till)
        steps.on_broken = embedded.broke
        return embedded
    except BaseException:
        database.close()
        raise


def publish(embedded: EmbeddedHub, text: str, file: str) -> programmes.Published | None:
    """The shop's own file is the programme: publish it where it changed; None where its version did not rise. Raises ConfigFault."""
    hub = embedded.hub
    last = programmes.newest(hub.database)
    if last is not None and last.text == text:
        return last
    try:
        with transaction(hub.database):
            return publishing.publish(hub.database, text, file, signer=hub.keys.signer, now_ms=hub.clock())
    except Conflict as fault:
        _log.error("programme-not-newer", extra={"file": file, **fault.fields})
        return None
