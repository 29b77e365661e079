"""A request is answered once, within its window, and no till can push another out."""

import pytest

from agent.errors import TooMany
from sync.hub.nonces import Nonces


def test_once_within_the_window():
    nonces = Nonces(window_ms=100)
    assert nonces.is_new("t1", "a", 0)
    assert not nonces.is_new("t1", "a", 100)
    assert nonces.is_new("t2", "a", 100)
    assert nonces.is_new("t1", "a", 101)


def test_a_full_table_refuses_its_own_till_only():
    nonces = Nonces(window_ms=100, most=2)
    assert nonces.is_new("t1", "a", 0)
    assert nonces.is_new("t1", "b", 50)
    with pytest.raises(TooMany):
        nonces.is_new("t1", "c", 60)
    assert nonces.is_new("t2", "c", 60)
    assert nonces.is_new("t1", "c", 101)
