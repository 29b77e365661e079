"""A hub on either engine and one till; the hub's sums are audited after every test."""

import pytest
from hub_kit import Bench, Pen


@pytest.fixture
def bench(engine, tmp_path):
    bench = Bench(tmp_path / "hub.db")
    yield bench
    bench.audit()
    bench.close()


@pytest.fixture
def pen(bench):
    return Pen("t1", clock=bench.clock)
