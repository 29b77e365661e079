"""A machine's disk: real SQLite files, and a power cut before, in the middle of or after any durable step.

A cut keeps what the files held in that moment and the machine starts from that. In the middle of a step each sector that the step
changed is on the disk or not, independently: writes that are torn and that overtake each other, as far as an fsync that never
returned allows.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from typing import Any

import peewee
from simulation.violation import PowerCut

SECTOR = 512
HEADER = 32
"""Of a write-ahead log (SQLite file format, 4.1)."""
COMMIT, CHECKPOINT = "COMMIT", "PRAGMA wal_checkpoint(PASSIVE)"
ENDS = ("", "-wal")


class Disk:
    """Where one database lies; `risk` is the chance that a durable step is the machine's last one."""

    lazy = ""
    """A planted bug: whose commits are answered before they are on the disk."""

    def __init__(self, path: str, chance: random.Random) -> None:
        self.path = path
        self.chance = chance
        self.risk = 0.0
        self.doomed = False
        """The next durable step is the last."""
        self.dead = False
        self.cuts = 0
        self.statements = 0
        self._image: dict[str, bytes] = {}
        self._stale: dict[str, bytes] = {}

    def factory(self, target: str, **more: Any) -> peewee.SqliteDatabase:
        """What agent.sqlite opens databases by."""
        return Watched(self, target, **more)

    def ours(self, database: peewee.SqliteDatabase) -> bool:
        """Whether a connection is to this disk's database (and not to a copy or a part of one)."""
        return str(database.database) == self.path

    def fate(self) -> str:
        """What becomes of the next durable step: "" or how it is cut."""
        if not self.doomed and (not self.risk or self.chance.random() >= self.risk):
            return ""
        self.doomed = False
        return self.chance.choice(("before", "torn", "after"))

    def off(self, image: dict[str, bytes] | None = None) -> None:
        """The power goes now; the disk holds `image`, or what the files hold."""
        self._image = image or self._stale or self.bytes()
        self._stale = {}
        self.dead = True
        self.cuts += 1

    def bytes(self) -> dict[str, bytes]:
        return {end: _read(self.path + end) for end in ENDS if os.path.exists(self.path + end)}

    def on(self) -> None:
        """Put the files as the cut left them. The former connection must be closed."""
        for end in (*ENDS, "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path + end)
        for end, held in self._image.items():
            with open(self.path + end, "wb") as file:
                file.write(held)
        self.dead = False

    def torn(self, before: dict[str, bytes], end: str) -> dict[str, bytes]:
        """The files now, with only some of the sectors of one of them that differ from `before`."""
        after = self.bytes()
        new, old = after.get(end, b""), before.get(end, b"")
        parts = []
        for start in range(0, len(new), SECTOR):
            fresh, stale = new[start : start + SECTOR], old[start : start + SECTOR]
            parts.append(fresh if fresh == stale or self.chance.random() < 0.5 else stale.ljust(len(fresh), b"\0"))
        mixed = b"".join(parts)
        # A log that begins anew has its header flushed by itself before anything else is written.
        after[end] = new[:HEADER] + mixed[HEADER:] if end == "-wal" else mixed
        return after


class Watched(peewee.SqliteDatabase):
    """peewee's SQLite database on a disk whose power may go."""

    def __init__(self, disk: Disk, target: str, **more: Any) -> None:
        self._disk = disk
        super().__init__(target, **more)

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        disk = self._disk
        if disk.dead:
            raise PowerCut(disk.path)
        disk.statements += 1
        if sql not in (COMMIT, CHECKPOINT) or not disk.ours(self):
            return super().execute_sql(sql, params)
        fate = disk.fate()
        if not fate:
            if disk.lazy and disk.lazy in disk.path:
                disk._stale = disk.bytes()
            return super().execute_sql(sql, params)
        before = disk.bytes()
        if fate == "before":
            disk.off(before)
            raise PowerCut(disk.path)
        done = super().execute_sql(sql, params)
        if sql == CHECKPOINT:
            done.fetchall()
        disk.off(disk.torn(before, "-wal" if sql == COMMIT else "") if fate == "torn" else None)
        raise PowerCut(disk.path)


def copy_folder(source: str, target: str) -> None:
    """A whole disk as an image; nothing may be open in a transaction there."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*-shm"))


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
