"""The PAN guard: what is a bank card, what only looks like one, and what the shop may call its own."""

from __future__ import annotations

import pytest

from drivers.scanner.checks import ean_ok, luhn_ok
from drivers.scanner.guard import PanGuard
from drivers.scanner.settings import OwnPrefix

GUARD = PanGuard()

# Test numbers the card schemes and gateways publish.
PANS = [
    "4111111111111111",
    "4222222222222",
    "4000000000000000006",
    "5555555555554444",
    "2223003122003222",
    "2201382000000013",
    "378282246310005",
    "341111111111111",
    "3530111333300000",
    "6200000000000005",
    "6011000990139424",
    "6759649826438453",
    "5018000000000009",
]


@pytest.mark.parametrize("pan", PANS)
@pytest.mark.parametrize("form", ["{}", " {}\r\n", "\n{}", "]Z0{}", "]X0{}", "]o1{}"])
def test_keyed_numbers(pan, form):
    assert GUARD.is_payment(form.format(pan).encode())


@pytest.mark.parametrize("text", ["4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005"])
def test_grouped_numbers(text):
    assert GUARD.is_payment(text.encode())


@pytest.mark.parametrize(
    "track",
    [
        "%B4111111111111111^DOE/JOHN^25121010000000000?",
        "%B4111111111111112^DOE/JOHN^25121010000000000?",
        "%b378282246310005^doe",
        "%B3782 822463 10005^DOE/JOHN^2512?",
        "%B4111111111111111",
        ";4111111111111111=25121010000000000?",
        ";123456789012=2512?",
        "%ABC?;4111111111111111=25121010000000000?",
        "]Z1;4111111111111111=25121010000000000?",
        "4111111111111111=25121010000000000",
        "4111111111111111D25121010000000000",
        "]C0;4111111111111111=25121010000000000?",
    ],
)
def test_tracks(track):
    assert GUARD.is_payment(track.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "]",
        "4111111111111112",  # Luhn does not hold
        "9111111111111111",  # no issuer's range
        "1111111111111117",
        "411111111111117",  # 15 digits, Luhn does not hold
        "]C04111111111111111",  # the scanner says it read bars
        "]Q14111111111111111",
        "]E04012345678901",
        "https://loy.example/c/4111111111111111",
        "MEMBER-000123",
        "GC00000000012345",
        "0104600494694325215w9EJp\x1d93abc1",
        "%B8%D0%BC%D1%8F",
        '{"t":"member";"id":"4111111111111111"}',
        "41111111111111111111111111",
        "²²²²²²²²²²²²²²²²",
    ],
)
def test_not_a_card(text):
    assert not GUARD.is_payment(text.encode())


def test_a_valid_ean_wins_at_13_digits():
    # Both checks hold for this number; one in ten of a shop's EANs beginning with 4 to 6 is such.
    number = next(n for n in map(str, range(4600000000000, 4600000001000)) if ean_ok(n) and luhn_ok(n))
    assert not GUARD.is_payment(number.encode())


def test_what_the_pos_says_of_its_own_scan():
    assert GUARD.is_payment(b"4111111111111111", None)
    assert not GUARD.is_payment(b"4111111111111111", "code128")
    assert GUARD.is_payment(b"4111111111111111", "none")


def test_own_magnetic_cards_pass_by_prefix_and_exact_length():
    guard = PanGuard([OwnPrefix("7777", 16)])
    assert not guard.is_payment(b";7777000000000017=2512?")
    assert guard.is_payment(b";777700000000001=2512?")
    assert guard.is_payment(b";7777000000000017=2512?;4111111111111111=2512?")


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1111=2512", "B4111111111111111^DOE/JOHN^2512101", "4111111111111111^DOE/JOHN^2512"]
)
def test_tracks_of_readers_that_leave_the_sentinels_out(text):
    assert GUARD.is_payment(text.encode())
    assert not GUARD.is_payment(text.replace("4111", "4112").encode())
