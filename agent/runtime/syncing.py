"""The till's side of sync at run time: a push when something was written, a long poll for news, the line's state for everybody."""

from __future__ import annotations

import dataclasses
import logging
import secrets
import threading
import time
from collections.abc import Callable

from agent.errors import ConfigFault
from agent.runtime import wiring
from agent.runtime.filling import REST_MS, Filling
from agent.runtime.jobs import Jobs
from agent.runtime.listening import Listener
from agent.runtime.renewal import Renewal
from agent.runtime.revocation import Revocation
from agent.runtime.rotating import settled
from agent.runtime.wiring import Parts
from agent.store.outbox import StoreOutbox
from agent.store.settings import ProgrammeText
from agent.till.scanned import current
from agent.till.shift import finish_shift
from agent.till.wish import let_go
from sync.calls import Hub, HubCalls
from sync.client import Outcome, SyncClient
from sync.keyring import Keyring
from sync.page import Told
from sync.signing import Signer, Verifier
from sync.wire import Changes

_log = logging.getLogger("kopilka.sync")
ANSWERED = ("sent", "pulled")
STOPPED = ("refused", "nonsense", "suspect", "fork")
HEARTBEAT_MS = 120_000
"""An idle till asks the hub so often: for its epoch, its durable mark, and whether it is still welcome."""
ROUNDS = 50
"""Batches one run of the job sends at most; what is left waits for the next run."""


