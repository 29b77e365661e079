"""A programme published: checked, newer than the last, signed by the hub, never changed afterwards."""

from __future__ import annotations

import peewee

from agent.errors import ConfigFault, Conflict
from agent.loyalty.programme.reader import read_programme
from agent.loyalty.programme.values import Programme
from sync.hub.store import programmes
from sync.hub.store.programmes import Published
from sync.signing import Signer, sign_programme


def checked(text: str, file: str) -> Programme:
    """The programme a text means. Raises ConfigFault with every fault of it."""
    reading = read_programme(text, file)
    if reading.programme is None:
        raise ConfigFault(reading.faults, file=file)
    return reading.programme


def publish(database: peewee.Database, text: str, file: str, *, signer: Signer, now_ms: int) -> Published:
    """Publish in the caller's transaction. The newest text again changes nothing. Raises ConfigFault, Conflict."""
    programme = checked(text, file)
    last = programmes.newest(database)
    if last is not None and last.text == text:
        return last
    if last is not None and programme.version <= last.version:
        raise Conflict("programme-not-newer", version=programme.version, published=last.version)
    published = Published(
        serial=(last.serial if last else 0) + 1,
        id=programme.id,
        version=programme.version,
        hash=programme.hash,
        timezone=programme.zone.key,
        text=text,
        signature=sign_programme(signer, text),
        published=now_ms,
    )
    programmes.publish(database, published)
    return published
