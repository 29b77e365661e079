"""Batches judged against their head and the chain."""

import pytest

from agent.errors import TooLarge
from sync.hub.reception import BadPush


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"v": 2}, "unknown-version"),
        ({"inc": 0}, "bad-head"),
        ({"inc": 2**40}, "bad-head"),
        ({"first": 0}, "bad-head"),
        ({"first": -1}, "bad-head"),
        ({"last": 9}, "bad-head"),
        ({"last": 2**70}, "bad-head"),
        ({"prev": "x" * 64}, "bad-head"),
        ({"prev": ""}, "bad-head"),
        ({"prev": "1" * 64}, "bad-chain"),
        ({"hash": "0" * 64}, "bad-chain"),
        ({"hash": "G"}, "bad-head"),
        ({"inc": 2}, "bad-chain"),
    ],
)
def test_a_malformed_head_changes_nothing(bench, pen, wrong, code):
    pen.sale("m1", earn=10)
    before = bench.everything(but=())
    with pytest.raises(BadPush) as refused:
        bench.push(pen, wrong=wrong)
    assert refused.value.cause == code
    assert bench.everything(but=()) == before


def test_too_many_records(bench, pen):
    for _ in range(201):
        pen.boot()
    with pytest.raises(TooLarge, match="push-too-large"):
        bench.push(pen)


def test_a_record_beyond_a_mebibyte(bench, pen):
    pen.raw(b"x" * (1024 * 1024 + 1))
    with pytest.raises(TooLarge, match="push-too-large"):
        bench.push(pen)
