"""So many in any stretch of time."""

from agent.api.rate import Rate


def test_so_many_and_no_more_until_the_first_is_old():
    rate = Rate(3, 1000)
    assert [rate.allows(now) for now in (0, 10, 20, 30)] == [True, True, True, False]
    assert rate.allows(999) is False
    assert rate.allows(1000) is True
    assert rate.allows(1005) is False
    assert rate.allows(1010) is True


def test_refused_tries_do_not_prolong():
    rate = Rate(1, 100)
    assert rate.allows(0)
    assert not any(rate.allows(now) for now in range(1, 100))
    assert rate.allows(100)
