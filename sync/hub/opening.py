"""A hub's database, opened, migrated and given its keys and epoch; the same for the service, one-shot commands and tests."""

from __future__ import annotations

import os
from collections.abc import Callable

import peewee

from agent.errors import ConfigFault
from agent.sqlite import Factory, migrate, open_database, open_migrated
from sync.hub.keys import Keys, load_or_make
from sync.hub.store import meta, migrating, roster
from sync.hub.store.kind import must_be_hub
from sync.hub.store.schema import STEPS
from sync.hub.store.server import Server, faults_of, is_server
from sync.hub.store.steps import Steps, transaction


def open_hub(
    path: str,
    *,
    chance: Callable[[int], bytes],
    factory: Factory | None = None,
    check: bool = True,
    programme_key: bytes | None = None,
) -> tuple[peewee.Database, Keys]:
    """The writing connection to a file, or to a server where `path` is postgresql://..., and the keys.

    Without `check` a file that is there is taken as sound: SQLite's check reads the whole of it, which a short command beside a
    running hub need not wait for. `programme_key` is for a file that is made here. Raises CorruptDatabase, NewerDatabase,
    StorageFull, StorageBroken, Unavailable, Conflict for a file of something else, ConfigFault for a name that cannot be one of a
    server.
    """
    if is_server(path):
        return _open_server(path, chance)
    if check or not os.path.exists(path) or not os.path.getsize(path):
        database = open_migrated(path, STEPS, factory=factory)
    else:
        database = open_database(path, factory=factory)
    try:
        must_be_hub(database)
        migrate(database, STEPS)
        with transaction(database):
            roster.index_cards(database)
            keys = _born(database, chance, programme_key)
    except BaseException:
        database.close()
        raise
    return database, keys


def _open_server(dsn: str, chance: Callable[[int], bytes]) -> tuple[peewee.Database, Keys]:
    """Several processes may come at once to an empty database: one makes it, the others find it made."""
    if faults := faults_of(dsn):
        raise ConfigFault(faults)
    server = Server(dsn)

    def bring() -> Keys:
        migrating.migrate(server, STEPS)
        return _born(server, chance)

    try:
        keys = Steps(server).run(bring)
    except BaseException:
        server.close()
        raise
    return server, keys


def _born(database: peewee.Database, chance: Callable[[int], bytes], programme_key: bytes | None = None) -> Keys:
    keys = load_or_make(database, chance, programme_key=programme_key)
    if meta.read(database, "epoch") is None:
        meta.write(database, "epoch", "1")
    return keys