class Syncing:
    """Runs SyncClient's rounds; `soon` asks for a push without waiting for it."""

    def __init__(
        self, parts: Parts, publish: Callable[[str, object], object], ring: Callable[[], None] = lambda: None
    ) -> None:
        """`ring` wakes whoever waits for the hub's answer."""
        self._ring = ring
        self._parts = parts
        self._publish = publish
        self._wanted = threading.Event()
        self._turn = threading.Lock()
        self._ear = threading.Lock()
        self._pushed_ms = 0
        self._fails: dict[str, str] = {}
        self._stops: dict[str, str] = {}
        """By way, push and pull: why its last try failed, and why it stopped for good."""
        self._calls: HubCalls | None = None
        self._listener: Listener | None = None
        self.filling: Filling | None = None
        # A hub inside that could not be opened is configured, and nobody to talk to.
        talks = parts.line.configured and (parts.embedded is not None or not parts.settings.hub.embedded)
        self._client = self._make() if talks else None
        self._revocation = Revocation(parts)
        self._renewal = Renewal(parts, self._client) if self._client is not None else None

    @property
    def configured(self) -> bool:
        return self._client is not None

    def _elsewhere(self) -> tuple[Hub, Callable[[], None]]:
        """The hub over the network, and what ends its calls."""
        from sync.transport import HttpTransport, Limits

        parts, kept = self._parts, self._parts.secrets
        hub = parts.settings.hub
        transport = HttpTransport(
            hub.url or kept.hub_url,
            monotonic=time.monotonic,
            ca_file=hub.ca,
            client_cert=hub.client_cert,
            limits=Limits(read_s=hub.timeout_s),
        )
        self._calls = HubCalls(
            transport,
            till=parts.desk.rules.till,
            signer=Signer(bytes.fromhex(kept.till_key)),
            now_ms=parts.clock.now_ms,
            nonce=lambda: secrets.token_hex(16),
            spare=Signer(bytes.fromhex(kept.next_key)) if kept.next_key else None,
            on_spare=lambda: settled(parts.settings.till.data),
        )
        return self._calls, transport.hang_up

    def _make(self) -> SyncClient:
        parts = self._parts
        inside = parts.embedded
        hub, hang_up = self._elsewhere() if inside is None else (inside, inside.hang_up)
        wait_s = parts.settings.hub.poll_s
        self._listener = Listener(self._pull, monotonic_ms=parts.clock.monotonic_ms, hang_up=hang_up, wait_s=wait_s)
        if self._calls is not None:
            self.filling = Filling(parts, self._calls, self._hub_key, done=self._listener.nudge)
        outbox = StoreOutbox(
            parts.store, parts.writer, clock=parts.clock, ids=parts.ids, told=self._told, describe=described
        )
        parts.writer.submit(outbox.retry_spoilt)
        return SyncClient(
            outbox,
            hub,
            till=parts.desk.rules.till,
            hub_key=self._hub_keys(),
            below=secrets.randbelow,
        )

    def _hub_keys(self) -> Keyring:
        return self._parts.writer.call(wiring.hub_keys, self._parts.store, self._parts.secrets)

    def _hub_key(self) -> Verifier:
        """The hub's key of now."""
        return self._hub_keys().current

    def start(self) -> None:
        """Listen to the hub."""
        if self._listener is not None:
            self._listener.start()

    def stop(self, seconds: float) -> bool:
        """Listen no more; whether it ended in time."""
        # The listener first: it hangs up, which ends the fill's call too.
        ended = self._listener is None or self._listener.stop(seconds)
        return (self.filling is None or self.filling.stop(seconds)) and ended

    def filled(self) -> dict[str, object] | None:
        """How far the first fill is; None when there is none under way."""
        progress = self.filling.progress if self.filling is not None else None
        return progress.shown(self._parts.clock.monotonic_ms()) if progress is not None else None

    def soon(self, jobs: Jobs) -> None:
        """Something was written: push it as soon as a thread is free."""
        if self._client is None:
            return
        self._wanted.set()
        if not self._turn.locked():
            jobs.soon("push")

    def push(self) -> None:
        """Send what waits, batch by batch, until nothing does or the line fails."""
        assert self._client is not None
        self._push()
        # Asked for while the turn was held: who asked saw it taken and left it to the holder.
        while self._wanted.is_set() and self._parts.line.online(self._parts.clock.monotonic_ms()):
            self._push()

    def _push(self) -> None:
        assert self._client is not None
        with self._turn:
            for _ in range(ROUNDS):
                self._wanted.clear()
                now = self._parts.clock.monotonic_ms()
                outcome = self._client.push_once(now, even_empty=now - self._pushed_ms >= HEARTBEAT_MS)
                if outcome.kind != "idle":
                    self._pushed_ms = now
                self._heard(outcome, "push")
                self._obeyed(outcome)
                if self._renewal is not None and self._renewal.heard(outcome):
                    continue
                if not outcome.more and not self._wanted.is_set():
                    break

    def _pull(self, wait_s: int) -> Outcome:
        """Take what is new at the hub; on the listener's thread."""
        assert self._client is not None
        assert self._listener is not None
        outcome = self._client.pull_once(self._parts.clock.monotonic_ms(), wait_s=wait_s)
        if not self._listener.over:
            self._heard(outcome, "pull")
            assert self.filling is not None
            if outcome.fill and self.filling.want():
                return dataclasses.replace(outcome, kind="waiting", more=False, wait_ms=REST_MS)
            if outcome.kind == "pulled" and not outcome.more:
                self.filling.caught_up()
        return outcome

    def _obeyed(self, outcome: Outcome) -> None:
        """What an answer to a push sets free, and what a refusal of the till itself asks for."""
        if self._revocation.heard(outcome):
            self._publish("sync", {"revoked": outcome.kind == "refused"})
        if outcome.kind == "sent":
            self._parts.writer.call(finish_shift, self._parts.desk)

    def _heard(self, outcome: Outcome, way: str) -> None:
        """Keep the line's state and tell a change once; what is presented may have got more to spend."""
        if outcome.kind in ("waiting", "idle"):
            return
        with self._ear:
            self._keep(outcome, way)
        if outcome.kind in ANSWERED:
            self._ring()
        if outcome.kind == "sent":
            if self._calls is not None:
                # A hub inside has this till's own clock, which cannot vouch for itself.
                self._parts.clock.vouch(self._parts.clock.now_ms() + self._calls.offset_ms)
            self._parts.writer.submit(self._shown)
            if self._listener is not None and self._fails.get("pull"):
                self._listener.nudge()

    def _keep(self, outcome: Outcome, way: str) -> None:
        line, clock = self._parts.line, self._parts.clock
        was, answered, stopped = line.online(clock.monotonic_ms()), outcome.kind in ANSWERED, outcome.kind in STOPPED
        if answered:
            line.answered_ms = clock.monotonic_ms()
        if stopped and outcome.code != self._stops.get(way):
            _log.error("sync-stopped", extra={"kind": outcome.kind, "cause": outcome.code, "detail": outcome.detail})
        self._fails[way] = "" if answered else outcome.code
        self._stops[way] = outcome.code if stopped else ""
        line.cause = next(filter(None, self._fails.values()), "")
        line.failing, line.refused = bool(line.cause), any(self._stops.values())
        now = line.online(clock.monotonic_ms())
        if was != now:
            line.since_ms = clock.now_ms()
            _log.info("line", extra={"online": now, "cause": line.cause, "detail": outcome.detail})
        if was != now or outcome.sent:
            self._publish("sync", {"online": now, "cause": line.cause, "sent": outcome.sent})
        if outcome.doubts:
            _log.warning("hub-doubted", extra={"doubts": list(outcome.doubts)})

    def _shown(self) -> None:
        if self._parts.desk.current.things:
            self._publish("member", current(self._parts.desk))

    def _told(self, changes: Changes) -> None:
        """On the writer: a new programme goes on the shelf, leases asked back are closed."""
        if changes.programme is not None:
            wiring.load_shelf(self._parts.shelf, self._parts.store, self._parts.secrets)
        if changes.revokes:
            let_go(self._parts.desk)
        for one in changes.spoilt if isinstance(changes, Told) else ():
            _log.error("member-put-aside", extra={"member": one.member, "reason": one.reason})
        if changes.members:
            self._publish("sync", {"members": len(changes.members)})


def described(text: str, signature: str) -> ProgrammeText | None:
    """A programme's row for the store; None for a text this version cannot read (told in the log, the former stays)."""
    try:
        programme = wiring.compiled(text, "programme")
    except ConfigFault as fault:
        _log.error("programme-refused", extra={"faults": len(fault.faults), "first": fault.faults[0][:200]})
        return None
    return ProgrammeText(programme.hash, programme.version, programme.effective_from_ms or 0, text, signature)
