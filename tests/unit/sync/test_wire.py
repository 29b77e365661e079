"""The wire: canonical bytes, records that come back as they went, and what is refused."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import wire

BODY = wire.NoticeBody(what="look-up", numbers={"b": 1, "a": "x"})


def record(body=BODY, **more):
    fields = {"v": 1, "till": "T1", "inc": 1, "seq": 2, "id": "i", "at": 3, "hlc": 4, "body": body}
    return wire.Record(**{**fields, **more})


def test_the_bytes_are_canonical():
    assert wire.encode(record()) == (
        b'{"v":1,"till":"T1","inc":1,"seq":2,"id":"i","at":3,"hlc":4,"clock":"trusted",'
        b'"body":{"kind":"notice","what":"look-up","numbers":{"a":"x","b":1}}}'
    )


@pytest.mark.parametrize(
    "body",
    [
        wire.BootBody(reason="new", store="S1"),
        wire.WantBody(member="m", unit="points:main", points=5),
        wire.EnrolBody(member="m", cards=("c",)),
        wire.CloseBody(lease="l", member="m", unit="u", spent=1, left=2, reason="idle"),
        BODY,
    ],
)
def test_a_record_comes_back_as_it_went(body):
    line = wire.encode(record(body))
    assert wire.decode(line) == record(body)
    assert wire.encode(wire.decode(line)) == line


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[1]", b'{"v":1}', wire.encode(record()).replace(b"notice", b"nonsense"), wire.encode(record())[:-1]],
)
def test_what_is_no_record_is_refused(line):
    with pytest.raises(msgspec.MsgspecError):
        wire.decode(line)


def test_fields_of_a_later_version_do_not_stop_an_earlier_one():
    line = wire.encode(record()).replace(b'"what":', b'"later":{"x":1},"what":')
    assert wire.decode(line) == record()


@settings(derandomize=True, max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_record_or_refused(line):
    try:
        wire.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return
