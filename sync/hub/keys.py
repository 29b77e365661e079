"""The hub's two secrets: its Ed25519 key, and the programme key under which cards and phones are named; and how its key changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import peewee

from sync.hub.store import meta, programmes
from sync.keyring import Keyring
from sync.signing import Signer, sign_link, sign_programme
from sync.wire import KeyLink

KEY_BYTES = 32
_links = msgspec.json.Decoder(tuple[KeyLink, ...])


@dataclass(frozen=True)
class Keys:
    """What the hub signs and names with."""

    signer: Signer
    programme_key: bytes

    def __repr__(self) -> str:
        return f"Keys({self.signer!r})"

    def now(self, database: peewee.Database) -> Keys:
        """These, or those that took their place meanwhile: a command beside the service may have changed the hub's key."""
        seed = bytes.fromhex(meta.read(database, "hub_key") or "")
        return self if seed == self.signer.seed else Keys(Signer(seed), self.programme_key)


def load_or_make(
    database: peewee.Database, chance: Callable[[int], bytes], *, programme_key: bytes | None = None
) -> Keys:
    """The keys this hub was born with; made by `chance` (so many random bytes) at its first start, in the caller's transaction.

    A hub made for a till that has named cards already is born with that till's `programme_key`.

    They lie in the database because a backup without the programme key would know no card again.
    """
    found = {}
    for name, given in (("hub_key", None), ("programme_key", programme_key)):
        text = meta.read(database, name)
        if text is None:
            text = (given or chance(KEY_BYTES)).hex()
            meta.write(database, name, text)
        found[name] = bytes.fromhex(text)
    return Keys(Signer(found["hub_key"]), found["programme_key"])


def links(database: peewee.Database) -> tuple[KeyLink, ...]:
    """How the hub's key came to be what it is; tills follow them from the key they were enrolled with."""
    text = meta.read(database, "hub_links")
    return _links.decode(text) if text else ()


def rotate(database: peewee.Database, chance: Callable[[int], bytes], *, now_ms: int) -> Keys:
    """A new key for the hub, in the caller's transaction: announced by the old one, which is forgotten; the programme signed anew.

    Grants of before stay good at the tills that journalled them; new ones are by the new key.
    """
    meta.read(database, "hub_key", lock=True)
    former, new = load_or_make(database, chance), Signer(chance(KEY_BYTES))
    told = (*links(database), sign_link(former.signer, new.public))
    meta.write(database, "hub_links", msgspec.json.encode(told).decode())
    meta.write(database, "hub_key", new.seed.hex())
    newest = programmes.newest(database)
    if newest is not None:
        signature = sign_programme(new, newest.text)
        again = msgspec.structs.replace(newest, serial=newest.serial + 1, signature=signature, published=now_ms)
        programmes.publish(database, again)
    return Keys(new, former.programme_key)


def ring(database: peewee.Database) -> Keyring:
    """Every key this hub has had; the first is what a database is known by for this hub's."""
    told = links(database)
    own = Signer(bytes.fromhex(meta.read(database, "hub_key") or "")).public
    return Keyring(told[0].former if told else own, told)
