"""How many records make a batch."""

import pytest

from sync.outbox import Outgoing, fitting


@pytest.mark.parametrize(
    ("lengths", "records", "size", "count"),
    [
        ([], 200, 1000, 0),
        ([10] * 300, 200, 10**6, 200),
        ([99] * 30, 200, 1000, 10),
        ([5000, 10], 200, 1000, 1),
        ([10, 5000, 10], 200, 1000, 1),
        ([999, 1], 200, 1000, 1),
        ([10, 10], 1, 1, 1),
        ([10, 10], 0, 1, 1),
    ],
)
def test_fitting(lengths, records, size, count):
    assert fitting(lengths, records=records, size=size) == count


def test_last_of_a_batch_and_of_an_empty_one():
    assert Outgoing(inc=1, first=5, prev="", hash="", lines=(b"a", b"b"), tail=9).last == 6
    assert Outgoing(inc=1, first=5, prev="", hash="", tail=4).last == 4
