from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.sim.printer_ops import (
    AllowRealtime,
    AskStatus,
    CutPaper,
    FeedDots,
    Initialised,
    KickDrawer,
    Op,
    PrintBars,
    PrintLine,
    PrintQr,
    PrintRaster,
    Reply,
    SetAsb,
    Span,
    Unknown,
)
from drivers.sim.printer_parser import EscposParser


def ops(data: bytes, **rest: object) -> list[Op]:
    parser, buffer, out = EscposParser(**rest), bytearray(data), []
    while (taken := parser.take(buffer)) is not None:
        out.extend(taken)
    return out


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"ab\n", [PrintLine((Span("ab"),))]),
        (b"\n", [PrintLine(())]),
        (b"\x1bt\x11\xf0\xa6\n", [PrintLine((Span("Ёж"),))]),
        (b"a\x1bE\x01b\x1d!\x10c\n", [PrintLine((Span("a"), Span("b", True), Span("c", True, True)))]),
        (b"\x1b!\x28x\n", [PrintLine((Span("x", True, True),))]),
        (b"\x1ba\x02x\n", [PrintLine((Span("x"),), 2)]),
        (b"x\x1bd\x03", [PrintLine((Span("x"),)), FeedDots(90)]),
        (b"\x1bJ\x10", [FeedDots(16)]),
        (b"x\x1dVB\x00", [PrintLine((Span("x"),)), CutPaper()]),
        (b"\x1dV\x00", [CutPaper()]),
        (b"\x1bp\x00\x19\xfa", [KickDrawer()]),
        (b"\x1da\xff\x1dr\x01", [SetAsb(255), AskStatus(1)]),
        (b"\x1d(H\x06\x0000ABCD", [Reply(b'7"ABCD\0', is_ack=True)]),
        (b"\x1d(D\x05\x00\x14\x01\x00\x02\x00", [AllowRealtime(1, False), AllowRealtime(2, False)]),
        (b"\x1dv0\x00\x01\x00\x02\x00\xff\x81", [PrintRaster(1, b"\xff\x81")]),
        (b"\x1dv0\x00\x00\x00\x02\x00", []),
        (b"\x1dk\x49\x04{BA1", [PrintBars(73, b"{BA1")]),
        (b"\x1dk\x02460049469432\x00", [PrintBars(2, b"460049469432")]),
        (b"\x1d(k\x03\x001C\x06\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0", [PrintQr(b"abc", 6)]),
        (b"\x1b@x", [Initialised()]),
        (b"\x10\x04\x02\x10\x05\x02\x10\x14\x01\x00\x05x\n", [PrintLine((Span("x"),))]),
        (b"\x1b\x07", [Unknown(b"\x1b\x07")]),
        (b"\x1d\x07\x00", [Unknown(b"\x1d\x07")]),
        (b"\x1c\x07", [Unknown(b"\x1c\x07")]),
        (b"\x1b=\x02hidden\n\x1b=\x01seen\n", [PrintLine((Span("seen"),))]),
        (b"\x00\x00\rx\n", [PrintLine((Span("x"),))]),
    ],
)
def test_commands(data: bytes, wanted: list[Op]) -> None:
    assert ops(data) == wanted


def test_lines_wrap_at_the_columns() -> None:
    assert ops(b"abcdef\n", columns=4) == [PrintLine((Span("abcd"),)), PrintLine((Span("ef"),))]
    assert ops(b"\x1d!\x10abc\n", columns=4) == [
        PrintLine((Span("ab", False, True),)),
        PrintLine((Span("c", False, True),)),
    ]


def test_a_clone_starts_in_chinese_until_told() -> None:
    assert ops("Привет".encode("cp866") + b"\n", kanji=True) != ops("Привет".encode("cp866") + b"\n")
    told = b"\x1c.\x1bt\x11" + "Привет".encode("cp866") + b"\n"
    assert ops(told, kanji=True) == [PrintLine((Span("Привет"),))]


def test_initialise_undoes_everything() -> None:
    assert ops(b"\x1bE\x01\x1d!\x10\x1ba\x01lost\x1b@x\n") == [Initialised(), PrintLine((Span("x"),))]


def test_half_a_command_waits() -> None:
    parser = EscposParser()
    data = b"\x1dv0\x00\x01\x00\x02\x00\xff\x81"
    for cut in range(1, len(data)):
        buffer = bytearray(data[:cut])
        assert parser.take(buffer) is None
        assert buffer == data[:cut]


@settings(derandomize=True, max_examples=400)
@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_waited_for(data: bytes) -> None:
    parser, buffer = EscposParser(), bytearray(data)
    while buffer:
        before = len(buffer)
        if parser.take(buffer) is None:
            break
        assert len(buffer) < before
