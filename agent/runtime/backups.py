"""Online backups of the till's database: whole or not at all, the oldest beyond `keep` removed."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from agent import sqlite
from agent.runtime.wiring import Parts

PREFIX, SUFFIX = "till-", ".sqlite3"


def make(parts: Parts) -> str:
    """Copy the database while the till sells; returns the path. Raises the storage errors."""
    settings = parts.settings.backup
    folder = settings.folder or os.path.join(parts.settings.till.data, "backup")
    os.makedirs(folder, mode=0o750, exist_ok=True)
    stamp = datetime.fromtimestamp(parts.clock.now_ms() // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    target = os.path.join(folder, f"{PREFIX}{stamp}{SUFFIX}")
    # A reader of its own: the copy then takes no turn from the writer.
    reader = sqlite.open_database(parts.store.path, readonly=True)
    try:
        sqlite.backup(reader, target)
    finally:
        reader.close()
    for old in kept(folder)[: -settings.keep]:
        os.unlink(os.path.join(folder, old))
    return target


def kept(folder: str) -> list[str]:
    """Backups, oldest first."""
    return sorted(name for name in os.listdir(folder) if name.startswith(PREFIX) and name.endswith(SUFFIX))
