"""Check digits against numbers published by others."""

from __future__ import annotations

import pytest

from drivers.scanner.checks import digits_only, ean_digit, ean_ok, luhn_ok, mod97_ok


@pytest.mark.parametrize("text", ["4006381333931", "96385074", "036000291452", "12312312312333", "106141412345678908"])
def test_ean(text):
    assert ean_ok(text)
    assert ean_digit(text[:-1]) == text[-1]
    assert not ean_ok(text[:-1] + str((int(text[-1]) + 1) % 10))


@pytest.mark.parametrize("text", ["4111111111111111", "79927398713", "378282246310005", "6011000990139424"])
def test_luhn(text):
    assert luhn_ok(text)
    assert not luhn_ok(text[:-1] + str((int(text[-1]) + 1) % 10))


def test_mod97():
    # The IBAN of ISO 13616 with its first four signs moved to the end, as the standard asks.
    assert mod97_ok("WEST12345698765432GB82")
    assert not mod97_ok("WEST12345698765432GB83")


@pytest.mark.parametrize("text", ["", "1", "12a4", "²²", "٤٥٦", "-1", " 12"])
def test_what_is_no_number_fails_every_check(text):
    assert not ean_ok(text)
    assert not luhn_ok(text)
    assert not mod97_ok(text)
    assert digits_only(text) == (text == "1")
