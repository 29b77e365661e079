from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printer.raster import REALTIME, Dots, from_modules, raster_commands, without_realtime


def test_modules_are_scaled_and_centred() -> None:
    dots = from_modules(["101"], across=2, down=3, dots=16)
    assert (dots.width_bytes, dots.rows) == (2, 3)
    assert dots.data == b"\x06\x60" * 3


def test_modules_wider_than_paper_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        from_modules(["1" * 9], across=2, down=1, dots=16)


def test_rows_are_whole() -> None:
    with pytest.raises(AssertionError):
        Dots(2, b"abc")


def test_stripes() -> None:
    sent = raster_commands(Dots(1, bytes(50)))
    assert sent == b"\x1dv0\x00\x01\x00\x18\x00" + bytes(24) + b"\x1dv0\x00\x01\x00\x18\x00" + bytes(24) + (
        b"\x1dv0\x00\x01\x00\x02\x00\x00\x00"
    )


@settings(derandomize=True, max_examples=300)
@given(st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x18, 0xFF]), min_size=2, max_size=400))
def test_no_realtime_command_is_left_and_dots_are_only_added(raw: list[int]) -> None:
    data = bytes(raw)
    kept = without_realtime(data)
    assert not REALTIME.search(kept)
    assert len(kept) == len(data)
    assert all(new & old == old and new ^ old in (0, 0x08) for new, old in zip(kept, data, strict=True))
    sent = raster_commands(Dots(1, data))
    assert not REALTIME.search(sent)
