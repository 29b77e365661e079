"""The receipt block, word for word: tests/golden/receipts/<case>.<language>.<columns>.txt."""

import pathlib

import pytest
from till_kit import DAY_MS, FREE_SPENDING, PROGRAMME, Till, at, card, granted, line

from agent.till.receipt import moment, receipt, short_day
from drivers.printer.render import text_lines

GOLDEN = pathlib.Path(__file__).parents[3] / "golden" / "receipts"
COFFEE = [line(name="Кофе зерно 1 кг", groups=["coffee"], tax_rate="22")]
TITLES = {"ru": "КОПИЛКА «СОСЕДИ»", "en": "NEIGHBOURS' JAR"}


def offline_sale(till):
    """Section 3's scenario: balance 247, confirmed at 09:58; of it 57 from 6 December; 40 to spend here offline."""
    till.lease(till.member(1, [("a", 270, "2026-12-31"), ("b", 70)], tier="gold"), 190)
    return granted(till.sell("S-1", COFFEE, card=card(1), redeem={"main": 150}, receipt_no="812"))


def online_sale(till):
    till.is_online = True
    return offline_sale(till)


def guest_sale(till):
    return granted(till.sell("S-1", [line(1, 114_900)], receipt_no="812"))


def first_sale(till):
    """A card nobody met: nothing is confirmed yet."""
    return granted(till.sell("S-1", COFFEE, card=card(5), receipt_no="812"))


def discount_sale(till):
    text = (
        PROGRAMME + '[[offer]]\nid = "tuesday"\nname.ru = "Скидка дня"\nphase = "basket"\nthen = { percent = "10%" }\n'
    )
    till.reprogramme(text)
    till.member(1, [("a", 30)])
    till.clock.pass_ms(DAY_MS)
    return granted(till.sell("S-1", [line(1, 129_900), line(2, 5_000, "3")], card=card(1), receipt_no="812"))


def return_slip(till):
    offline_sale(till)
    return granted(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "1"}]))


def debt_slip(till):
    till.reprogramme(FREE_SPENDING)
    sale = granted(till.sell("S-1", [line(1, 200_000)], card=card(1), receipt_no="812"))
    till.member(1, [("x", 30)], applied={"T1/1": sale["seq"]})
    return granted(till.void("S-1", "V-1"))


CASES = {
    "offline": offline_sale,
    "online": online_sale,
    "guest": guest_sale,
    "first": first_sale,
    "discount": discount_sale,
    "return": return_slip,
    "debt": debt_slip,
}


@pytest.mark.parametrize("columns", [48, 32])
@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("case", CASES)
def test_word_for_word(tmp_path, case, lang, columns):
    till = Till(tmp_path, lang=lang, store_name=TITLES[lang])
    answer = CASES[case](till)
    text = till.text(answer["receipt"], columns).replace(answer["mark"], "7f3a1c")
    expected = (GOLDEN / f"{case}.{lang}.{columns}.txt").read_text()
    assert text == expected
    assert all(len(row) <= columns for row in text.splitlines())
    till.close()


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("case", CASES)
def test_narrow_paper_loses_no_fact(case, lang):
    def facts(columns):
        text = (GOLDEN / f"{case}.{lang}.{columns}.txt").read_text()
        return "".join(sorted(sign for sign in text if sign not in " -\n\u202f"))

    assert facts(48) == facts(32)


def test_a_hostile_name_is_glyphs_and_no_more(tmp_path):
    till = Till(tmp_path, store_name="\x1b@\x1dV\x00 ЛАВКА\n\r\x07")
    answer = granted(till.sell("S-1"))
    text = till.text(answer["receipt"])
    assert "\x1b" not in text
    assert "\x1d" not in text
    assert "ЛАВКА" in text
    till.close()


def told(till, moment_ms):
    import msgspec

    from agent.till import identify
    from agent.till.paper import told_of

    granted(till.sell("S-1", card=card(1)))
    body = till.sale_body("S-1")
    stored = till.store.journal.read(till.store.operations.get("sale", "S-1").n)
    who = identify.again(till.desk, member=body.member, hmac="", masked="*1", how="id")
    return msgspec.structs.replace(told_of(till.desk, body, stored, who=who, held={}), at=moment_ms)


def test_days_and_moments_are_as_short_as_they_can_be(till):
    about = told(till, at("2026-12-31T23:00:00+03:00"))
    assert (short_day("2026-12-06", about), short_day("2027-01-02", about)) == ("06.12", "02.01.2027")
    assert moment("2026-12-31T06:58:00Z", about) == "09:58"
    assert moment("2026-12-30T06:58:00Z", about) == "30.12 09:58"
    assert moment("2026-12-31T21:30:00Z", about) == "01.01 00:30"


def test_english_days_cannot_be_taken_for_american_ones(tmp_path):
    till = Till(tmp_path, lang="en")
    about = told(till, at("2026-11-22T12:00:00+03:00"))
    assert (short_day("2026-12-06", about), short_day("2027-01-02", about)) == ("6 Dec", "2 Jan 2027")
    assert moment("2026-11-21T06:58:00Z", about) == "21 Nov 09:58"
    till.close()


def test_a_receipt_ends_with_a_cut(till):
    blocks = receipt(told(till, till.clock.wall_ms)).blocks
    assert type(blocks[-1]).__name__ == "Cut"
    assert text_lines(receipt(told(till, till.clock.wall_ms)), 48)
