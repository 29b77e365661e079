"""Member states that cannot be, by reason."""

import msgspec
import pytest

from agent.loyalty.lots import Lot
from sync.states import fault_of, is_day
from sync.wire import MemberState

LOT = Lot(id="l", unit="u", points=5, left=5, born=1, spendable_from="2026-01-01", expires_on="2026-12-31")
GOOD = MemberState(
    member="m", rev=7, tier="gold", name="Анна", masked="*1", birthday="02-29", joined="2026-01-15", cards=("c",), phone="p",
    lots=(LOT,), leased={"u": 1}, debt={"u": 1}, spend={"u": 1}, applied={"T1/1": 3},
)  # fmt: skip


def lot(**changes):
    return {"lots": (msgspec.structs.replace(LOT, **changes),)}


def test_a_good_state():
    assert fault_of(GOOD) == ""
    assert fault_of(GOOD, newest=7) == ""
    assert fault_of(MemberState(member="m", rev=0)) == ""


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"member": ""}, "bad-id"),
        ({"member": "m" * 81}, "bad-id"),
        ({"rev": -1}, "bad-rev"),
        ({"rev": 2**53}, "bad-rev"),
        ({"name": "n" * 401}, "too-much"),
        ({"cards": ("c" * 81,)}, "too-much"),
        ({"cards": ("c",) * 10_001}, "too-much"),
        ({"into": "m" * 81}, "too-much"),
        (lot(left=-1), "bad-lot"),
        (lot(left=6), "bad-lot"),
        (lot(points=10**30, left=1), "bad-lot"),
        (lot(id=""), "bad-lot"),
        (lot(unit="u" * 81), "bad-lot"),
        (lot(born=-1), "bad-lot"),
        ({"lots": (LOT, LOT)}, "bad-lot"),
        (lot(expires_on="2026-02-30"), "bad-day"),
        (lot(expires_on="soon"), "bad-day"),
        (lot(spendable_from="20260101"), "bad-day"),
        ({"birthday": "02-30"}, "bad-day"),
        ({"birthday": "2-3"}, "bad-day"),
        ({"joined": "yesterday"}, "bad-day"),
        ({"leased": {"u": -1}}, "bad-figure"),
        ({"debt": {"u": 2**53}}, "bad-figure"),
        ({"spend": {"u": -1}}, "bad-figure"),
        ({"applied": {"T1/1": 10**30}}, "bad-figure"),
    ],
)
def test_what_cannot_be(wrong, reason):
    assert fault_of(msgspec.structs.replace(GOOD, **wrong)) == reason


def test_no_state_is_newer_than_its_page():
    assert fault_of(GOOD, newest=6) == "bad-rev"


@pytest.mark.parametrize(
    ("text", "good"), [("2024-02-29", True), ("2026-02-29", False), ("2026-W01-1", False), ("", False)]
)
def test_days(text, good):
    assert is_day(text) is good
