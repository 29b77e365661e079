"""Where a record stands: its own clock where that can be believed, never later than it came, never before its till's last."""

import pytest
from hub_kit import NOON, Pen

from sync.chain import HLC_COUNTER_BITS
from sync.hub.order import order_ms, order_of, places
from sync.wire import NoticeBody, decode


def record(**changes):
    pen = Pen("t1")
    pen.write(NoticeBody(what="x"), **changes)
    return decode(pen.lines[0])


@pytest.mark.parametrize(
    ("changes", "received", "last", "expected_ms"),
    [
        ({}, NOON + 5_000, 0, NOON),
        ({"hlc": (NOON + 60_000) << HLC_COUNTER_BITS}, NOON + 5_000, 0, NOON + 5_000),
        ({"clock": "untrusted", "hlc": 7}, NOON + 5_000, 0, NOON + 5_000),
        ({}, NOON + 5_000, (NOON + 1_000) << HLC_COUNTER_BITS, NOON + 1_000),
    ],
)
def test_where_a_record_stands(changes, received, last, expected_ms):
    assert order_ms(order_of(record(**changes), received, last)) == expected_ms


def test_a_batch_keeps_the_tills_own_order():
    pen = Pen("t1")
    for hlc in (NOON, NOON - 9_000, NOON + 2_000):
        pen.write(NoticeBody(what="x"), hlc=hlc << HLC_COUNTER_BITS)
    found = places([decode(line) for line in pen.lines], NOON + 60_000, 5)
    assert [order_ms(found[seq]) for seq in (1, 2, 3)] == [NOON, NOON, NOON + 2_000]
    assert places([], NOON, 5) == {}
