"""A compressed body made plain, with an end to how large it may become; the work stops at the limit, not after it."""

from __future__ import annotations

import io
import zlib
from typing import IO

from agent.errors import BadRequest, TooLarge, WrongMedia

PACKED_BYTES = 1024 * 1024
PLAIN_BYTES = 2 * 1024 * 1024
"""A record of the largest size alone, behind the longest head there may be, and room."""
_WINDOW_BYTES = 8 * 1024 * 1024
"""The largest zstd window a frame may ask for; more would be memory for nothing."""


def unpack(body: bytes, encoding: str, *, limit: int = PLAIN_BYTES) -> bytes:
    """Undo Content-Encoding (zstd, gzip, identity or none). Raises TooLarge, BadRequest for a damaged body, WrongMedia."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        plain = body
    elif name == "gzip":
        plain = _gzip(body, limit)
    elif name == "zstd":
        plain = _zstd(body, limit)
    else:
        raise WrongMedia("encoding-unknown", encoding=name[:40])
    if len(plain) > limit:
        raise TooLarge(limit_bytes=limit)
    return plain


def _gzip(body: bytes, limit: int) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    try:
        plain = reader.decompress(body, limit + 1)
    except zlib.error as error:
        raise BadRequest("push-refused", cause="bad-gzip") from error
    if len(plain) <= limit and (not reader.eof or reader.unused_data):
        raise BadRequest("push-refused", cause="bad-gzip")
    return plain


def _zstd(body: bytes, limit: int) -> bytes:
    import zstandard

    unpacking = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
    try:
        # A stream can be stopped at the limit but does not tell a cut frame from a whole one; what fits is unpacked once more.
        with unpacking.stream_reader(io.BytesIO(body)) as reader:
            if _longer(reader, limit):
                raise TooLarge(limit_bytes=limit)
        frame = unpacking.decompressobj()
        plain = frame.decompress(body)
    except zstandard.ZstdError as error:
        raise BadRequest("push-refused", cause="bad-zstd") from error
    if not frame.eof or frame.unused_data:
        raise BadRequest("push-refused", cause="bad-zstd")
    return plain


def _longer(reader: IO[bytes], limit: int) -> bool:
    size = 0
    while size <= limit and (part := reader.read(min(65_536, limit + 1 - size))):
        size += len(part)
    return size > limit
