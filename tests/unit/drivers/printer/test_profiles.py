from __future__ import annotations

import pytest

from drivers.printer import escpos_library
from drivers.printer.profiles import CODECS, PROFILES, UnknownProfile, profile_named

MODELS = ["TM-T20II", "TM-T88III", "TM-T88IV", "TM-T88V", "POS-5890", "RP326"]


@pytest.mark.parametrize("name", MODELS)
def test_our_table_says_what_python_escpos_says(name: str) -> None:
    ours, theirs = PROFILES[name], escpos_library.library_profile(name)
    assert theirs is not None
    assert ours.code_pages == theirs.code_pages
    assert (ours.columns, ours.dots, ours.condensed_columns) == (theirs.columns, theirs.dots, theirs.condensed_columns)
    assert (ours.cutter, ours.qr_native, ours.barcode_native) == (
        theirs.cutter,
        theirs.qr_native,
        theirs.barcode_native,
    )


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_every_profile_is_sound(profile) -> None:
    assert profile.columns * 12 <= profile.dots
    assert profile.dots % 8 == 0
    assert profile.in_font_b().columns * 9 <= profile.dots
    assert profile.in_font_b().font == "b"
    assert set(profile.code_pages) <= set(CODECS)
    name, number = profile.code_page()
    assert name in ("CP1251", "CP866")
    assert 0 <= number <= 255


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("epson-80", ("CP1251", 46)),
        ("TM-T88III", ("CP866", 17)),
        ("POS-5890", ("CP1251", 73)),
        ("RP326", ("CP1251", 6)),
    ],
)
def test_code_pages_differ_by_maker(name: str, page: tuple[str, int]) -> None:
    assert profile_named(name).code_page() == page


@pytest.mark.parametrize(("name", "number"), [("TM-T20II", 17), ("POS-5890", 59), ("RP326", 7)])
def test_cp866_by_its_number(name: str, number: int) -> None:
    assert profile_named(name).with_code_page("CP866").code_page() == ("CP866", number)


def test_a_code_page_may_be_told() -> None:
    assert PROFILES["generic-80"].with_code_page("CP1251", 73).code_page() == ("CP1251", 73)
    with pytest.raises(KeyError):
        PROFILES["generic-80"].with_code_page("CP1251")
    with pytest.raises(KeyError):
        PROFILES["generic-80"].with_code_page("CP1", 5)


def test_a_model_only_the_library_knows() -> None:
    found = profile_named("TM-P80")
    assert (found.columns, found.dots, found.code_page()) == (42, 576, ("CP1251", 46))


def test_a_printer_without_cyrillic_falls_back_to_what_it_has() -> None:
    assert profile_named("TM-T88IV-SA").code_page() == ("CP437", 0)


def test_an_unknown_name_gets_suggestions() -> None:
    with pytest.raises(UnknownProfile) as caught:
        profile_named("epsn-80")
    assert "epson-80" in caught.value.close


@pytest.mark.parametrize("name", ["TSP600", "AF-240", "TM-U220"])
def test_what_does_not_speak_our_language_is_unknown(name: str) -> None:
    with pytest.raises(UnknownProfile):
        profile_named(name)


def test_acknowledgement_may_be_told() -> None:
    assert PROFILES["epson-80"].with_ack("none").ack == "none"
