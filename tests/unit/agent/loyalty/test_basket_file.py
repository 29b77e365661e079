"""Baskets, members and moments from files: what is wrong is said with its place."""

from __future__ import annotations

import json

import pytest

from agent.loyalty.basket_file import MAX_BYTES, Unreadable, read_basket, read_member, read_moment

LINE = {"n": 1, "sku": "s", "price": 1, "amount": 1}


def raw(**more: object) -> bytes:
    return json.dumps({"lines": [LINE], **more}).encode()


def test_only_lines_are_needed() -> None:
    assert read_basket(raw()).lines[0].quantity == "1"


@pytest.mark.parametrize(
    ("body", "place", "what"),
    [
        (b"{", "", "truncated"),
        (b"\xff", "", "malformed"),
        (b"[" * 100_000, "", ""),
        (b'{"lines": []}', "$.lines", "length"),
        (raw(colour="red"), "", "colour"),
        (raw(lines=[{**LINE, "amount": -1}]), "$.lines[0].amount", ">= 0"),
        (raw(lines=[{**LINE, "amount": 1.5}]), "$.lines[0].amount", "int"),
        (raw(lines=[{**LINE, "quantity": "1,5"}]), "$.lines[0].quantity", "matching"),
        (raw(lines=[LINE, LINE]), "$.lines", "number 1"),
        (b" " * (MAX_BYTES + 1), "", "bytes"),
    ],
)
def test_bad_baskets(body: bytes, place: str, what: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_basket(body)
    assert what in caught.value.what
    assert caught.value.place == place


def test_members() -> None:
    found = read_member(b'{"id": "m", "points": {"main": {"spendable": 340}}, "spend": {"2026-10": 620000}}')
    assert (found.points["main"].spendable, found.spend) == (340, {"2026-10": 620000})
    with pytest.raises(Unreadable):
        read_member(b'{"id": "m", "status": "asleep"}')
    assert read_member(b'{"id": "m", "birthday": "1990-11-22"}').birthday == "1990-11-22"


def test_moments() -> None:
    assert read_moment("2026-11-22T10:15:00+03:00") == 1_795_331_700_000
    assert read_moment("2026-11-22T07:15:00Z") == 1_795_331_700_000
    for text in ("2026-11-22T10:15:00", "today", "", "2500-01-01T00:00:00Z", "1969-12-31T23:59:59Z"):
        with pytest.raises(Unreadable):
            read_moment(text)
