"""Leases: what is granted, what may be spent of it, what goes back."""

import hashlib

import msgspec
import pytest

from agent.loyalty.leases import (
    Backing,
    Grant,
    Lease,
    Spend,
    Want,
    charge,
    close,
    grant,
    grant_payload,
    lease_id,
    left,
    left_parts,
    sound,
    spend,
    spent,
    unspend,
)
from agent.loyalty.lots import Lot, Part

UNIT = "points:main"
TODAY = "2026-12-01"


def lot(name, points, expires_on=None, *, born=0, start=""):
    return Lot(id=name, unit=UNIT, points=points, left=points, born=born, spendable_from=start, expires_on=expires_on)


def want(points, name="L1"):
    return Want(id=name, till="T1", member="m", unit=UNIT, points=points)


def lease(name="L1", *parts, unit=UNIT):
    backing = tuple(Backing(lot=lot_name, points=points, born=0, expires_on=day) for lot_name, points, day in parts)
    total = sum(part.points for part in backing)
    return Lease(grant=Grant(id=name, till="T1", member="m", unit=unit, granted=total, backing=backing))


def test_id_is_bound_to_till_incarnation_and_seq():
    assert lease_id("T1", 2, 3) == hashlib.sha256(b"kopilka-lease-1\nT1\n2\n3").hexdigest()
    assert len({lease_id(till, inc, seq) for till in ("T1", "T11") for inc in (1, 11) for seq in (1, 11)}) == 8


def test_payload_leaves_the_signature_out_and_nothing_else():
    given = grant(want(5), [lot("a", 9)], {}, TODAY)
    signed = msgspec.structs.replace(given, signature="s")
    assert grant_payload(signed) == grant_payload(given)
    assert b"signature" not in grant_payload(signed)
    assert grant_payload(msgspec.structs.replace(given, granted=4)) != grant_payload(given)


def test_grant_is_backed_by_what_is_spendable_and_free_soonest_first():
    lots = [
        lot("never", 9),
        lot("soon", 10, "2026-12-05"),
        lot("pending", 9, start="2026-12-02"),
        lot("over", 9, "2026-11-30"),
    ]
    given = grant(want(12), lots, {"soon": 4}, TODAY)
    assert [(part.lot, part.points, part.expires_on) for part in given.backing] == [
        ("soon", 6, "2026-12-05"),
        ("never", 6, None),
    ]
    assert (given.granted, given.id, given.till, given.member) == (12, "L1", "T1", "m")
    assert sound(Lease(grant=given))


def test_grant_is_cut_to_what_is_there_or_is_none():
    assert grant(want(12), [lot("a", 5)], {"a": 2}, TODAY).granted == 3
    assert grant(want(12), [lot("a", 5)], {"a": 5}, TODAY) is None
    assert grant(want(0), [lot("a", 5)], {}, TODAY) is None
    assert grant(want(5), [msgspec.structs.replace(lot("a", 5), unit="points:other")], {}, TODAY) is None


def test_spending_goes_over_all_leases_soonest_first():
    leases = [lease("L1", ("n", 5, None), ("s", 5, "2026-12-09")), lease("L2", ("r", 5, "2026-12-05"))]
    spends, after, short = spend(leases, UNIT, 12, TODAY)
    assert short == 0
    assert spends == (Spend("L2", UNIT, (Part("r", 5),)), Spend("L1", UNIT, (Part("s", 5), Part("n", 2))))
    assert [spent(item) for item in after] == [7, 5]
    assert all(sound(item) for item in after)
    assert [left(item, TODAY) for item in after] == [3, 0]


def test_each_part_stops_after_its_day_unless_the_clock_is_untrusted():
    leases = [lease("L1", ("a", 5, "2026-12-01"), ("b", 5, "2026-12-02"))]
    assert left(leases[0], "2026-12-01") == 10
    assert left(leases[0], "2026-12-02") == 5
    assert spend(leases, UNIT, 9, "2026-12-02")[2] == 4
    assert spend(leases, UNIT, 9, None)[2] == 0
    assert left_parts(leases[0]) == (Part("a", 5), Part("b", 5))


