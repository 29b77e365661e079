"""A hub's database, opened, migrated and given its keys and epoch; the same for the service, one-shot commands and tests."""

from __future__ import annotations

from collections.abc import Callable

import peewee

from agent.sqlite import Factory, migrate, open_database, transaction
from sync.hub.keys import Keys, load_or_make
from sync.hub.store import meta
from sync.hub.store.schema import STEPS


def open_hub(
    path: str, *, chance: Callable[[int], bytes], factory: Factory | None = None
) -> tuple[peewee.SqliteDatabase, Keys]:
    """The writing connection and the keys. Raises CorruptDatabase, NewerDatabase, StorageFull, StorageBroken."""
    database = open_database(path, factory=factory)
    migrate(database, STEPS)
    with transaction(database):
        keys = load_or_make(database, chance)
        if meta.read(database, "epoch") is None:
            meta.write(database, "epoch", "1")
    return database, keys
