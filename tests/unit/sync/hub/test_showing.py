"""Members, tills and quarantine as plain data."""

import pytest
from hub_kit import UNIT, granted

from agent.errors import NotFound
from agent.loyalty import ids
from sync.hub.showing import find_member, member_shown, parked_shown, tills_shown
from sync.wire import EnrolBody


def find(bench, **by):
    return find_member(bench.database, bench.keys.programme_key, **({"card": "", "phone": "", "member": ""} | by))


def test_a_member_with_a_lease_and_debt(bench, pen):
    key = bench.keys.programme_key
    pen.write(EnrolBody(member="m1", cards=(ids.card_hmac(key, "C-1"),), phone=ids.phone_hmac(key, "+79161234567")))
    pen.sale("m1", name="one", earn=100, lot="a")
    granted(bench, pen, "m1", 90)
    pen.give_back("m1", "one", taken_back=100, own=["a"])
    bench.push(pen)
    shown = member_shown(find(bench, card="c1"))
    assert (shown["balance"], shown["leased"], shown["debt"]) == ({UNIT: 0}, {UNIT: 90}, {UNIT: 90})
    assert [(lease["till"], lease["held"], lease["state"]) for lease in shown["leases"]] == [("t1", 90, "open")]
    assert shown == member_shown(find(bench, phone="8 916 123 45 67")) == member_shown(find(bench, member="m1"))


@pytest.mark.parametrize(
    "by", [{}, {"card": "9"}, {"phone": "+70000000000"}, {"phone": "x"}, {"card": " "}, {"member": "m"}]
)
def test_nobody(bench, by):
    with pytest.raises(NotFound):
        find(bench, **by)


def test_tills_with_their_state(bench, pen):
    pen.boot()
    bench.push(pen)
    rows = {row["till"]: row for row in tills_shown(bench.database)}
    assert (rows["t1"]["applied"], rows["t1"]["incarnation"], rows["t1"]["last_push"]) == (1, 1, bench.clock())
    assert (rows["t2"]["state"], rows["t2"]["applied"], rows["t2"]["last_push"]) == ("invited", 0, None)


def test_quarantine_shows_any_bytes(bench, pen):
    pen.raw(b"\xff poison")
    bench.push(pen)
    assert parked_shown(bench.database, 10) == [
        {"till": "t1", "incarnation": 1, "seq": 1, "reason": "undecodable", "record": "\\xff poison"}
    ]
    assert parked_shown(bench.database, 0) == []
