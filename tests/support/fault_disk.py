"""A disk of the tests' own: it knows what was written and what was synced, fails when told to, and loses power.

Files are real files in a real folder, so SQLite's locks and shared memory are the real ones; what a power cut would leave of them
is kept beside, in memory. Two ways lead here: SQLite's, through the VFS of `fault_vfs`, and Python's own `os.fsync`, `os.replace`
and `os.unlink`, which `watching` takes over while a test runs.

The model is that of a journaling file system without barriers of its own: a name is durable when its folder (or the file itself,
for a new one) was synced, names change in order, bytes are durable when their file was synced, and until then any of them may be
there, sector by sector, in any order. A sync that failed never comes true later: the kernel tells its error once and forgets.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

SECTOR_BYTES = 512
SHARED_MEMORY = "-shm"
"""SQLite's index of its log lives in memory; nothing of it is on a disk."""

Model = Literal["lost", "torn", "reordered", "kept"]
"""What becomes of bytes not synced: none are there, a prefix with a torn last write, a seeded choice of sectors, or all of them.
`kept` is a process killed with the machine still up."""
Kind = Literal["write", "truncate", "sync", "delete", "create", "rename", "folder"]
DURABLE: frozenset[str] = frozenset({"sync", "truncate", "delete", "rename", "folder"})
"""Calls after which the disk promises something."""


class PowerCut(BaseException):
    """The machine is off. Not an Exception: nothing of the product may catch it and go on."""


class Call(NamedTuple):
    """One call that changes the disk; `name` is the path inside of the disk's folder."""

    kind: Kind
    name: str


class Fault(NamedTuple):
    """What goes wrong at the n-th call, counted from 1.

    `cut`: the power goes before it, `after`: when it is done. `full` and `broken` are ENOSPC and EIO, of that call alone or, when
    `lasting`, of all later ones until `mend`: on a full disk only those that need room.
    """

    n: int
    what: Literal["cut", "after", "full", "broken"]
    lasting: bool = False


@dataclass(eq=False, slots=True)
class Inode:
    """A file whatever its name: what a power cut leaves of it for certain."""

    kept: bytearray = field(default_factory=bytearray)
    mode: int = 0o600


class Change(NamedTuple):
    """Something not yet durable, in order of time: bytes at an offset, a size, a name that came or went."""

    inode: Inode | None
    offset: int = 0
    data: bytes | None = None
    size: int = 0
    link: str = ""
    unlink: str = ""


