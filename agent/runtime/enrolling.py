"""Join a hub by a one-time code: the till makes its key, the hub gives names, keys and the programme; kept as one file."""

from __future__ import annotations

import os
import secrets as chance
import time

import msgspec

from agent.errors import Conflict, Unprocessable
from agent.rows import REVOKED
from agent.runtime import secrets
from agent.runtime.alone import alone
from agent.runtime.away import away
from agent.runtime.clock import SystemClock
from agent.runtime.secrets import Secrets
from agent.runtime.settings import Settings
from agent.runtime.syncing import described
from agent.runtime.wiring import DATABASE
from agent.store.reader import reading
from agent.store.settings import Meta
from agent.store.till_store import TillStore
from sync.calls import HubCalls, HubFault
from sync.joining import EnrolAnswer, EnrolRequest
from sync.signing import Signer, Verifier, check_programme
from sync.transport import HttpTransport


def enrol(settings: Settings, code: str, url: str) -> Secrets:
    """Enrol this till. One the hub has revoked may come back. Raises Conflict (enrolled already, sold under another key, running), Unavailable, Unprocessable.

    A service that runs would go on selling under the name and key it began with, into the same journal.
    """
    release = alone(settings.till.data)
    try:
        return _enrol(settings, code, url)
    finally:
        release()


def _enrol(settings: Settings, code: str, url: str) -> Secrets:
    folder = settings.till.data
    kept = secrets.ensure(folder)
    again = bool(kept.hub_key) and _is_revoked(folder)
    if kept.hub_key and not again:
        raise Conflict("till-enrolled", hub=kept.hub_url, till=kept.till)
    signer = Signer(bytes.fromhex(kept.till_key))
    answer = _asked(settings, url, EnrolRequest(code=code, till=settings.till.id, public_key=signer.public))
    if again and (answer.till, answer.programme_key) != (kept.till, kept.programme_key):
        # Its journal names cards and itself by these: under others its facts would be somebody else's.
        raise Conflict("till-enrolled", hub=kept.hub_url, till=kept.till)
    made = msgspec.structs.replace(
        kept,
        programme_key=answer.programme_key,
        hub_key=answer.hub_key,
        hub_url=url,
        till=answer.till,
        store=answer.store,
        store_name=answer.store_name,
        epoch=answer.epoch,
        incarnation=max(kept.incarnation, answer.incarnation),
    )
    _programme(settings, made, answer, again=again)
    secrets.write(folder, made)
    return made


def _asked(settings: Settings, url: str, request: EnrolRequest) -> EnrolAnswer:
    try:
        hub = settings.hub
        transport = HttpTransport(url, monotonic=time.monotonic, ca_file=hub.ca, client_cert=hub.client_cert)
    except ValueError as error:
        raise Unprocessable("hub-address", problem=str(error)) from None
    calls = HubCalls(
        transport,
        till=request.till,
        signer=Signer(b"\0" * 32),
        now_ms=SystemClock.now_ms,
        nonce=lambda: chance.token_hex(16),
    )
    try:
        return calls.enrol(request)
    except HubFault as fault:
        if fault.problem == "enrol-refused":
            # In the words of this command, not in the language the hub answered in.
            raise Unprocessable("enrol-refused") from None
        if fault.code == "refused":
            raise Unprocessable("code-refused", problem=fault.cause or fault.problem) from None
        raise away(url, fault) from None


def _is_revoked(folder: str) -> bool:
    """Whether the hub has told this till that it is revoked: then it may come back, under its own name."""
    path = os.path.join(folder, DATABASE)
    if not os.path.exists(path):
        return False
    with reading(path) as sql:
        return bool(Meta(sql.database).get(REVOKED))


def _programme(settings: Settings, made: Secrets, answer: EnrolAnswer, *, again: bool) -> None:
    """Keep the hub's programme, checked against the hub's key, so that the first sale goes by it."""
    path = os.path.join(settings.till.data, DATABASE)
    store = TillStore(path, till=made.till)
    try:
        tail = store.journal.tail
        if not again and (tail.seq > 1 or tail.inc > 1):
            # Sales made alone are named under the till's own key and name; they cannot move to another by themselves.
            raise Conflict("till-has-sales", count=tail.seq, path=path)
        if answer.programme and check_programme(Verifier(answer.hub_key), answer.programme, answer.programme_signature):
            row = described(answer.programme, answer.programme_signature)
            if row is not None:
                with store.transaction():
                    store.programmes.put(row)
    finally:
        store.close()
