"""AIM identifiers and GTINs, held against biip where it has a say."""

from __future__ import annotations

import pytest
from biip.symbology import SymbologyIdentifier
from biip.upc import Upc

from drivers.scanner.symbology import Aim, bare_gtin, expand_upce, gtin14, is_gs1, split_aim


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("]E0", "ean_upc"),
        ("]E4", "ean_upc"),
        ("]C0", "code128"),
        ("]C1", "code128"),
        ("]Q1", "qr"),
        ("]Q3", "qr"),
        ("]d1", "datamatrix"),
        ("]d2", "datamatrix"),
        ("]e0", "gs1_databar"),
        ("]L2", "pdf417"),
        ("]z3", "aztec"),
        ("]I1", "itf"),
        ("]A0", "code39"),
        ("]F0", "codabar"),
        ("]X0", "other"),
    ],
)
def test_identifiers(sent, name):
    assert split_aim(f"{sent}data".encode()) == (Aim(sent, name), b"data")
    assert SymbologyIdentifier.extract(sent).iso_symbology.value == sent[1]


@pytest.mark.parametrize("data", [b"", b"]", b"]E", b"]\xff0", b"]90x", b"]EZx", b"E0]"])
def test_what_is_no_identifier_stays_data(data):
    assert split_aim(data) == (None, data)


@pytest.mark.parametrize("sent", ["]C1", "]d2", "]Q3", "]e0", "]J1"])
def test_gs1_carriers(sent):
    assert is_gs1(split_aim(sent.encode())[0])


@pytest.mark.parametrize("sent", ["]C0", "]d1", "]Q1", "]E0", "]I1"])
def test_other_carriers(sent):
    assert not is_gs1(split_aim(sent.encode())[0])


@pytest.mark.parametrize("body", ["042526", "012340", "012341", "012342", "012343", "012344", "012345", "012349"])
def test_upce_expansion_as_biip_does_it(body):
    wide = Upc.parse(f"0{body}")
    short = f"0{body}{wide.check_digit}"
    assert expand_upce(short) == Upc.parse(short).as_upc_a()
    assert expand_upce(short[:-1] + str((wide.check_digit + 1) % 10)) is None


@pytest.mark.parametrize("text", ["24252614", "0425261", "042526144", "0425261x"])
def test_no_upce(text):
    assert expand_upce(text) is None


def test_upca_and_ean13_are_one_gtin():
    assert gtin14("416000336108") == gtin14("0416000336108") == "00416000336108"
    assert gtin14("0000000000000") is None


@pytest.mark.parametrize(
    ("text", "sent", "gtin"),
    [
        ("96385074", None, "00000096385074"),
        ("04252614", None, "00042100005264"),
        ("24252615", None, None),
        ("02345673", "]E4", "00000002345673"),
        ("02345674", "]E4", None),
        ("2112345678900", "]E4", None),
        ("04252614", "]E0", "00042100005264"),
        ("2112345678900", "]E0", "02112345678900"),
        ("2112345678901", "]E0", None),
        ("416000336108", "]E0", "00416000336108"),
        ("211234567890012", "]E3", "02112345678900"),
        ("12", "]E1", None),
        ("2112345678900|]e099X", "]E0", "02112345678900"),
        ("12312312312333", "]I1", "12312312312333"),
        ("2112345678900", "]I0", None),
        ("2112345678900", "]Q1", None),
        ("2112345678900", "]C0", None),
        ("12312312312333", None, "12312312312333"),
        ("123123123123", None, None),
    ],
)
def test_bare_gtin(text, sent, gtin):
    assert bare_gtin(text, split_aim(sent.encode())[0] if sent else None) == gtin


def test_named_by_a_pos_without_identifier():
    assert bare_gtin("96385074", Aim("", "ean_upc")) == "00000096385074"
    assert bare_gtin("2112345678900", Aim("", "ean_upc")) == "02112345678900"
    assert bare_gtin("2112345678900", Aim("", "qr")) is None
