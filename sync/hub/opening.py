"""A hub's database, opened, migrated and given its keys and epoch; the same for the service, one-shot commands and tests."""

from __future__ import annotations

from collections.abc import Callable

import peewee

from agent.sqlite import Factory, open_migrated, transaction
from sync.hub.keys import Keys, load_or_make
from sync.hub.store import meta, roster
from sync.hub.store.schema import STEPS


def open_hub(
    path: str, *, chance: Callable[[int], bytes], factory: Factory | None = None
) -> tuple[peewee.SqliteDatabase, Keys]:
    """The writing connection and the keys. Raises CorruptDatabase, NewerDatabase, StorageFull, StorageBroken, Unavailable."""
    database = open_migrated(path, STEPS, factory=factory)
    try:
        with transaction(database):
            roster.index_cards(database)
            keys = load_or_make(database, chance)
            if meta.read(database, "epoch") is None:
                meta.write(database, "epoch", "1")
    except BaseException:
        database.close()
        raise
    return database, keys
