"""A till changes its signing key: the new one is on the disk before the hub hears of it, the old one until the hub has answered.

Whatever is cut on the way, one of the two is the key the hub knows; a service that starts in between signs by either.
"""

from __future__ import annotations

import os
import secrets as chance
import time

import msgspec

from agent.errors import Conflict, Unprocessable
from agent.runtime import secrets
from agent.runtime.alone import alone
from agent.runtime.away import away
from agent.runtime.clock import SystemClock
from agent.runtime.secrets import Secrets
from agent.runtime.settings import Settings
from sync.calls import HubCalls, HubFault
from sync.signing import Signer
from sync.transport import HttpTransport


def rotate(settings: Settings) -> Secrets:
    """Change the key, or end a change that was cut. Raises Conflict (not enrolled, running), Unavailable, Unprocessable."""
    release = alone(settings.till.data)
    try:
        return _rotate(settings)
    finally:
        release()


def _rotate(settings: Settings) -> Secrets:
    folder = settings.till.data
    kept = secrets.ensure(folder)
    if not kept.hub_key:
        raise Conflict("till-not-enrolled")
    if not kept.next_key:
        kept = msgspec.structs.replace(kept, next_key=os.urandom(32).hex())
        secrets.write(folder, kept)
    new = Signer(bytes.fromhex(kept.next_key))
    url = settings.hub.url or kept.hub_url
    transport = HttpTransport(
        url, monotonic=time.monotonic, ca_file=settings.hub.ca, client_cert=settings.hub.client_cert
    )
    calls = HubCalls(
        transport,
        till=kept.till,
        signer=Signer(bytes.fromhex(kept.till_key)),
        now_ms=SystemClock.now_ms,
        nonce=lambda: chance.token_hex(16),
        spare=new,
    )
    try:
        answer = calls.rotate(new)
    except HubFault as fault:
        if fault.code == "refused":
            raise Unprocessable("hub-refused", problem=fault.cause or fault.problem) from None
        raise away(url, fault) from None
    if answer.public_key != new.public:
        raise Unprocessable("hub-nonsense", problem=answer.public_key[:80])
    return settled(folder)


def settled(folder: str) -> Secrets:
    """The hub knows the new key: the old one is forgotten. What is on the disk counts; others write there too."""
    kept = secrets.ensure(folder)
    if not kept.next_key:
        return kept
    made = msgspec.structs.replace(kept, till_key=kept.next_key, next_key="")
    secrets.write(folder, made)
    return made