def test_other_units_and_closed_leases_are_left_alone():
    other, shut = lease("L1", ("a", 5, None), unit="points:x"), close(lease("L2", ("b", 5, None)))[0]
    spends, after, short = spend([other, shut], UNIT, 3, TODAY)
    assert (spends, after, short) == ((), (other, shut), 3)
    assert left(shut, TODAY) == 0


def test_unspend_is_the_way_back():
    before = [lease("L1", ("a", 5, None), ("b", 5, None)), lease("L2", ("c", 5, None))]
    first, middle, _ = spend(before, UNIT, 4, TODAY)
    second, after, _ = spend(middle, UNIT, 9, TODAY)
    assert unspend(after, second) == middle
    assert unspend(middle, first) == tuple(before)


@pytest.mark.parametrize(
    "wrong",
    [Spend("L9", UNIT, (Part("a", 1),)), Spend("L1", UNIT, (Part("z", 1),)), Spend("L1", UNIT, (Part("a", 4),))],
)
def test_unspending_what_was_not_spent_raises(wrong):
    _, after, _ = spend([lease("L1", ("a", 5, None))], UNIT, 3, TODAY)
    with pytest.raises(ValueError):
        unspend(after, [wrong])


def test_negative_points_raise():
    with pytest.raises(ValueError):
        spend([], UNIT, -1, TODAY)


def test_charge_books_what_fits_and_names_the_rest():
    booked, beyond = charge(lease("L1", ("a", 5, None)), Spend("L1", UNIT, (Part("a", 3),)))
    assert (booked.spent, beyond) == ((Part("a", 3),), ())
    booked, beyond = charge(booked, Spend("L1", UNIT, (Part("a", 3), Part("z", 2))))
    assert (booked.spent, beyond) == ((Part("a", 5),), (Part("a", 1), Part("z", 2)))
    assert sound(booked)


def test_charge_of_a_closed_lease_is_all_beyond_and_a_repeated_lot_counts_once():
    shut, parts = close(lease("L1", ("a", 5, None)))
    assert parts == (Part("a", 5),)
    assert charge(shut, Spend("L1", UNIT, (Part("a", 3),))) == (shut, (Part("a", 3),))
    booked, beyond = charge(lease("L1", ("a", 5, None)), Spend("L1", UNIT, (Part("a", 3), Part("a", 3))))
    assert (spent(booked), beyond) == (5, (Part("a", 1),))
    assert charge(lease("L1", ("a", 5, None)), Spend("L1", UNIT, (Part("a", -3),)))[1] == ()


def test_closing_twice_gives_back_once():
    _, middle, _ = spend([lease("L1", ("a", 5, None))], UNIT, 2, TODAY)
    shut, parts = close(middle[0])
    assert parts == (Part("a", 3),)
    assert close(shut) == (shut, ())


@pytest.mark.parametrize(
    "wrong",
    [
        Lease(
            grant=Grant(
                id="x", till="t", member="m", unit=UNIT, granted=6, backing=(Backing(lot="a", points=5, born=0),)
            )
        ),
        Lease(
            grant=Grant(
                id="x", till="t", member="m", unit=UNIT, granted=-5, backing=(Backing(lot="a", points=-5, born=0),)
            )
        ),
        Lease(
            grant=Grant(
                id="x", till="t", member="m", unit=UNIT, granted=2, backing=(Backing(lot="a", points=1, born=0),) * 2
            )
        ),
        msgspec.structs.replace(lease("L1", ("a", 5, None)), spent=(Part("a", 6),)),
        msgspec.structs.replace(lease("L1", ("a", 5, None)), spent=(Part("a", -1),)),
        msgspec.structs.replace(lease("L1", ("a", 5, None)), spent=(Part("b", 1),)),
    ],
)
def test_what_is_not_sound(wrong):
    assert not sound(wrong)
