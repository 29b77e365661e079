"""The chain names the first bad row; the hybrid clock never goes back."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.chain import AHEAD_MS, Linked, clock_doubt, hlc_ms, hlc_of, hlc_tick, link, verify
from sync.wire import GENESIS

DAY = 86_400_000
NOW = 1_795_000_000_000


def journal(count: int, inc: int = 1, prev: str = GENESIS, first: int = 1) -> list[Linked]:
    rows = []
    for seq in range(first, first + count):
        line = b'{"n":%d}' % seq
        prev = link(prev, line, seq=seq, inc=inc)
        rows.append(Linked(seq, inc, line, prev))
    return rows


def test_link_is_sha256_over_previous_bytes_line_seq_and_incarnation():
    prev = "ab" * 32
    expected = hashlib.sha256(
        b"\xab" * 32 + b"line" + b"\0\0\0\0\0\0\x01\x02" + b"\0\0\0\x03",
    ).hexdigest()
    assert link(prev, b"line", seq=258, inc=3) == expected


def test_link_refuses_a_previous_hash_that_is_not_hex():
    with pytest.raises(ValueError):
        link("zz", b"", seq=1, inc=1)


def test_whole_journal_verifies():
    rows = journal(5)
    assert verify(rows, GENESIS, first=1) is None
    assert verify(rows[2:], rows[1].hash, first=3) is None
    assert verify([], GENESIS, first=1) is None


@settings(derandomize=True, max_examples=200)
@given(at=st.integers(0, 5), byte=st.integers(0, 6), bit=st.integers(0, 7))
def test_one_flipped_bit_is_named(at, byte, bit):
    rows = journal(6)
    line = bytearray(rows[at].line)
    line[byte] ^= 1 << bit
    rows[at] = rows[at]._replace(line=bytes(line))
    broken = verify(rows, GENESIS, first=1)
    assert broken is not None
    assert (broken.seq, broken.reason) == (at + 1, "hash")


def test_flipped_hash_is_named_at_its_own_row():
    rows = journal(4)
    rows[2] = rows[2]._replace(hash="0" * 64)
    assert verify(rows, GENESIS, first=1)[:3] == (3, 1, "hash")


def test_missing_first_middle_and_wrong_prev_are_named():
    rows = journal(4)
    assert verify(rows[1:], GENESIS, first=1)[:3] == (2, 1, "gap")
    assert verify([rows[0], rows[2]], GENESIS, first=1)[:4] == (3, 1, "gap", "2")
    assert verify(rows[1:], GENESIS)[:3] == (2, 1, "hash")


def test_records_may_not_change_places():
    rows = journal(3)
    assert verify([rows[0], rows[2], rows[1]], GENESIS, first=1).reason == "gap"
    swapped = [rows[0], rows[1]._replace(line=rows[2].line), rows[2]._replace(line=rows[1].line)]
    assert verify(swapped, GENESIS, first=1)[:3] == (2, 1, "hash")


@pytest.mark.parametrize("first", [1, 4])
def test_new_incarnation_continues_the_chain_from_one_or_carries_the_count_on(first):
    old = journal(3)
    new = journal(2, inc=2, prev=old[-1].hash, first=first)
    assert verify(old + new, GENESIS, first=1) is None
    assert verify(new + old, old[-1].hash)[:3] == (1, 1, "incarnation")


def test_new_incarnation_may_not_skip():
    old = journal(3)
    assert verify(old + journal(1, inc=2, prev=old[-1].hash, first=2), GENESIS).reason == "gap"


def test_same_line_under_another_incarnation_or_seq_has_another_hash():
    hashes = {link(GENESIS, b"x", seq=seq, inc=inc) for seq in (1, 2) for inc in (1, 2)}
    assert len(hashes) == 4


@settings(derandomize=True, max_examples=200)
@given(st.lists(st.integers(0, 2**42), max_size=30))
def test_hybrid_clock_grows_whatever_the_wall_says(walls):
    last = 0
    for now in walls:
        ticked = hlc_tick(last, now)
        assert ticked > last
        assert hlc_ms(ticked) >= now
        last = ticked


def test_hybrid_clock_follows_the_wall_and_counts_within_a_millisecond():
    first = hlc_tick(0, NOW)
    assert hlc_ms(first) == NOW
    assert hlc_tick(first, NOW) == first + 1
    assert hlc_tick(first, NOW - DAY) == first + 1
    assert hlc_tick(first, NOW + 5) == NOW + 5 << 16


@pytest.mark.parametrize(
    ("now", "elapsed", "doubt"),
    [
        (NOW + 10, None, ""),
        (NOW - 900, None, ""),
        (NOW - 2_000, None, "back"),
        (0, None, "early"),
        (NOW - 3 * DAY, None, "early"),
        (NOW + DAY, DAY, ""),
        (NOW + AHEAD_MS + 50, 50, ""),
        (NOW + AHEAD_MS + 51, 50, "ahead"),
    ],
)
def test_clock_doubt(now, elapsed, doubt):
    assert clock_doubt(now, last_ms=NOW, floor_ms=NOW - 2 * DAY, elapsed_ms=elapsed) == doubt


def test_the_first_reading_of_a_millisecond():
    assert hlc_ms(hlc_of(1_790_000_000_000)) == 1_790_000_000_000
    assert hlc_tick(0, 5) == hlc_of(5)
