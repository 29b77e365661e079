"""A hub's database, opened, migrated and given its keys and epoch; the same for the service, one-shot commands and tests."""

from __future__ import annotations

import os
from collections.abc import Callable

import peewee

from agent.sqlite import Factory, migrate, open_database, open_migrated, transaction
from sync.hub.keys import Keys, load_or_make
from sync.hub.store import meta, roster
from sync.hub.store.schema import STEPS


def open_hub(
    path: str, *, chance: Callable[[int], bytes], factory: Factory | None = None, check: bool = True
) -> tuple[peewee.SqliteDatabase, Keys]:
    """The writing connection and the keys. Without `check` a database that is there is taken as sound: SQLite's check reads
    the whole file, which a short command beside a running hub need not wait for.

    Raises CorruptDatabase, NewerDatabase, StorageFull, StorageBroken, Unavailable.
    """
    if check or not os.path.exists(path) or not os.path.getsize(path):
        database = open_migrated(path, STEPS, factory=factory)
    else:
        database = open_database(path, factory=factory)
    try:
        migrate(database, STEPS)
        with transaction(database):
            roster.index_cards(database)
            keys = load_or_make(database, chance)
            if meta.read(database, "epoch") is None:
                meta.write(database, "epoch", "1")
    except BaseException:
        database.close()
        raise
    return database, keys
