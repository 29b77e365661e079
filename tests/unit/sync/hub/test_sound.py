"""Bodies no till of ours writes, by reason; every kind by way of a hub is in tests/contract/test_hostile_till.py."""

import pytest

from agent.loyalty.leases import Backing, Grant
from agent.loyalty.lots import Part
from sync.hub.ground import Unapplicable
from sync.hub.sound import check
from sync.wire import BootBody, CloseBody, EnrolBody, GotBody, NoticeBody, ReturnBody, VoidBody, WantBody


def returned(**more):
    said = {"store": "s", "id": "r", "content": "c", "of": "s", "lines": (), "closed_at": 1, "money_back": 0}
    return ReturnBody(**said | more)


def got(**more):
    return GotBody(
        grant=Grant(**{"id": "g", "till": "t", "member": "m", "unit": "u", "granted": 1, "backing": ()} | more)
    )


GOOD = [
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
