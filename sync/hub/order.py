"""The canonical order of records from many tills: by hybrid logical clock, where that can be believed, else by receipt. Pure.

A record is never ordered later than it was received: whatever came of it at the hub came later. Within a till order is the till's own.
"""

from __future__ import annotations

from collections.abc import Iterable

from sync.chain import HLC_COUNTER_BITS, hlc_ms
from sync.wire import Record


def order_of(record: Record, received_ms: int, last: int) -> int:
    """Where a record stands among those of all tills (ms << 16 | counter); `last` is where its till's record before it stands."""
    received = order_at(received_ms)
    found = min(record.hlc, received) if record.clock == "trusted" else received
    return max(found, last)


def order_at(moment_ms: int) -> int:
    """The order of a moment."""
    return moment_ms << HLC_COUNTER_BITS


def order_ms(order: int) -> int:
    """The moment of an order, UTC ms."""
    return hlc_ms(order)


def places(records: Iterable[Record], received_ms: int, last: int) -> dict[int, int]:
    """Where each record of a batch stands, by seq."""
    found = {}
    for record in records:
        last = found[record.seq] = order_of(record, received_ms, last)
    return found
