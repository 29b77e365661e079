"""Request bodies: read with a size limit and a deadline, checked for depth, decoded into a closed type."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from starlette.types import Receive

from agent.errors import BadRequest, TooLarge, TooSlow

SMALL_BYTES = 64 * 1024
LARGE_BYTES = 1024 * 1024
MAX_DEPTH = 32
DEADLINE_MS = 5_000
MAX_QUERY_BYTES = 2_048
T = TypeVar("T")

_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_AT = re.compile(r" - at `\$?\.?([^`]*)`$")


class Gone(Exception):
    """The caller hung up before its body was whole; nobody is left to answer."""


async def read_body(
    receive: Receive, *, max_bytes: int, declared: str | None = None, deadline_ms: int = DEADLINE_MS
) -> bytes:
    """The whole body. `declared` is the Content-Length header. Raises TooLarge, TooSlow, BadRequest, Gone."""
    if declared is not None:
        if not declared.isdecimal() or len(declared) > 18:
            raise BadRequest(path="Content-Length", problem=declared[:40])
        if int(declared) > max_bytes:
            raise TooLarge(limit_bytes=max_bytes)
    try:
        async with asyncio.timeout(deadline_ms / 1000):
            return await _collect(receive, max_bytes)
    except TimeoutError:
        raise TooSlow(limit_ms=deadline_ms) from None


async def _collect(receive: Receive, max_bytes: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        if len(body) > max_bytes:
            raise TooLarge(limit_bytes=max_bytes)
        if not message.get("more_body", False):
            return bytes(body)


def too_deep(raw: bytes, limit: int = MAX_DEPTH) -> bool:
    """Whether JSON nests deeper than `limit`; decided before decoding, in C loops: a body may be a mebibyte of brackets."""
    brackets = _STRINGS.sub(b"", raw).translate(_ONE_KIND, _NOT_BRACKETS)
    for _ in range(limit):
        if not brackets:
            return False
        # Innermost pairs away: every round takes exactly one level off.
        brackets = brackets.replace(b"[]", b"")
    depth = 0
    for sign in brackets:
        depth += 1 if sign == 0x5B else -1
        if depth > limit:
            return True
        if depth < 0:
            break
    # What is left is either still nested or does not pair up, which the decoder will refuse.
    return depth == 0 and bool(brackets)


def decode_body(raw: bytes, type_: type[T]) -> T:
    """JSON as a `type_`. Raises BadRequest naming the field, in codes bad-json, too-deep and bad-request."""
    if too_deep(raw):
        raise BadRequest("too-deep", limit=MAX_DEPTH)
    try:
        return msgspec.json.decode(raw, type=type_)
    except msgspec.ValidationError as error:
        raise BadRequest(**place(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("bad-json", problem=str(error)) from None


def decode_query(pairs: list[tuple[str, str]], type_: type[T]) -> T:
    """Query parameters as a Struct: each at most once, unknown ones refused. Raises BadRequest."""
    given: dict[str, Any] = {}
    for key, text in pairs:
        if key in given:
            raise BadRequest(path=key, problem="Given more than once")
        given[key] = text
    known = {field.encode_name for field in msgspec.structs.fields(type_)}  # type: ignore[arg-type]
    for key in given:
        if key not in known:
            raise BadRequest(path="?", problem=f"Object contains unknown field `{key}`")
    try:
        return msgspec.convert(given, type_, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(**place(error)) from None


def place(error: msgspec.ValidationError) -> Mapping[str, str]:
    """A message of msgspec taken apart: `path` ("lines[0].n", "." for the whole) and `problem`."""
    text = str(error)
    found = _AT.search(text)
    return {"path": (found[1] if found else "") or ".", "problem": _AT.sub("", text)}
