"""The fill being received: one file beside the database, its pieces written where they belong, found again by hash after a restart.

Steps, each of which a power cut may be the last: pieces; all of them read again; the base's manifest; the rename to the base's
name; (the swap in the database); the former base removed. Any thread, one at a time.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator

from agent.errors import StorageFull
from agent.sqlite import file_errors, free_bytes, read_file, remove_file, replace_file, sync_folder
from agent.store.base import MARK
from agent.store.members import received
from sync.fill import Fill, Piece, SignedFill, name_of, read_manifest, read_signed
from sync.wire import encode

RESERVE_BYTES = 64 * 1024 * 1024
"""What stays free for the journal whatever a fill would like."""
BESIDE = ".json"
_DIGITS = 16


class Incoming:
    """Receives one fill after another for the database at `path`. Methods raise StorageFull and StorageBroken."""

    def __init__(self, path: str) -> None:
        self._database = path
        self._part, self._manifest = received(path)
        self._fill: Fill | None = None
        self._target = ""
        self._missing: set[int] = set()

    @property
    def missing(self) -> list[int]:
        """Numbers of the pieces that are not here, in order."""
        return sorted(self._missing)

    @property
    def lacking_bytes(self) -> int:
        return sum(self._pieces()[number].size for number in self._missing)

    def begin(self, signed: SignedFill, fill: Fill) -> None:
        """Take up where this fill was left; or begin it, with what the base and a fill left half have in common with it."""
        self._fill, self._target = fill, base_path(self._database, signed)
        self._missing = set(range(len(fill.pieces)))
        with file_errors(self._part):
            if os.path.exists(self._target):
                self._missing -= set(self._held(self._target))
            elif read_signed(read_file(self._manifest)) == signed and os.path.exists(self._part):
                self._missing -= set(self._held(self._part))
            else:
                self._start(signed, fill)

    def _start(self, signed: SignedFill, fill: Fill) -> None:
        self._room(fill.size)
        fresh = self._part + ".new"
        with open(fresh, "wb") as file:
            os.chmod(fresh, 0o600)
            file.truncate(fill.size)
            sources = dict(self._sources())
            for number, offset in _offsets(fill):
                piece = fill.pieces[number]
                data = _piece(*sources[piece.sha256], piece) if piece.sha256 in sources else None
                if data is not None:
                    file.seek(offset)
                    file.write(data)
                    self._missing.discard(number)
        # Without its manifest the former file is nobody's: no step in between shows one file with the other's manifest.
        remove_file(self._manifest)
        os.replace(fresh, self._part)
        replace_file(self._manifest, encode(signed))

    def keep(self, number: int, data: bytes) -> bool:
        """Write a piece; False when it is not what its hash says, or the file is gone: the journal needed its room, or a wipe took it."""
        piece = self._pieces()[number]
        if len(data) != piece.size or name_of(data) != piece.sha256:
            return False
        self._room(piece.size)
        if not os.path.exists(self._part):
            self._missing = set(range(len(self._pieces())))
            return False
        with file_errors(self._part), open(self._part, "r+b") as file:
            file.seek(sum(one.size for one in self._pieces()[:number]))
            file.write(data)
        self._missing.discard(number)
        return True

    def verified(self) -> bool:
        """Whether every piece is on the disk as it should be; what is not is missing again."""
        path = self._target if os.path.exists(self._target) else self._part
        if not os.path.exists(path):
            self._missing = set(range(len(self._pieces())))
            return False
        with file_errors(path):
            with open(path, "r+b") as file:
                os.fsync(file.fileno())
            self._missing = set(range(len(self._pieces()))) - set(self._held(path))
        return not self._missing

    def place(self) -> str:
        """Give the verified file the base's name; its path."""
        with file_errors(self._target):
            if not os.path.exists(self._target):
                replace_file(self._target + BESIDE, encode(read_signed(read_file(self._manifest))))
                os.replace(self._part, self._target)
                sync_folder(os.path.dirname(os.path.abspath(self._target)))
        return self._target

    def tidy(self, base: str | None) -> None:
        """Remove files that are neither the base at this path nor a fill that can be gone on with."""
        kept = {base, f"{base}{BESIDE}"} if base else set()
        signed = read_signed(read_file(self._manifest))
        if signed.manifest and (going_on := base_path(self._database, signed)) != base:
            kept |= {going_on, going_on + BESIDE}
        else:
            for path in received(self._database):
                remove_file(path)
        remove_file(self._part + ".new")
        for path in glob.glob(glob.escape(self._database + MARK) + "*"):
            if path not in kept:
                remove_file(path)

    def abandon(self) -> None:
        """Give up what is being received; the base stays."""
        for path in received(self._database):
            remove_file(path)

    def drop(self) -> None:
        """Throw away a placed file that turned out to be no fill."""
        self.abandon()
        for path in (self._target, self._target + BESIDE):
            remove_file(path)

    def _pieces(self) -> tuple[Piece, ...]:
        assert self._fill is not None, "begin first"
        return self._fill.pieces

    def _held(self, path: str) -> Iterator[int]:
        """Pieces a file has in their places."""
        assert self._fill is not None, "begin first"
        for number, offset in _offsets(self._fill):
            if _piece(path, offset, self._fill.pieces[number]) is not None:
                yield number

    def _sources(self) -> Iterator[tuple[str, tuple[str, int]]]:
        """Where pieces of former fills lie: hash -> (path, offset)."""
        bases = [path.removesuffix(BESIDE) for path in glob.glob(glob.escape(self._database + MARK) + "*" + BESIDE)]
        for path, manifest in ((self._part, self._manifest), *((base, base + BESIDE) for base in bases)):
            fill = read_manifest(read_signed(read_file(manifest)).manifest)
            if fill is not None and os.path.exists(path):
                yield from ((fill.pieces[number].sha256, (path, offset)) for number, offset in _offsets(fill))

    def _room(self, size: int) -> None:
        free = free_bytes(self._part)
        if free is not None and free < size + RESERVE_BYTES:
            raise StorageFull(path=self._part, free_mb=free // (1024 * 1024))


def base_path(database: str, signed: SignedFill) -> str:
    """The name a fill has as a base."""
    return database + MARK + name_of(signed.manifest.encode())[:_DIGITS]


def _offsets(fill: Fill) -> Iterator[tuple[int, int]]:
    """(number, offset) of each piece."""
    offset = 0
    for number, piece in enumerate(fill.pieces):
        yield number, offset
        offset += piece.size


def _piece(path: str, offset: int, piece: Piece) -> bytes | None:
    """The bytes of a piece when they are there."""
    with open(path, "rb") as file:
        file.seek(offset)
        data = file.read(piece.size)
    return data if name_of(data) == piece.sha256 else None
