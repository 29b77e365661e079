"""The hub inside a shop's only till: opened beside the journal, the till let in by itself, its programme the till's own file.

A hub that cannot be opened stops no sale: the till goes on as behind a cut line, and says why.
"""

from __future__ import annotations

import logging
import os

import msgspec

from agent.errors import ConfigFault, KopilkaError
from agent.runtime import secrets, wiring
from agent.runtime.backups import backup_folder
from agent.runtime.secrets import Secrets
from agent.runtime.settings import Settings
from agent.till.ports import RunningClock
from sync.hub.embedded import EmbeddedHub, open_embedded, publish
from sync.hub.store import journal
from sync.hub.store.tills import Till
from sync.signing import Signer

_log = logging.getLogger("kopilka.hub")
DATABASE = "hub.sqlite3"


def embed(settings: Settings, kept: Secrets, clock: RunningClock) -> tuple[Secrets, EmbeddedHub | None]:
    """The secrets as the hub inside makes them, and the hub; None where its file is missing or damaged.

    Raises ConfigFault for a till that belongs to a hub elsewhere, and for a programme with faults.
    """
    if kept.hub_url:
        raise ConfigFault([f"[hub] embedded: this till has joined {kept.hub_url}; take `embedded` out"])
    path = os.path.join(settings.till.data, DATABASE)
    if kept.hub_key and not os.path.exists(path):
        # A new one would have other keys and none of the points.
        _log.error("hub-missing", extra={"path": path})
        return kept, None
    try:
        embedded = _opened(settings, kept, clock, path)
    except KopilkaError as fault:
        _log.error("hub-not-opened", extra={"path": path, "cause": str(fault)[:300]})
        return kept, None
    try:
        publish(embedded, *wiring.programme_file(settings))
        return _joined(settings, kept, embedded), embedded
    except BaseException:
        embedded.close()
        raise


def _opened(settings: Settings, kept: Secrets, clock: RunningClock, path: str) -> EmbeddedHub:
    till = Till(
        till=kept.till or settings.till.id,
        store=kept.store or settings.till.store,
        store_name=settings.till.store_name or kept.store_name,
        public_key=Signer(bytes.fromhex(kept.till_key)).public,
    )
    # A till without a journal beside a hub that has one stands in for a lost machine: cards keep the names the hub knows.
    is_new = not os.path.exists(os.path.join(settings.till.data, wiring.DATABASE)) and os.path.exists(path)
    key = "" if is_new and not kept.hub_key else kept.programme_key
    return open_embedded(path, till, programme_key=key, clock=clock.now_ms, chance=os.urandom)


def _joined(settings: Settings, kept: Secrets, embedded: EmbeddedHub) -> Secrets:
    """What enrolling at a hub elsewhere would have written; kept where it is new."""
    hub, till = embedded.hub, kept.till or settings.till.id
    made = msgspec.structs.replace(
        kept,
        programme_key=hub.keys.programme_key.hex(),
        hub_key=kept.hub_key or hub.keys.signer.public,
        till=till,
        store=kept.store or settings.till.store,
        epoch=hub.epoch,
        incarnation=max([kept.incarnation, *(journal.marks(hub.database, till) if not kept.hub_key else ())]),
    )
    if made != kept:
        secrets.write(settings.till.data, made)
    return made


def save(settings: Settings, embedded: EmbeddedHub) -> None:
    """A verified copy of the hub beside the till's own backups; on another disk it lets the till forget old records."""
    embedded.save(backup_folder(settings), keep=settings.backup.keep, elsewhere=settings.backup.folder is not None)
