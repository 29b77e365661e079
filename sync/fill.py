"""The first fill: members by the hundred thousand as one signed SQLite file, cut into pieces named by their hashes. A codec: no I/O.

The hub writes the file (`sync.hub.store.snapshot`), the till reads it (`agent.store.base`); what both must agree on stands here:
the manifest, where pieces end, and how a member's state becomes a hundred bytes.

Tables of the file: `meta(name, value)`, `word(n, text)`, `mark(till, inc, wm)`, `member(id, state)`, `handle(hmac, member)`. A
member's id is the key of `pack_name`; a handle row holds the shortened keys of a handle and of its member, and the state, which
names its handles in full, says whether the row is meant.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from agent.loyalty.lots import Lot
from sync.wire import MemberState

VERSION = 1
PAGE_BYTES = 4096
LEAST_BYTES, MOST_BYTES = 256 * 1024, 2 * 1024 * 1024
_ENDS_ONE_IN = 256
"""A page in so many ends a piece: about 1 MiB each, and the same pages are cut alike wherever they have moved to."""
MAX_PIECES = 200_000
MAX_WORDS = 4096
_CURSOR = re.compile(r"[1-9]\d{0,17}:[1-9]\d{0,17}:\d{1,18}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)

Key = bytes | str


class Piece(Struct, frozen=True, array_like=True):
    """A stretch of the file: SHA-256 (hex) and size in bytes of it as it is, not as it travels."""

    sha256: str
    size: int


class Fill(Struct, frozen=True, kw_only=True):
    """The manifest. `cursor` goes on from the file's one position in the feed; `at` is the hub's time, UTC ms."""

    v: int
    cursor: str
    epoch: int
    rev: int
    members: int
    at: int
    size: int
    pieces: tuple[Piece, ...]


class SignedFill(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The manifest's own text and the hub's signature over it; both empty where members are told by pages."""

    manifest: str = ""
    signature: str = ""


_fill = msgspec.json.Decoder(Fill)


def read_signed(data: bytes) -> SignedFill:
    """A signed manifest as it was kept in a file; an empty one where the bytes are none."""
    try:
        return msgspec.json.decode(data, type=SignedFill)
    except (msgspec.MsgspecError, UnicodeError):
        return SignedFill()


def read_manifest(text: str) -> Fill | None:
    """The manifest of a text; None for what is none, contradicts itself, or is of a later version."""
    try:
        fill = _fill.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    sizes = [piece.size for piece in fill.pieces]
    sound = (
        fill.v == VERSION
        and 0 < len(sizes) <= MAX_PIECES
        and min(sizes) > 0
        and max(sizes) <= MOST_BYTES
        and sum(sizes) == fill.size
        and all(_SHA256.fullmatch(piece.sha256) for piece in fill.pieces)
        and bool(_CURSOR.fullmatch(fill.cursor))
        and fill.cursor.startswith(f"{fill.epoch}:{fill.rev}:")
        and fill.members > 0
    )
    return fill if sound else None


def cut(pages: Iterable[bytes]) -> Iterator[bytes]:
    """Pages joined into pieces that end where a page's own content says so."""
    held: list[bytes] = []
    size = 0
    for page in pages:
        held.append(page)
        size += len(page)
        if size >= MOST_BYTES or (size >= LEAST_BYTES and zlib.crc32(page) % _ENDS_ONE_IN == 0):
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def name_of(piece: bytes) -> str:
    return hashlib.sha256(piece).hexdigest()


def pack_name(text: str) -> Key:
    """16 bytes for a keyed name (32 hex digits), 17 for a UUID; any other text as it is."""
    try:
        raw = bytes.fromhex(text.replace("-", ""))
    except ValueError:
        return text
    if len(raw) != 16:
        return text
    if raw.hex() == text:
        return raw
    return b"\0" + raw if _uuid(raw) == text else text


def unpack_name(key: Key) -> str:
    if isinstance(key, str):
        return key
    return key.hex() if len(key) == 16 else _uuid(key[1:])


def _uuid(raw: bytes) -> str:
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def shortened(key: Key) -> int | str:
    """The first 8 bytes as a signed integer; a text as it is."""
    return int.from_bytes(key[:8], "big", signed=True) if isinstance(key, bytes) else key


def keys_within(short: int) -> tuple[bytes, bytes]:
    """Bounds (low <= key < high) of the keys that shorten to this."""
    low = short.to_bytes(8, "big", signed=True)
    number = int.from_bytes(low, "big") + 1
    return low, number.to_bytes(8, "big") if number < 1 << 64 else b"\xff" * 18


