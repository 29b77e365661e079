"""Which holds keep points."""

from till_kit import card, granted

from agent.rows import Hold
from agent.till.reserved import open_holds, standing


def hold(state, expires=100):
    return Hold(id="h", content="c", state=state, member=None, created=0, expires=expires, points={}, quote=b"")


def test_an_open_hold_is_stale_from_its_time_on():
    assert standing(hold("open"), 99) == "open"
    assert standing(hold("open"), 100) == "stale"
    assert [standing(hold(state), 500) for state in ("captured", "released", "stale")] == [
        "captured",
        "released",
        "stale",
    ]


def test_only_those_within_their_time(till):
    till.lease(till.member(1, [("a", 300)]), 300)
    for n in (1, 2):
        granted(till.hold(f"H-{n}", granted(till.quote(card=card(1), redeem={"main": 60}))["quote"]))
        till.clock.pass_ms(10 * 60_000)
    assert [row.id for row in open_holds(till.desk)] == ["H-2"]
    assert [row.id for row in open_holds(till.desk, till.member_id(1))] == ["H-2"]
    assert open_holds(till.desk, "somebody") == []
