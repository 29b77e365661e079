"""The last of the disk is kept for the journal: copies and caches give way first, then a ballast file, then sales are refused.

The ballast is real blocks, laid down while there is room: whatever fills the disk cannot take them. It is let go when nothing else
is left to drop, and laid down again when there is room.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Sequence

from agent.sqlite import free_bytes

_log = logging.getLogger("kopilka.disk")
NAME = "reserve"
SHARE = 100
"""One part in so many of the disk."""
LEAST_BYTES, MOST_BYTES = 4 * 1024 * 1024, 64 * 1024 * 1024
FLOOR_BYTES = 1024 * 1024
"""Below it a sale is about to be refused."""

Drop = Callable[[], object]


class Reserve:
    """Ballast in the till's data folder. `drops` give room in this order; each may be called again and again."""

    def __init__(self, folder: str, drops: Sequence[Drop] = (), *, size: int = 0, floor: int = FLOOR_BYTES) -> None:
        """`size` in bytes; 0: a hundredth of the disk, within limits."""
        self._path = os.path.join(folder, NAME)
        self._drops = tuple(drops)
        self._floor = floor
        self._size = size or _share(folder)

    @property
    def held(self) -> bool:
        """Whether the ballast lies there."""
        return os.path.exists(self._path)

    def free(self) -> int:
        """Bytes that can be written now; plenty where nobody can tell."""
        found = free_bytes(self._path)
        return self._size * SHARE if found is None else found

    @property
    def tight(self) -> bool:
        """Less is free than is kept: somebody must make room."""
        return self.free() < self._size

    def tidy(self) -> None:
        """A job's look: lay the ballast down where there is room, drop what can be done without where it gets tight."""
        if self.free() < self._size and self.held:
            self._give_way(self._size, let_go=False)
        elif not self.held and self.free() > 4 * self._size:
            self._lay()

    def check(self) -> None:
        """Before a write: one look at the disk. Gives way in order until a sale has room, the ballast last."""
        if self.free() < self._floor:
            self._give_way(self._floor, let_go=True)

    def room(self, size: int) -> bool:
        """Whether a copy of so many bytes may be made without the disk getting tight."""
        return self.free() > size + 2 * self._size

    def _give_way(self, wanted: int, *, let_go: bool) -> None:
        for drop in self._drops:
            with contextlib.suppress(OSError):
                drop()
            if self.free() >= wanted:
                return
        if let_go and self.held:
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            _log.error("disk-reserve-released", extra={"free_mb": self.free() // (1024 * 1024)})

    def _lay(self) -> None:
        """Real blocks or nothing: a file with holes would keep no room."""
        part = self._path + ".part"
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.posix_fallocate(handle, 0, self._size)
            finally:
                os.close(handle)
            os.replace(part, self._path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(part)


def _share(folder: str) -> int:
    try:
        found = os.statvfs(folder)
    except OSError:
        return LEAST_BYTES
    return min(max(found.f_blocks * found.f_frsize // SHARE, LEAST_BYTES), MOST_BYTES)
