import asyncio
import json
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct

from agent.errors import BadRequest, KopilkaError, TooLarge, TooSlow
from agent.web.body import Gone, decode_body, decode_query, read_body, too_deep


class Line(Struct, forbid_unknown_fields=True):
    n: Annotated[int, Meta(ge=1)]


class Basket(Struct, forbid_unknown_fields=True):
    lines: list[Line]
    name: str = ""


def feed(*messages):
    left = list(messages)

    async def receive():
        if not left:
            await asyncio.sleep(60)
        return left.pop(0)

    return receive


def part(body: bytes, more: bool = False):
    return {"type": "http.request", "body": body, "more_body": more}


def read(*messages, **limits):
    return asyncio.run(read_body(feed(*messages), **{"max_bytes": 10, **limits}))


def test_a_body_comes_in_pieces():
    assert read(part(b"abc", True), part(b"", True), part(b"def")) == b"abcdef"


def test_size_is_limited_as_declared_and_as_come():
    with pytest.raises(TooLarge) as caught:
        read(declared="11")
    assert caught.value.fields == {"limit_bytes": 10}
    with pytest.raises(TooLarge):
        read(part(b"x" * 6, True), part(b"x" * 5, True))
    assert read(part(b"x" * 10), declared="10") == b"x" * 10


@pytest.mark.parametrize("declared", ["-1", "1e3", "", "9" * 40, "²"])
def test_a_length_that_is_no_number_is_refused(declared):
    with pytest.raises(BadRequest):
        read(part(b""), declared=declared)


def test_a_slow_body_meets_its_deadline():
    with pytest.raises(TooSlow) as caught:
        read(part(b"x", True), deadline_ms=30)
    assert caught.value.fields == {"limit_ms": 30}


def test_a_caller_that_hangs_up_is_gone():
    with pytest.raises(Gone):
        read(part(b"x", True), {"type": "http.disconnect"})


@pytest.mark.parametrize(
    ("raw", "deep"),
    [
        (b"[" * 32 + b"]" * 32, False),
        (b"[" * 33 + b"]" * 33, True),
        (b'{"a":' * 33 + b"1" + b"}" * 33, True),
        (b"[" * 1_000_000, True),
        (b"]" * 1_000_000, False),
        (b"[]," * 300_000, False),
        (b'"' + b"[" * 1000 + b'"', False),
        (b'["\\"' + b"[" * 1000 + b'"]', False),
        (b"", False),
    ],
    ids=str,
)
def test_depth_is_judged_before_decoding(raw, deep):
    assert too_deep(raw) is deep


nested = st.recursive(
    st.none() | st.text(alphabet='[]{}"\\a', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('{["\\', max_size=2), inner, max_size=3),
)


def depth(value) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@settings(derandomize=True, max_examples=300)
@given(nested, st.integers(0, 6))
def test_depth_is_that_of_the_decoded_value(value, limit):
    assert too_deep(json.dumps(value).encode(), limit) == (depth(value) > limit)


@pytest.mark.parametrize(
    ("raw", "code", "fields"),
    [
        (b'{"lines":[{"n":0}]}', "bad-request", {"path": "lines[0].n", "problem": "Expected `int` >= 1"}),
        (b'{"lines":[{"n":"1"}]}', "bad-request", {"path": "lines[0].n", "problem": "Expected `int`, got `str`"}),
        (b'{"lines":[],"x":1}', "bad-request", {"path": ".", "problem": "Object contains unknown field `x`"}),
        (b"{}", "bad-request", {"path": ".", "problem": "Object missing required field `lines`"}),
        (b"[" * 40, "too-deep", {"limit": 32}),
    ],
)
def test_a_fault_names_the_field(raw, code, fields):
    with pytest.raises(BadRequest) as caught:
        decode_body(raw, Basket)
    assert (caught.value.code, caught.value.fields) == (code, fields)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"lines":[]}x', b"\xff", b'{"lines":[],"name":"\xff"}', b'{"lines":[],"name":"\\ud800"}']
)
def test_what_is_no_json_is_told_as_such(raw):
    with pytest.raises(BadRequest) as caught:
        decode_body(raw, Basket)
    assert caught.value.code == "bad-json"


@settings(derandomize=True, max_examples=300)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\u0n1eltrusfa ', max_size=40).map(str.encode))
def test_any_bytes_are_decoded_or_refused(raw):
    code = ""
    try:
        decode_body(raw, Basket)
    except KopilkaError as fault:
        code = fault.code
    assert code in ("", "bad-json", "bad-request", "too-deep")


class Find(Struct, forbid_unknown_fields=True):
    card: Annotated[str, Meta(max_length=5)] = ""
    after: Annotated[int, Meta(ge=0)] = 0


def test_a_query_is_typed_and_closed():
    assert decode_query([("card", "007"), ("after", "12")], Find) == Find("007", 12)
    for pairs in (
        [("a", "1")],
        [("after", "-1")],
        [("after", "x")],
        [("card", "1"), ("card", "2")],
        [("card", "123456")],
    ):
        with pytest.raises(BadRequest):
            decode_query(pairs, Find)
