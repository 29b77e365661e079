"""Positions: one integer for (incarnation, seq), in the order of the records."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.rows import MAX_INC, MAX_SEQ, place, position

INCS, SEQS = st.integers(0, MAX_INC), st.integers(0, MAX_SEQ)


@settings(derandomize=True)
@given(INCS, SEQS)
def test_a_position_says_its_place_and_fits_sqlite(inc, seq):
    assert place(position(inc, seq)) == (inc, seq)
    assert 0 <= position(inc, seq) < 1 << 63


@settings(derandomize=True)
@given(INCS, SEQS, INCS, SEQS)
def test_positions_are_ordered_as_places(inc, seq, other_inc, other_seq):
    assert (position(inc, seq) < position(other_inc, other_seq)) == ((inc, seq) < (other_inc, other_seq))


def test_the_position_before_the_first_record_of_an_incarnation_lies_behind_the_former():
    assert position(1, MAX_SEQ) < position(2, 0) == position(2, 1) - 1
    assert position(3, -1) == position(2, MAX_SEQ)
