"""The hub's two secrets: its Ed25519 key, and the programme key under which cards and phones are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import peewee

from sync.hub.store import meta
from sync.signing import Signer

KEY_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """What the hub signs and names with."""

    signer: Signer
    programme_key: bytes

    def __repr__(self) -> str:
        return f"Keys({self.signer!r})"


def load_or_make(database: peewee.Database, chance: Callable[[int], bytes]) -> Keys:
    """The keys this hub was born with; made by `chance` (so many random bytes) at its first start, in the caller's transaction.

    They lie in the database because a backup without the programme key would know no card again.
    """
    found = {}
    for name in ("hub_key", "programme_key"):
        text = meta.read(database, name)
        if text is None:
            text = chance(KEY_BYTES).hex()
            meta.write(database, name, text)
        found[name] = bytes.fromhex(text)
    return Keys(Signer(found["hub_key"]), found["programme_key"])