class Words:
    """Texts that come again and again (tiers, units, days), each written once and then named by its number."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = list(texts)
        self._numbers = {text: n for n, text in enumerate(self.texts)}

    def number(self, text: str) -> int | str:
        """Its number, a new one for a new text; the text itself when there are too many."""
        number = self._numbers.get(text)
        if number is None:
            if len(self.texts) >= MAX_WORDS:
                return text
            number = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return number

    def text(self, number: int | str) -> str:
        """Raises ValueError for a number nobody gave."""
        if isinstance(number, str):
            return number
        if not 0 <= number < len(self.texts):
            raise ValueError(f"word {number}")
        return self.texts[number]


# A field's number stays its own for ever; one that is not told has its default.
_WORD = {"status": 0, "tier": 2, "birthday": 5, "joined": 6}
_NAME = {"into": 1, "phone": 9}
_TEXT = {"name": 3, "masked": 4}
_SEGMENTS, _CARDS, _LOTS = 7, 8, 10
_SUMS = {"leased": 11, "debt": 12, "spend": 13}
FIELDS = frozenset({*_WORD, *_NAME, *_TEXT, *_SUMS, "segments", "cards", "lots"})
"""What of a state is in its bytes; `member` is the key, `rev` and `applied` are the file's."""

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(dict[int, Any]).decode
_DEFAULTS = MemberState(member="", rev=0)


def pack(state: MemberState, words: Words) -> bytes:
    """A state's bytes."""
    told: dict[int, Any] = {}
    for fields, coded in ((_WORD, words.number), (_NAME, pack_name), (_TEXT, str)):
        for name, number in fields.items():
            value = getattr(state, name)
            if value != getattr(_DEFAULTS, name):
                told[number] = coded(value)
    if state.segments:
        told[_SEGMENTS] = [words.number(one) for one in state.segments]
    if state.cards:
        told[_CARDS] = [pack_name(card) for card in state.cards]
    if state.lots:
        told[_LOTS] = [_packed_lot(lot, words) for lot in state.lots]
    for name, number in _SUMS.items():
        if sums := getattr(state, name):
            told[number] = {words.number(unit): points for unit, points in sums.items()}
    return _pack(told)


def _packed_lot(lot: Lot, words: Words) -> list[Any]:
    key = pack_name(lot.id)
    row: list[Any] = [
        key if isinstance(key, bytes) else words.number(key),
        words.number(lot.unit),
        lot.points,
        lot.born,
        words.number(lot.expires_on) if lot.expires_on is not None else None,
        words.number(lot.spendable_from) if lot.spendable_from else None,
        lot.left if lot.left != lot.points else None,
    ]
    while row[-1] is None:
        row.pop()
    return row


def unpack(member: str, packed: bytes, words: Words, *, rev: int, applied: Mapping[str, int]) -> MemberState:
    """The state of a member's bytes. Raises ValueError (msgspec's errors are such) for what `pack` never made."""
    told = _unpack(packed)
    try:
        values: dict[str, Any] = {}
        for fields, read in ((_WORD, words.text), (_NAME, unpack_name), (_TEXT, str)):
            values.update((name, read(told[number])) for name, number in fields.items() if number in told)
        for name, number in _SUMS.items():
            if number in told:
                values[name] = {words.text(unit): int(points) for unit, points in told[number].items()}
        return MemberState(
            member=member,
            rev=rev,
            applied=dict(applied),
            segments=tuple(words.text(one) for one in told.get(_SEGMENTS, ())),
            cards=tuple(unpack_name(card) for card in told.get(_CARDS, ())),
            lots=tuple(_lot(row, words) for row in told.get(_LOTS, ())),
            **values,
        )
    except (TypeError, AttributeError) as error:
        raise ValueError(f"member {member}: {error}") from error


def _lot(row: list[Any], words: Words) -> Lot:
    id_, unit, points, born = row[:4]
    expires_on, spendable_from, left = [*row[4:], None, None, None][:3]
    return Lot(
        id=unpack_name(id_) if isinstance(id_, bytes) else words.text(id_),
        unit=words.text(unit),
        points=points,
        left=points if left is None else left,
        born=born,
        expires_on=None if expires_on is None else words.text(expires_on),
        spendable_from="" if spendable_from is None else words.text(spendable_from),
    )


def handles_of(state: MemberState) -> tuple[str, ...]:
    """Keyed names that lead to a member."""
    return (*state.cards, *((state.phone,) if state.phone else ()))
