"""Bodies made plain: whole ones only, and never larger than the limit."""

import gzip
import io

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import BadRequest, TooLarge, WrongMedia
from sync.hub.unpack import unpack

PACK = {"": bytes, "identity": bytes, "gzip": gzip.compress, "zstd": zstandard.compress}


@pytest.mark.parametrize("encoding", PACK)
@pytest.mark.parametrize("body", [b"", b"x", b"x" * 100])
def test_up_to_the_limit_and_no_further(encoding, body):
    assert unpack(PACK[encoding](body), encoding, limit=100) == body
    with pytest.raises(TooLarge):
        unpack(PACK[encoding](body + b"x" * 100), encoding, limit=99)


def test_a_stream_of_unknown_size_is_read():
    target = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(target, closefd=False) as writer:
        writer.write(b"record\n" * 50_000)
    assert unpack(target.getvalue(), "ZSTD") == b"record\n" * 50_000


def test_a_window_larger_than_ours_is_refused():
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    target = io.BytesIO()
    with zstandard.ZstdCompressor(compression_params=parameters).stream_writer(target, closefd=False) as writer:
        writer.write(b"x" * 100)
    with pytest.raises(BadRequest):
        unpack(target.getvalue(), "zstd")


@pytest.mark.parametrize(
    "body",
    [b"", b"x", gzip.compress(b"x" * 50)[:-1], gzip.compress(b"x") + b"more"],
    ids=["empty", "none", "cut", "more"],
)
def test_damaged_gzip(body):
    with pytest.raises(BadRequest):
        unpack(body, "gzip")


def test_unknown_encodings():
    for encoding in ("br", "deflate", "gzip, zstd"):
        with pytest.raises(WrongMedia):
            unpack(b"x", encoding)


@settings(derandomize=True)
@given(st.binary(max_size=300), st.sampled_from(["gzip", "zstd"]), st.booleans())
def test_any_bytes_are_plain_or_refused(body, encoding, real):
    packed = PACK[encoding](body)[: -len(body) or None] if real else body
    try:
        plain = unpack(packed, encoding, limit=1000)
    except (BadRequest, TooLarge):
        return
    assert len(plain) <= 1000
