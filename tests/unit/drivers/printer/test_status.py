from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer.status import (
    Ack,
    Asb,
    Block,
    Event,
    Flow,
    Health,
    Noise,
    Realtime,
    StatusReader,
    Transmit,
    asb_health,
    realtime_health,
)

GOOD = Asb(Health())
STREAM = (
    (b'7"ABCD\0', Ack(b"ABCD")),
    (b"\x12", Realtime(0x12)),
    (b"\x10\x00\x00\x0f", GOOD),
    (b"\x11", Flow(True)),
    (b"\x00", Transmit(0x00)),
    (b"\x38\x00\x0c\x0f", Asb(Health(cover_open=True, offline=True, paper_out=True))),
    (b"\x32", Realtime(0x32)),
    (b"_TM-T20II\0", Block(0x5F, b"TM-T20II")),
    (b"\x13", Flow(False)),
    (b"\x0c", Transmit(0x0C)),
    (b"\x14\x00\x03\x0f", Asb(Health(paper_low=True))),
    (b"\x80", Noise(0x80)),
    (b'7"0000\0', Ack(b"0000")),
)


def test_every_kind_glued_on_one_stream() -> None:
    assert StatusReader().feed(b"".join(data for data, _ in STREAM)) == [event for _, event in STREAM]


@pytest.mark.parametrize("seed", range(20))
def test_in_any_pieces_it_is_the_same(seed: int) -> None:
    chance = random.Random(seed)
    data = b"".join(part for part, _ in STREAM)
    reader, events, at = StatusReader(), [], 0
    while at < len(data):
        size = chance.randrange(1, 6)
        events.extend(reader.feed(data[at : at + size]))
        at += size
    assert events == [event for _, event in STREAM]


def test_flow_and_real_time_answers_stand_within_others() -> None:
    assert StatusReader().feed(b'7"A\x13B\x11\x12CD\0') == [
        Flow(False),
        Flow(True),
        Realtime(0x12),
        Ack(b"ABCD"),
    ]
    assert StatusReader().feed(b"\x10\x00\x12\x13\x00\x0f") == [Realtime(0x12), Flow(False), GOOD]


def test_a_block_without_end_is_dropped() -> None:
    events = StatusReader().feed(b"7" + b"x" * 100 + b'\x007"ABCD\0')
    assert Ack(b"ABCD") in events
    assert any(isinstance(event, Noise) for event in events)


def test_an_interrupted_asb_does_not_eat_what_follows() -> None:
    assert StatusReader().feed(b'\x10\x007"ABCD\0') == [Ack(b"ABCD")]


def test_reset_forgets_the_half() -> None:
    reader = StatusReader()
    assert reader.feed(b'7"AB') == []
    reader.reset()
    assert reader.feed(b"\x12") == [Realtime(0x12)]


@pytest.mark.parametrize(
    ("n", "byte", "health", "cause"),
    [
        (1, 0x12, Health(), ""),
        (1, 0x1A, Health(offline=True), "printer_offline"),
        (2, 0x16, Health(cover_open=True), "cover_open"),
        (2, 0x32, Health(paper_out=True), "paper_out"),
        (2, 0x52, Health(error=True), "printer_error"),
        (2, 0x1A, Health(), ""),
        (3, 0x1A, Health(error=True), "printer_error"),
        (4, 0x1E, Health(paper_low=True), ""),
        (4, 0x7E, Health(paper_low=True, paper_out=True), "paper_out"),
    ],
)
def test_real_time_health(n: int, byte: int, health: Health, cause: str) -> None:
    assert realtime_health(n, byte) == health
    assert health.cause == cause


def test_there_is_no_dle_eot_5() -> None:
    with pytest.raises(ValueError, match="DLE EOT 5"):
        realtime_health(5, 0x12)


def test_asb_errors() -> None:
    assert asb_health(b"\x18\x20\x00\x0f") == Health(offline=True, error=True)


@settings(derandomize=True, max_examples=500)
@given(st.binary(max_size=60))
def test_anything_may_come(data: bytes) -> None:
    reader = StatusReader()
    events: list[Event] = []
    for byte in data:
        events.extend(reader.feed(bytes((byte,))))
    assert len(events) <= len(data)
    assert StatusReader().feed(data) == events


@settings(derandomize=True, max_examples=200)
@given(st.binary(max_size=40))
def test_after_any_noise_and_a_pause_an_acknowledgement_is_heard(noise: bytes) -> None:
    reader = StatusReader()
    reader.feed(noise + b"\0" + b"\0\0\0")
    assert Ack(b"WXYZ") in reader.feed(b'7"WXYZ\0')
