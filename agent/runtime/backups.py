"""Online backups of the till's database: whole or not at all, the oldest beyond `keep` removed."""

from __future__ import annotations

import os

from agent.runtime.settings import Settings
from agent.sqlite.stamps import next_stamp
from agent.store.till_store import TillStore

PREFIX, SUFFIX = "till-", ".sqlite3"


def backup_folder(settings: Settings) -> str:
    return settings.backup.folder or os.path.join(settings.till.data, "backup")


def make_backup(settings: Settings, store: TillStore, *, now_ms: int) -> str:
    """Copy the database while the till sells; returns the path. Any thread. Raises the storage errors."""
    folder = backup_folder(settings)
    os.makedirs(folder, mode=0o750, exist_ok=True)
    stamp = next_stamp(kept_backups(folder), now_ms)
    target = os.path.join(folder, f"{PREFIX}{stamp}{SUFFIX}")
    store.backup(target)
    for old in kept_backups(folder)[: -settings.backup.keep]:
        os.unlink(os.path.join(folder, old))
    return target


def drop_but_newest(folder: str) -> None:
    """Give the room of all backups but the newest: it is what a damaged database heals from."""
    for name in kept_backups(folder)[:-1]:
        os.unlink(os.path.join(folder, name))


def kept_backups(folder: str) -> list[str]:
    """Names of backups, oldest first; none where there is no folder."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(name for name in names if name.startswith(PREFIX) and name.endswith(SUFFIX))
