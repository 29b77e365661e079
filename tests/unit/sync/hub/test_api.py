"""A push's body taken apart; the calls themselves are tried over real HTTP in tests/integration/test_hub_http.py."""

import pytest
from hub_kit import Pen

from sync.hub.api import parse_push
from sync.hub.reception import BadPush
from sync.wire import encode


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_head_and_lines(end, count):
    pen = Pen()
    for _ in range(count):
        pen.boot()
    head, lines = pen.batch()
    assert parse_push(b"\n".join((encode(head), *lines)) + end) == (head, lines)


def test_an_empty_line_is_a_record_too():
    head, _ = Pen().batch()
    assert parse_push(encode(head) + b"\n\nx\n") == (head, [b"", b"x"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"null",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"v":1,"till":5}',
        b'{"v":"1"}',
        b'{"v":1e9999}',
    ],
)
def test_heads_that_are_none(body):
    with pytest.raises(BadPush):
        parse_push(body)


def test_a_head_with_too_many_wishes():
    head, _ = Pen().batch(pending=range(501))
    with pytest.raises(BadPush):
        parse_push(encode(head))
