"""Properties of framing, recognition and the guard over whatever bytes a line can carry."""

from __future__ import annotations

import itertools

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.scanner.framing import Framer, Framing
from drivers.scanner.gs1 import parse_elements, parse_link
from drivers.scanner.guard import PanGuard
from drivers.scanner.pan import LENGTHS, RANGES, is_pan
from drivers.scanner.pattern import Pattern, PatternFault
from drivers.scanner.recognition import Recognizer, Source

fixed = settings(derandomize=True, max_examples=300, deadline=None)
RECOGNIZER = Recognizer()
SOURCE = Source("till", code_page="cp1251")
ENDS = {"CR": b"\r", "LF": b"\n", "CRLF": b"\r\n", "TAB": b"\t", "STX/ETX": b"\x03", "none": b""}

framings = st.builds(
    Framing,
    terminator=st.sampled_from(list(ENDS)),
    idle_ms=st.just(1000),
    prefix=st.sampled_from([b"", b"~"]),
    max_len=st.integers(1, 24),
)
# Bytes that matter to framing, much more often than chance would have them.
streams = st.lists(st.sampled_from([b"\r", b"\n", b"\x02", b"\x03", b"\t", b"~", b"\x1d", b"ab", b"x" * 9, b"\xff"]), max_size=40).map(b"".join)  # fmt: skip


def cut(data, places):
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@fixed
@given(framings, streams, st.lists(st.integers(0, 1000), max_size=12))
@example(Framing("CRLF", max_len=4), b"xxxxxxxxx\r\nab\r\n", [10])
@example(Framing("STX/ETX", max_len=4), b"\x02xxxxxxxxx\x02ab\x03", [10])
@example(Framing("CR", max_len=4), b"ab\r\ncd\r", [3, 4])
def test_any_pieces_give_the_same_frames(framing, stream, places):
    whole, pieced = Framer(framing), Framer(framing)
    frames = whole.feed(stream, 0) + whole.tick(1000)
    again = [frame for piece in cut(stream, places) for frame in pieced.feed(piece, 0)] + pieced.tick(1000)
    assert [(frame.data, frame.raw) for frame in again] == [(frame.data, frame.raw) for frame in frames]
    assert all(0 < len(frame.data) <= framing.max_len for frame in frames)
    assert pieced.due_ms() is None


payloads = st.binary(min_size=1, max_size=24).filter(lambda data: not set(data) & set(b"\r\n\x02\x03\t"))


@fixed
@given(st.sampled_from(list(ENDS)), st.lists(payloads, min_size=1, max_size=6), st.lists(st.integers(0, 200)))
def test_every_payload_comes_out_whole_and_in_order(terminator, sent, places):
    framer, out = Framer(Framing(terminator, idle_ms=100)), []
    start = b"\x02" if terminator == "STX/ETX" else b""
    if terminator == "none":
        for number, data in enumerate(sent):
            for piece in cut(data, places):
                out += framer.feed(piece, number * 100)
        out += framer.tick(len(sent) * 100)
    else:
        stream = b"".join(start + data + ENDS[terminator] for data in sent)
        for piece in cut(stream, places):
            out += framer.feed(piece, 0)
    assert [frame.data for frame in out] == sent
    assert framer.dropped.total() == 0


@fixed
@given(
    st.binary(max_size=200) | st.text(max_size=80).map(str.encode),
    st.sampled_from(["", "]C1", "]Q1", "]e0", "]E0", "]d2", "\x1d"]),
)
@example(b'{"t":' * 60, "")
@example(b"https://[/01/12312312312333", "]Q1")
@example(b"\xc2\xb2" * 13, "")
def test_recognition_takes_anything(data, head):
    scan, trace = RECOGNIZER.explain(head.encode() + data, SOURCE, 1)
    assert scan == RECOGNIZER.recognise(head.encode() + data, SOURCE, 1)
    assert trace
    assert (scan.kind == "payment") == PanGuard().is_payment(head.encode() + data)
    assert scan.gtin14 is None or len(scan.gtin14) == 14


@fixed
@given(st.text(max_size=120), st.sampled_from(["", "\x1d", "01", "https://e.com/01/", "HTTP://a/255/"]))
def test_gs1_takes_anything(text, head):
    for found in (parse_elements(head + text), parse_link(head + text)):
        assert found is None or all(isinstance(part, str) for element in found for part in element)


@st.composite
def pans(draw):
    """A number in an issuer's range that passes Luhn, and is no EAN."""
    low, high = draw(st.sampled_from(RANGES))
    head = str(draw(st.integers(int(low), int(high))))
    size = draw(st.sampled_from(list(LENGTHS)))
    body = head + "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=size - 1 - len(head), max_size=size - 1 - len(head))))  # fmt: skip
    return next(body + check for check in "0123456789" if luhn(body + check))


def luhn(text):
    """Written apart from the guard's own."""
    doubled = ["0246813579"[int(d)] if place % 2 else d for place, d in enumerate(reversed(text))]
    return sum(map(int, doubled)) % 10 == 0


forms = st.sampled_from(
    [
        "{}",
        " {} ",
        "]Z0{}",
        "%B{}^DOE/JOHN^25121010000000000?",
        ";{}=25121010000000000?",
        "%B{}^X^2512?;{}=2512?",
        "{}=25121010000000000",
    ]
)


@fixed
@given(pans().filter(is_pan), forms)
def test_nothing_of_a_payment_card_is_anywhere(pan, form):
    data = form.replace("{}", pan).encode()
    framer = Framer()
    frames = framer.feed(data + b"\r", 0)
    scan, trace = RECOGNIZER.explain(frames[0].data, SOURCE, 1)
    assert scan.kind == "payment"
    told = repr((scan, trace, frames, framer)) + msgspec.json.encode(scan).decode()
    # No six digits of it in a row, anywhere.
    assert not any(pan[at : at + 6] in told for at in range(len(pan) - 5))


@fixed
@given(pans())
def test_the_guard_is_blind_to_what_a_scanner_calls_a_barcode(pan):
    assert not PanGuard().is_payment(f"]C0{pan}".encode())
    assert PanGuard().is_payment(pan.encode()) == is_pan(pan)


@fixed
@given(st.text(alphabet=r"aA0-9[]{}(),?P<id>\dw.*+|^$é", max_size=24), st.text(max_size=30))
def test_patterns_are_refused_or_match_as_re_does(pattern, text):
    import re

    try:
        made = Pattern.parse(pattern)
    except PatternFault:
        return
    found = re.compile(pattern, re.ASCII).fullmatch(text)
    assert made.match(text) == (found.groupdict() if found else None)
