"""What is presented belongs to one receipt."""

import pytest

from agent.till.current import MAX_PARKED, MAX_PRESENTED, Current, Presented


def shown(data, at_ms=100, *, kind="coupon", member=None):
    return Presented(kind=kind, data=data, member=member, at_ms=at_ms)


def member(name, at_ms=100):
    return shown(f"hmac-{name}", at_ms, kind="member", member=name)


def test_the_same_thing_again_is_one_and_newer():
    current = Current()
    assert [current.present(shown("A")), current.present(shown("B")), current.present(shown("A", 200))] == ["shown"] * 3
    assert current.of("coupon") == ["B", "A"]
    assert not current.idle(200 + 179_999, 180_000)
    assert current.idle(200 + 180_000, 180_000)


def test_a_scan_of_the_receipt_before_never_counts():
    current = Current()
    current.clear(500)
    assert current.present(member("anna", 499)) == "late"
    assert current.present(member("anna", 500)) == "shown"
    assert [thing.member for thing in current.members()] == ["anna"]


def test_too_many_things_are_told_and_renewing_one_is_not_too_many():
    current = Current()
    for n in range(MAX_PRESENTED):
        assert current.present(shown(str(n))) == "shown"
    assert current.present(shown("more")) == "full"
    assert current.present(shown("0", 300)) == "shown"
    assert len(current.things) == MAX_PRESENTED


def test_two_members_newest_last_and_two_cards_of_one_are_one():
    current = Current()
    current.present(member("anna", 1))
    current.present(member("boris", 2))
    current.present(shown("other-card", 3, kind="member", member="anna"))
    assert [thing.member for thing in current.members()] == ["boris", "anna"]


def test_working_on_the_receipt_keeps_what_is_shown():
    current = Current()
    current.present(member("anna", 1))
    current.touch(170_000)
    assert not current.idle(180_001, 180_000)
    assert current.idle(350_000, 180_000)
    assert not Current().idle(10**9, 180_000), "nothing shown is never idle"


def test_suspend_keeps_and_resume_brings_back_as_of_now():
    current = Current()
    current.present(member("anna", 1))
    current.present(shown("CPN", 2))
    current.park("S-1", 50)
    assert current.things == []
    current.present(member("boris", 60))
    current.close("S-2", 1000)
    assert current.resume("S-1", 900) is True, "a resume is never late"
    assert (current.members()[0].member, current.of("coupon"), current.things[0].at_ms) == ("anna", ["CPN"], 1000)
    assert current.resume("S-1", 2000) is False


def test_suspending_twice_loses_nothing():
    current = Current()
    current.present(member("anna", 1))
    current.park("S-1", 50)
    current.park("S-1", 51)
    current.present(shown("CPN", 60))
    current.park("S-1", 70)
    assert [thing.data for thing in current.parked["S-1"]] == ["hmac-anna", "CPN"]


def test_the_oldest_parked_receipt_goes():
    current = Current()
    for n in range(MAX_PARKED + 1):
        current.present(member("anna", n))
        current.park(f"S-{n}", n)
    assert len(current.parked) == MAX_PARKED
    assert "S-0" not in current.parked


def test_a_closed_sale_waits_nowhere():
    current = Current()
    current.present(member("anna", 1))
    current.park("S-1", 50)
    current.close("S-1", 60)
    assert current.parked == {}


@pytest.mark.parametrize("kind", ["coupon", "certificate"])
def test_codes_by_kind(kind):
    current = Current()
    current.present(shown("X", kind=kind))
    assert current.of(kind) == ["X"]
    assert current.members() == []
