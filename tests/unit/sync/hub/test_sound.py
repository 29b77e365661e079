"""Bodies no till of ours writes, by reason; every kind by way of a hub is in tests/contract/test_hostile_till.py."""

import pytest

from agent.loyalty.leases import Backing, Grant, Spend
from agent.loyalty.lots import Lot, Part
from sync.hub.ground import Unapplicable
from sync.hub.sound import check
from sync.wire import (
    BootBody,
    CloseBody,
    EnrolBody,
    GotBody,
    MoveInBody,
    MoveOutBody,
    NoticeBody,
    ReturnBody,
    VoidBody,
    WantBody,
)  # fmt: skip


def returned(**more):
    said = {"store": "s", "id": "r", "content": "c", "of": "s", "lines": (), "closed_at": 1, "money_back": 0}
    return ReturnBody(**said | more)


def got(**more):
    return GotBody(
        grant=Grant(**{"id": "g", "till": "t", "member": "m", "unit": "u", "granted": 1, "backing": ()} | more)
    )


def moved_out(**more):
    said = {"store": "s", "id": "m", "member": "a", "unit": "u", "points": 5, "to": "b"}
    return MoveOutBody(**said | {"spends": (Spend("l", "u", (Part("x", 5),)),)} | more)


def moved_in(**more):
    lots = (Lot(id="x", unit="u", points=5, left=5, born=1),)
    return MoveInBody(
        **{"store": "s", "id": "m", "member": "b", "unit": "u", "points": 5, "of": "a", "lots": lots} | more
    )


GOOD = [
    moved_out(),
    moved_in(),
    BootBody(reason="new", store="s"),
    NoticeBody(what="x"),
    EnrolBody(member="m", cards=("c",), phone="p", name="Анна-Мария О’Нил", birthday="02-29"),
    WantBody(member="m", unit="points:main", points=-1),
    CloseBody(lease="l", member="m", unit="u", spent=0, left=0, reason="idle"),
    returned(restored={"u": (Part("l", 0),)}, taken_back={"u": 5}, own_lots=("l",)),
    VoidBody(store="s", id="v", of="s"),
    got(backing=(Backing(lot="l", points=1, born=0),)),
]
BAD = [
    (moved_out(cause="help"), "bad-move"),
    (moved_out(to=None), "bad-move"),
    (moved_out(points=6), "bad-points"),
    (moved_out(points=0, spends=()), "bad-points"),
    (moved_in(points=6), "bad-points"),
    (moved_in(unit="other"), "bad-move"),
    (moved_in(of="a b"), "bad-id"),
    (WantBody(member="m", unit="a b", points=1), "bad-id"),
    (CloseBody(lease="a b", member="m", unit="u", spent=0, left=0, reason="idle"), "bad-id"),
    (CloseBody(lease="l", member="m", unit="u", spent=-1, left=0, reason="idle"), "bad-points"),
    (EnrolBody(member="m", cards=("c 1",)), "bad-id"),
    (EnrolBody(member="m", cards=("c",) * 21), "too-long"),
    (EnrolBody(member="m", name="n" * 201), "too-long"),
    (EnrolBody(member="m", name="\0"), "bad-text"),
    (EnrolBody(member="m", masked="\x1b@"), "bad-text"),
    (EnrolBody(member="m", birthday="02-30"), "bad-day"),
    (returned(content="c" * 81), "bad-id"),
    (returned(restored={"u": (Part("l", -1),)}), "bad-points"),
    (returned(own_lots=("l",) * 1001), "too-many-parts"),
    (VoidBody(store="s", id="v", of="s", taken_back={"u u": 1}), "bad-id"),
    (got(backing=(Backing(lot="l", points=1, born=0),) * 1001), "too-many-parts"),
]


@pytest.mark.parametrize("body", GOOD)
def test_sound_bodies(body):
    check(body)


@pytest.mark.parametrize(("body", "reason"), BAD)
def test_others_by_reason(body, reason):
    with pytest.raises(Unapplicable) as found:
        check(body)
    assert found.value.reason == reason
