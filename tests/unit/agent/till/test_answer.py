"""The POS's answers."""

from till_kit import PROGRAMME, body, card, granted, line

from agent.till.answer import balance_answer, quoted
from agent.till.quote import balances


def test_the_design_s_answer(till):
    """Section 3's example: sale and answer, field by field."""
    till.lease(till.member(1, [("a", 270, "2026-12-31"), ("b", 70)]), 190)
    lines = [line(name="Кофе зерно 1 кг", groups=["coffee"], brand="Nord", tax_rate="22", min_price=None)]
    given = granted(till.quote(lines, card=card(1), redeem={"main": 150}))
    answer = granted(
        till.sell(
            "S014-T03-20261122-000812", lines, quote=given["quote"], receipt_no="812", cashier="ivanova",
            closed_at="2026-11-22T10:15:00+03:00", card=card(1), redeem={"main": 150},
            tenders=[{"type": "card", "amount": 114_900}],
        )
    )  # fmt: skip
    expected = {
        "id": "S014-T03-20261122-000812", "replayed": False, "offline": True, "total": 129_900, "discount": 0,
        "redeemed": 15_000, "to_pay": 114_900,
        "fiscal_lines": [{"of": 1, "quantity": "1", "unit_price": 114_900, "amount": 114_900, "tax_rate": "22"}],
        "earned": {"main": {"points": 57, "available_from": "2026-12-06", "expires_on": "2027-11-22"}},
        "spent": {"main": 150}, "issued": [], "messages": [], "hints": [], "codes": [], "receipt_lines": {},
        "programme": {"id": "sosedi", "version": 12}, "mismatch": [], "loss": {},
    }  # fmt: skip
    assert {key: answer[key] for key in expected} == expected
    assert answer["lines"][0] | {"why": ()} == {
        "n": 1, "amount": 129_900, "discount": 0, "redeemed": 15_000, "to_pay": 114_900, "earned": {"main": 57}, "why": (),
    }  # fmt: skip
    assert {"offer": "base", "text": "5 % баллами", "earned": {"main": 57}} in answer["lines"][0]["why"]
    assert answer["balance"]["main"] == {
        "confirmed": 190, "as_of": "2026-11-22T06:58:00Z", "unsynced": 57,
        "maturing": ({"points": 57, "from": "2026-12-06"},), "spendable_here": 40, "locked_elsewhere": 0,
        "expiring": ({"points": 120, "on": "2026-12-31"},), "debt": 0,
    }  # fmt: skip


def test_words_come_in_the_asked_language(till):
    from till_kit import as_sale

    from agent.till.quote import quote

    given, _, held = granted(quote(till.desk, as_sale(None, card=card(1))))
    texts = {lang: quoted(till.desk, given, held, lang=lang)["lines"][0]["why"][0]["text"] for lang in ("ru", "en-GB")}
    assert texts == {"ru": "5 % баллами", "en-GB": "5 % in points"}


def test_the_non_member_s_hint_is_said_and_not_recorded(till):
    answer = granted(till.sell("S-1"))
    assert [hint["code"] for hint in answer["hints"]] == ["would-earn"]
    assert till.sale_body("S-1").decision.hints == ()


def test_texts_are_of_the_quote_s_own_programme(till):
    text = PROGRAMME.replace('id = "base"', 'id = "base"\nname.ru = "Пять процентов"')
    till.reprogramme(text)
    answer = granted(till.sell("S-1", card=card(1)))
    assert answer["lines"][0]["why"][0]["text"] == "Пять процентов"


def test_balances_as_plain_values(till):
    assert balance_answer(balances(till.desk, None, 0)) == {}
    assert body("S-1")["id"] == "S-1"
