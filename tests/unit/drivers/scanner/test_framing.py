"""Framing by tables: each terminator, pieces, limits, silence, counters."""

from __future__ import annotations

import pytest

from drivers.scanner.framing import Dropped, Frame, Framer, Framing, terminator_named


def run(framing, *steps):
    """Feed pieces; a number is silence of so many ms. Answers (data of the frames, framer)."""
    framer, now, out = Framer(framing), 0, []
    for step in steps:
        if isinstance(step, int):
            now += step
            out += framer.tick(now)
        else:
            out += framer.feed(step, now)
    return [frame.data for frame in out], framer


@pytest.mark.parametrize(
    ("terminator", "pieces", "frames"),
    [
        ("CR", [b"ab\rcd\r"], [b"ab", b"cd"]),
        ("CR", [b"a", b"b", b"\r", b"c"], [b"ab"]),
        ("CR", [b"ab\r\ncd\r\n"], [b"ab", b"cd"]),
        ("CR", [b"\r\r\rab\r"], [b"ab"]),
        ("CR", [b"]C101\x1d10\x1e\x04\r"], [b"]C101\x1d10\x1e\x04"]),
        ("LF", [b"ab\ncd\r\n"], [b"ab", b"cd"]),
        ("CRLF", [b"ab\r", b"\ncd\r\n"], [b"ab", b"cd"]),
        ("CRLF", [b"a\rb\nc\r\n"], [b"a\rb\nc"]),
        ("TAB", [b"ab\tcd\t"], [b"ab", b"cd"]),
        ("STX/ETX", [b"\x02ab\x03\x02cd\x03"], [b"ab", b"cd"]),
        ("STX/ETX", [b"\x02ab\x03\r\n\x02cd\x03"], [b"ab", b"cd"]),
        ("STX/ETX", [b"\x02half\x02whole\x03"], [b"whole"]),
        ("STX/ETX", [b"ab\x03\x02cd\x03"], [b"cd"]),
        ("none", [b"ab", b"cd"], []),
        ("none", [b"ab", b"cd", 200, b"ef", 200], [b"abcd", b"ef"]),
    ],
)
def test_terminators(terminator, pieces, frames):
    assert run(Framing(terminator, idle_ms=200), *pieces)[0] == frames


def test_line_feed_after_carriage_return_is_no_half_scan():
    frames, framer = run(Framing("CR"), b"ab\r\n", 1000, b"cd\r")
    assert (frames, framer.dropped.stale) == ([b"ab", b"cd"], 0)
    assert framer.due_ms() is None


def test_stale_half_is_dropped_and_counted():
    frames, framer = run(Framing("CR", idle_ms=500), b"28111", 499, 1, b"2811\r")
    assert (frames, framer.dropped) == ([b"2811"], Dropped(stale=1))


def test_stale_half_is_noticed_by_the_next_bytes_alone():
    framer = Framer(Framing("CR", idle_ms=500))
    assert framer.feed(b"28111", 0) == []
    assert [frame.data for frame in framer.feed(b"2811\r", 600)] == [b"2811"]
    assert framer.dropped.stale == 1


def test_slow_but_living_scan_is_kept():
    assert run(Framing("CR", idle_ms=500), b"28", 499, b"11", 499, b"\r")[0] == [b"2811"]


@pytest.mark.parametrize("terminator", ["CR", "LF", "CRLF", "TAB"])
def test_overlong_is_dropped_to_the_next_terminator(terminator):
    end = {"CR": b"\r", "LF": b"\n", "CRLF": b"\r\n", "TAB": b"\t"}[terminator]
    framing = Framing(terminator, max_len=8)
    for pieces in ([b"x" * 100 + end + b"good" + end], [b"x" * 50, b"x" * 50, end + b"good", end]):
        frames, framer = run(framing, *pieces)
        assert (frames, framer.dropped) == ([b"good"], Dropped(overlong=1))
    assert run(framing, b"12345678" + end, b"123456789" + end)[0] == [b"12345678"]


def test_overlong_with_a_split_crlf_ends_there():
    frames, framer = run(Framing("CRLF", max_len=8), b"x" * 20 + b"\r", b"\ngood\r\n")
    assert (frames, framer.dropped.overlong) == ([b"good"], 1)


def test_overlong_without_terminator_ends_with_silence():
    frames, framer = run(Framing("none", idle_ms=100, max_len=8), b"x" * 20, b"x", 100, b"good", 100)
    assert (frames, framer.dropped) == ([b"good"], Dropped(overlong=1))
    frames, framer = run(Framing("CR", idle_ms=100, max_len=8), b"x" * 20, 100, b"good\r")
    assert (frames, framer.dropped) == ([b"good"], Dropped(overlong=1))


def test_overlong_noise_before_stx_does_not_cost_the_frame():
    frames, framer = run(Framing("STX/ETX", max_len=8), b"\x02" + b"x" * 20, b"x\x02good\x03")
    assert (frames, framer.dropped.overlong) == ([b"good"], 1)


def test_prefix_is_taken_off_and_demanded():
    frames, framer = run(Framing("CR", prefix=b"~"), b"~ab\rcd\r~\r")
    assert (frames, framer.dropped) == ([b"ab"], Dropped(noise=1))


def test_raw_keeps_prefix_and_terminator():
    framer = Framer(Framing("STX/ETX", prefix=b"~"))
    assert framer.feed(b"\x02~ab\x03", 7) == [Frame(b"ab", b"\x02~ab\x03", 7)]


def test_flush_takes_what_is_held_and_never_the_rest_of_an_overlong_frame():
    framer = Framer(Framing("CR"))
    framer.feed(b"28111", 0)
    assert [frame.data for frame in framer.flush(1)] == [b"28111"]
    assert framer.flush(1) == []
    framer = Framer(Framing("CRLF", max_len=4))
    framer.feed(b"xxxxxxxxx\r", 0)
    assert framer.flush(1) == []


def test_reset_counts_a_half_scan_once():
    framer = Framer()
    framer.feed(b"28", 0)
    framer.reset()
    framer.reset()
    assert framer.dropped.total() == 1


def test_reprs_show_no_bytes():
    framer = Framer()
    framer.feed(b"4111", 0)
    assert "4111" not in repr(framer)
    assert "4111" not in repr(framer.flush(0))


@pytest.mark.parametrize(
    ("said", "meant"), [("none+timeout", "none"), ("cr", "CR"), (" CRLF ", "CRLF"), ("stx/etx", "STX/ETX")]
)
def test_names(said, meant):
    assert terminator_named(said) == meant


def test_unknown_name_tells_the_allowed_ones():
    with pytest.raises(ValueError, match="allowed: CR, LF, CRLF, TAB, STX/ETX, none"):
        terminator_named("BELL")
