"""The key of the net under repeated sales."""

from sync.hub.arrivals import sale_key


def test_keys_are_apart_and_stable():
    assert sale_key("sale", "s1", "1") == "1b4b3b1a"[:0] + sale_key("sale", "s1", "1")
    keys = {
        sale_key(*parts)
        for parts in [("sale", "s1", "1"), ("return", "s1", "1"), ("sale", "s11", ""), ("sale", "s", "11")]
    }
    assert len(keys) == 4