class Refused(Exception):
    """The disk says no: the errno, for whoever called to say in its own words."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


class Disk:
    """One device, mounted at `root`."""

    def __init__(self, root: str, *, seed: int = 1) -> None:
        self.root = os.path.realpath(root)
        self.fault: Fault | None = None
        self.calls: list[Call] = []
        self.met: list[tuple[Call, int]] = []
        """Calls that went wrong, with how many bytes their file had then."""
        self.dead = False
        self.closers: list[Callable[[], object]] = []
        """How to close what a dead process had open."""
        self._chance = random.Random(seed)
        os.makedirs(self.root, exist_ok=True)
        self._mount()

    def _mount(self) -> None:
        """Take what is in the folder as durable."""
        self.names: dict[str, Inode] = {}
        for path in self._found():
            with open(path, "rb") as file:
                self.names[path] = Inode(bytearray(file.read()), os.fstat(file.fileno()).st_mode & 0o777)
        self._kept_names = dict(self.names)
        self._pending: list[Change] = []

    def _found(self) -> list[str]:
        found = [os.path.join(folder, name) for folder, _, names in os.walk(self.root) for name in names]
        return sorted(path for path in found if not path.endswith(SHARED_MEMORY))

    def holds(self, path: str) -> bool:
        """Whether a path is on this disk."""
        return path.startswith(self.root + os.sep) and not path.endswith(SHARED_MEMORY)

    # What callers do to the disk. Each raises Refused or PowerCut before anything has happened, or PowerCut after it.

    def write(self, path: str, data: bytes, offset: int, do: Callable[[bytes, int], object]) -> None:
        """`do` writes into the real file. A write that is refused may have put down a part of its bytes first."""
        inode = self._inode(path)

        def put(part: bytes) -> None:
            do(part, offset)
            self._pending.append(Change(inode, offset, part))

        size = os.path.getsize(path)
        try:
            with self._call("write", path, needs_room=offset + len(data) > size):
                put(data)
        except Refused:
            if half := len(data) // 2 // SECTOR_BYTES * SECTOR_BYTES:
                put(data[:half])
            raise

    def truncate(self, path: str, size: int, do: Callable[[int], object]) -> None:
        with self._call("truncate", path):
            do(size)
            self._pending.append(Change(self._inode(path), size=size))

    def sync(self, path: str) -> None:
        """Bytes of a file, and its name when it is new. One that fails leaves them to the next power cut, for good."""
        inode = self._inode(path)
        try:
            with self._call("sync", path):
                links = {change.link for change in self._pending if change.inode is inode and change.link}

                def due(change: Change) -> bool:
                    # What its name stood for before goes first.
                    return change.inode is inode or bool(links & {change.link, change.unlink})

                for change in filter(due, self._pending):
                    self._settle(change, self._kept_names)
                self._pending = [change for change in self._pending if not due(change)]
        except Refused:
            self._pending = [change for change in self._pending if change.inode is not inode or change.link]
            raise

    def sync_folder(self, path: str) -> None:
        with self._call("folder", path):
            self._sync_names(path)

    def delete(self, path: str, do: Callable[[], object], *, sync: bool = False) -> None:
        with self._call("delete", path):
            do()
            self.names.pop(path, None)
            self._pending.append(Change(None, unlink=path))
            if sync:
                self._sync_names(os.path.dirname(path))

    def create(self, path: str, do: Callable[[], Any]) -> Any:
        """A file SQLite opens; counted when it makes one."""
        if path in self.names or os.path.exists(path):
            self._inode(path)
            return do()
        with self._call("create", path, needs_room=True):
            made = do()
            self._inode(path)
        return made

    def rename(self, source: str, target: str, do: Callable[[], object]) -> None:
        with self._call("rename", target):
            inode = self._inode(source)
            do()
            self.names[target] = self.names.pop(source)
            self._pending.append(Change(inode, link=target, unlink=source))

    @contextlib.contextmanager
    def _call(self, kind: Kind, path: str, *, needs_room: bool = False) -> Iterator[None]:
        if self.dead:
            raise PowerCut
        self.calls.append(Call(kind, path[len(self.root) + 1 :]))
        fault, n = self.fault, len(self.calls)
        if fault is None or n < fault.n:
            yield
            return
        if fault.what == "cut":
            self.cut()
        now = n == fault.n or (fault.lasting and (fault.what == "broken" or needs_room))
        if now and fault.what in ("full", "broken"):
            self.met.append((self.calls[-1], os.path.getsize(path) if os.path.exists(path) else 0))
            raise Refused(errno.ENOSPC if fault.what == "full" else errno.EIO)
        yield
        if fault.what == "after" and n == fault.n:
            self.cut()

    # What lies behind.

    def _inode(self, path: str) -> Inode:
        """The file of a name; one that Python made without our seeing it is met here, with nothing of it durable."""
        if self.dead:
            raise PowerCut
        if path not in self.names:
            inode = self.names[path] = Inode()
            self._pending.append(Change(inode, link=path))
            if os.path.exists(path):
                inode.mode = os.stat(path).st_mode & 0o777
                self._plain(path)
        return self.names[path]

    def _plain(self, path: str) -> None:
        """Bytes Python wrote: all of the file, as one write that is not synced."""
        with open(path, "rb") as file:
            data = file.read()
        self._pending += [Change(self.names[path], size=0), Change(self.names[path], 0, data)]

    def plain_sync(self, path: str) -> None:
        """`os.fsync` of a file that Python wrote."""
        if self._inode(path).kept != (data := _read(path)):
            self._pending += [Change(self.names[path], size=0), Change(self.names[path], 0, data)]
        self.sync(path)

    def _sync_names(self, folder: str) -> None:
        def inside(change: Change) -> bool:
            return any(name and os.path.dirname(name) == folder for name in (change.link, change.unlink))

        for change in self._pending:
            if inside(change):
                self._settle(change, self._kept_names)
        self._pending = [change for change in self._pending if not inside(change)]

    @staticmethod
    def _settle(change: Change, names: dict[str, Inode], files: dict[int, bytearray] | None = None) -> None:
        """Make a change durable, in `files` (by inode) where they are given instead of the inodes themselves."""
        if change.unlink:
            names.pop(change.unlink, None)
        if change.link and change.inode is not None:
            names[change.link] = change.inode
        if change.link or change.unlink or change.inode is None:
            return
        kept = change.inode.kept if files is None else files.setdefault(id(change.inode), bytearray(change.inode.kept))
        if change.data is None:
            del kept[change.size :]
            kept.extend(bytes(change.size - len(kept)))
            return
        kept.extend(bytes(max(0, change.offset - len(kept))))
        kept[change.offset : change.offset + len(change.data)] = change.data

    def cut(self) -> None:
        """The power goes now. Raises PowerCut."""
        for path in self._found():
            self._inode(path)
        self.dead = True
        raise PowerCut

    def restart(self, model: Model, *, into: str | None = None) -> None:
        """The machine comes back with what the model leaves; into another folder when given, and then the disk is mounted there."""
        names, files = dict(self._kept_names), {id(inode): bytearray(inode.kept) for inode in self._kept_names.values()}
        for change in self._survivors(model):
            self._settle(change, names, files)
        image = [(path, files.get(id(inode), inode.kept), inode.mode) for path, inode in sorted(names.items())]
        self.release()
        if into is None:
            for path in [*self._found(), *(path for path in self._shared())]:
                _unlink(path)
        before, self.root = self.root, os.path.realpath(into or self.root)
        for path, data, mode in image:
            target = os.path.join(self.root, os.path.relpath(path, before))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
                file.write(data)
        self.dead, self.fault = False, None
        self._mount()

    def release(self) -> None:
        """Close what the ended process had open; a dead disk hears nothing of it."""
        while self.closers:
            with contextlib.suppress(Exception, PowerCut):
                self.closers.pop()()

    def mend(self) -> None:
        """There is room again, or another cable."""
        self.fault = None

    def _shared(self) -> list[str]:
        found = [os.path.join(folder, name) for folder, _, names in os.walk(self.root) for name in names]
        return [path for path in found if path.endswith(SHARED_MEMORY)]

    def _survivors(self, model: Model) -> list[Change]:
        if model == "lost":
            return []
        if model == "kept":
            return self._pending
        if model == "torn":
            count = self._chance.randint(0, len(self._pending))
            whole, rest = self._pending[:count], self._pending[count : count + 1]
            return whole + [part for change in rest for part in self._torn(change)]
        names = [change for change in self._pending if change.link or change.unlink]
        names = names[: self._chance.randint(0, len(names))]
        bytes_ = [change for change in self._pending if not (change.link or change.unlink)]
        return names + [part for change in bytes_ for part in _sectors(change) if self._chance.random() < 0.5]

    def _torn(self, change: Change) -> list[Change]:
        if change.data is None or change.link or change.unlink:
            return []
        parts = _sectors(change)
        return parts[: self._chance.randrange(len(parts))] if parts else []


def _sectors(change: Change) -> list[Change]:
    """A write as its sectors; anything else as it is."""
    if change.data is None:
        return [change]
    starts = [0, *range(SECTOR_BYTES - change.offset % SECTOR_BYTES, len(change.data), SECTOR_BYTES)]
    ends = [*starts[1:], len(change.data)]
    return [
        change._replace(offset=change.offset + start, data=change.data[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


_fsync, _replace, _unlink = os.fsync, os.replace, os.unlink


@contextlib.contextmanager
def watching(*disks: Disk) -> Iterator[None]:
    """Let Python's own durable steps on these disks go through them."""

    def on(path: Any) -> Disk | None:
        real = os.path.abspath(os.fspath(path)) if isinstance(path, str | os.PathLike) else ""
        return next((disk for disk in disks if disk.holds(real) or real == disk.root), None)

    def fsync(handle: int) -> None:
        path = os.readlink(f"/proc/self/fd/{handle}")
        disk = on(path)
        if disk is None:
            _fsync(handle)
        elif os.path.isdir(path):
            _told(lambda: disk.sync_folder(path))
        else:
            _told(lambda: disk.plain_sync(path))

    def replace(source: str, target: str, **more: Any) -> None:
        disk = on(source)
        if disk is None or not os.path.lexists(source):
            _replace(source, target, **more)
        else:
            ends = os.path.abspath(source), os.path.abspath(target)
            _told(lambda: disk.rename(*ends, lambda: _replace(source, target)))

    def unlink(path: str, **more: Any) -> None:
        disk = None if more else on(path)
        if disk is None or not os.path.lexists(path):
            _unlink(path, **more)
        else:
            _told(lambda: disk.delete(os.path.abspath(path), lambda: _unlink(path)))

    os.fsync, os.replace, os.unlink = fsync, replace, unlink  # type: ignore[assignment]
    try:
        yield
    finally:
        os.fsync, os.replace, os.unlink = _fsync, _replace, _unlink


def _told(do: Callable[[], object]) -> None:
    """In Python's words."""
    try:
        do()
    except Refused as refused:
        raise OSError(refused.number, os.strerror(refused.number)) from None
