"""Text the POS gives goes through the guard and rules of scans."""

from agent.runtime.recognise import TextRecogniser
from drivers.scanner.recognition import Recognizer

TEXT = TextRecogniser(Recognizer())


def test_a_card_a_bank_card_and_nonsense():
    assert TEXT.text("2811111111114", symbology=None, at_ms=5).kind == "member"
    paid = TEXT.text("4111111111111111", symbology=None, at_ms=5)
    assert (paid.kind, paid.payload) == ("payment", None)
    assert TEXT.text("\udcff\x00", symbology=None, at_ms=5).kind == "unknown"


def test_what_is_typed_is_marked_so():
    scan = TEXT.text("2811111111114", symbology=None, at_ms=5)
    assert (scan.provenance, scan.at_ms) == ("typed", 5)


def test_asked_again_it_is_the_same_at_its_own_moment():
    first = TEXT.text("2811111111114", symbology=None, at_ms=5)
    again = TEXT.text("2811111111114", symbology=None, at_ms=9)
    assert (again.at_ms, again.id, first.at_ms) == (9, first.id, 5)
    assert TEXT.text("2811111111114", symbology="ean_upc", at_ms=9).symbology == "ean_upc"


def test_a_bank_cards_digits_are_remembered_nowhere():
    TEXT.text("2811111111114", symbology=None, at_ms=5)
    TEXT.text("4111111111111111", symbology=None, at_ms=5)
    assert TEXT._last is None
