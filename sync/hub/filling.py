"""The first fill at the hub: members at one position of the feed as a file in pieces, made by a job and served as it lies there.

The folder holds `manifest.json` (as signed), the one before it, and a compressed file for each piece either names: a till in the
middle of the former goes on with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator

import peewee

from agent.errors import Conflict
from agent.sqlite import read_file, remove_file, replace_file, sync_folder
from sync.fill import VERSION, Fill, Piece, SignedFill, Words, cut, name_of, read_manifest, read_signed
from sync.hub import changes
from sync.hub.store import feed, meta, snapshot, steps
from sync.signing import Signer, Verifier, check_fill, sign_fill
from sync.wire import MemberState, encode

NAME, FORMER, LOCK = "manifest.json", "former.json", "lock"
PACKED = ".zst"
FROM_MEMBERS = 20_000
"""Fewer are told by pages faster than anybody can make a file of them."""
A_PAGE = 2_000
_LEVEL = 3
Tell = Callable[[int], None]


class Fills:
    """The folder of fills; made by one, read by many threads."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._seen: tuple[int, int, int] | None = None
        self._signed = SignedFill()
        self._fill: Fill | None = None

    def signed(self) -> SignedFill:
        """The newest manifest; an empty one before the first."""
        self._look()
        return self._signed

    def current(self) -> Fill | None:
        self._look()
        return self._fill

    def _look(self) -> None:
        """Another process (the command, another hub) may have made a new one."""
        path = os.path.join(self.folder, NAME)
        try:
            found = os.stat(path)
        except FileNotFoundError:
            self._seen, self._signed, self._fill = None, SignedFill(), None
            return
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            signed = read_signed(read_file(path))
            self._signed, self._fill, self._seen = signed, read_manifest(signed.manifest), seen

    def piece(self, sha256: str) -> bytes | None:
        """A piece as it travels (zstd); None for one that is not there (any more)."""
        try:
            with open(os.path.join(self.folder, sha256 + PACKED), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def worth(self, cursor: str, *, epoch: int, last: int) -> bool:
        """Whether a till with this cursor comes sooner to `last`, the feed's end, by the fill than by pages.

        So it does when it lacks many revisions, and the file saves it most of them.
        """
        fill = self.current()
        if fill is None or fill.epoch != epoch:
            return False
        behind = last - min(changes.cursor_of(cursor, epoch).rev, last)
        return behind >= max(FROM_MEMBERS, fill.members // 2) and last - fill.rev <= behind // 2


def renew(database: peewee.Database, fills: Fills, signer: Signer, *, now_ms: int) -> Fill | None:
    """`make` where it is worth the while: many members, and a quarter of them changed since the last or the hub's key; None else."""
    fill, epoch, last = fills.current(), int(meta.read(database, "epoch") or 0), feed.last(database)
    lacking = last - fill.rev if fill is not None and fill.epoch == epoch else last
    told = fills.signed()
    unsigned = fill is not None and not check_fill(Verifier(signer.public), told.manifest, told.signature)
    if not unsigned and lacking < max(FROM_MEMBERS, fill.members // 4 if fill is not None else 0):
        return None
    return make(database, fills, signer, now_ms=now_ms)


def make(
    database: peewee.Database, fills: Fills, signer: Signer, *, now_ms: int, tell: Tell = lambda _: None
) -> Fill | None:
    """Make a fill of what one read transaction of `database` sees; None when there is no member. `tell` hears how many are done.

    Raises Conflict while another is making one into the same folder, and the storage errors; a fill that was broken off leaves the
    former as it is.
    """
    os.makedirs(fills.folder, mode=0o700, exist_ok=True)
    with _alone(fills.folder):
        return _make(database, fills, signer, now_ms=now_ms, tell=tell)


def _make(database: peewee.Database, fills: Fills, signer: Signer, *, now_ms: int, tell: Tell) -> Fill | None:
    loose, whole = (os.path.join(fills.folder, name) for name in ("making.sqlite3", "made.sqlite3"))
    for path in (loose, whole):
        remove_file(path)
    words = Words()
    try:
        with steps.snapshot(database), snapshot.Snapshot(loose, words) as file:
            cursor = changes.Cursor(int(meta.read(database, "epoch") or 0), feed.last(database))
            for states in _states(database, cursor.rev):
                file.add(states)
                tell(file.members)
            if not file.members or not cursor.rev:
                return None
            told = {"epoch": str(cursor.epoch), "rev": str(cursor.rev)}
            file.finish(told, snapshot.marks(database), whole)
        pieces = [_keep(fills.folder, piece) for piece in cut(snapshot.pages(whole))]
        size = os.path.getsize(whole)
    finally:
        remove_file(whole)
    fill = Fill(
        v=VERSION, cursor=str(cursor), epoch=cursor.epoch, rev=cursor.rev, members=file.members, at=now_ms, size=size,
        pieces=tuple(pieces),
    )  # fmt: skip
    _publish(fills.folder, fill, signer)
    return fill


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Two makers would throw away each other's pieces. The lock goes with its process. Raises Conflict."""
    with open(os.path.join(folder, LOCK), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("fill-making", folder=folder) from None
        yield


def _states(database: peewee.Database, rev: int) -> Iterator[list[MemberState]]:
    """Every member as of `rev`, by name, a page at a time; told to no till in particular."""
    last = ""
    while names := snapshot.names_after(database, last, A_PAGE):
        found = changes.states(database, dict.fromkeys(names, rev), "")
        yield sorted(found, key=lambda state: state.member)
        last = names[-1]


def _keep(folder: str, piece: bytes) -> Piece:
    """Write a piece where it is not there yet."""
    import zstandard

    made = Piece(name_of(piece), len(piece))
    path = os.path.join(folder, made.sha256 + PACKED)
    if not os.path.exists(path):
        replace_file(path, zstandard.ZstdCompressor(level=_LEVEL).compress(piece))
    return made


def _publish(folder: str, fill: Fill, signer: Signer) -> None:
    """Put the manifest in place, and throw away what neither it nor the former names."""
    path, former = os.path.join(folder, NAME), os.path.join(folder, FORMER)
    text = encode(fill).decode()
    before = read_manifest(read_signed(read_file(path)).manifest)
    if before is not None:
        replace_file(former, encode(read_signed(read_file(path))))
    replace_file(path, encode(SignedFill(manifest=text, signature=sign_fill(signer, text))))
    sync_folder(folder)
    named = {piece.sha256 + PACKED for kept in (fill, before) if kept is not None for piece in kept.pieces}
    for name in os.listdir(folder):
        if name.endswith(PACKED) and name not in named:
            remove_file(os.path.join(folder, name))
