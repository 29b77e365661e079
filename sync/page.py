"""A hub's answer as a till reads it: each member's state by itself, so that one that cannot be read does not stop all the others."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from sync.wire import Changes, MemberState, PushAnswer

SPOILT_BYTES = 64 * 1024
"""As much of a state that cannot be read is kept for a person."""
_changes = msgspec.json.Decoder(Changes)
_answer = msgspec.json.Decoder(PushAnswer)
_state = msgspec.json.Decoder(MemberState)
_parts = msgspec.json.Decoder(dict[str, Raw])
_rows = msgspec.json.Decoder(list[Raw])


class Spoilt(Struct, frozen=True):
    """A member's state that is put aside, and why: it does not decode, or it cannot be."""

    member: str
    """As far as it says; "" where it does not."""
    rev: int
    reason: str
    state: bytes


class Told(Changes, frozen=True, kw_only=True):
    """A page of changes with the states that were put aside."""

    spoilt: tuple[Spoilt, ...] = ()


class _Named(Struct):
    member: str = ""


def read_changes(body: bytes) -> Changes:
    """A page; a `Told` where a state in it is spoilt. Raises msgspec.MsgspecError, ValueError, RecursionError for one that is none."""
    try:
        return _changes.decode(body)
    except msgspec.ValidationError:
        return _loosely(body)


def read_answer(body: bytes) -> PushAnswer:
    """The answer to a push, its changes read as `read_changes` does. Raises the same."""
    try:
        return _answer.decode(body)
    except msgspec.ValidationError:
        parts = _parts.decode(body)
        if "changes" not in parts:
            raise
        changes = _loosely(bytes(parts.pop("changes")))
        return msgspec.structs.replace(_answer.decode(msgspec.json.encode(parts)), changes=changes)


def read_state(state: bytes) -> MemberState:
    """One state by itself. Raises msgspec.MsgspecError, ValueError, RecursionError."""
    return _state.decode(state)


def _loosely(body: bytes) -> Told:
    parts = _parts.decode(body)
    good, spoilt = [], []
    for row in _rows.decode(parts.pop("members", Raw(b"[]"))):
        try:
            good.append(_state.decode(row))
        except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
            spoilt.append(_spoilt(bytes(row), str(fault)))
    page = _changes.decode(msgspec.json.encode(parts))
    fields = {name: getattr(page, name) for name in Changes.__struct_fields__}
    return Told(**fields | {"members": tuple(good)}, spoilt=tuple(spoilt))


def _spoilt(row: bytes, why: str) -> Spoilt:
    try:
        name = msgspec.json.decode(row, type=_Named).member[:80]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        name = ""
    return Spoilt(name, 0, f"undecodable: {why[:160]}", row[:SPOILT_BYTES])
