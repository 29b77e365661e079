"""Who stands at the till."""

import msgspec
import pytest
from till_kit import BANK_CARD, Till, as_sale, card, granted, refused

from agent.loyalty import ids
from agent.till import identify


def test_a_known_card(till):
    anna = till.member(1, [], name="Анна")
    who = granted(identify.by_card(till.desk, card(1), how="pos"))
    assert (who.member, who.how, who.masked, who.state.name, who.status) == (
        anna,
        "pos",
        "*" + card(1)[-4:],
        "Анна",
        "active",
    )


def test_a_card_nobody_met_has_the_same_member_at_every_till(till, tmp_path):
    other = Till(tmp_path, name="T2")
    mine, theirs = (granted(identify.by_card(one.desk, card(7), how="scan")) for one in (till, other))
    assert mine.member == theirs.member == ids.member_id(till.key, card(7))
    assert mine.state is None
    other.close()


@pytest.mark.parametrize("text", [BANK_CARD, "4111 1111 1111 1111", f";{BANK_CARD}=26121010000012345678?"])
def test_a_payment_card_is_refused(till, text):
    assert refused(identify.by_card(till.desk, text, how="pos")) == "payment-card"


@pytest.mark.parametrize(
    "text",
    [
        *("", "hello", "2811111111115", "\x00", "ё" * 80, "\ud800", "CPN-AAAAAAAA", "GC12345678901234"),
        # A member's QR that says not whose: every such code would be one and the same member.
        *('{"t":"member"}', '{"t":"member","id":""}', '{"t":"member","id":null}'),
    ],
)
def test_what_is_no_card(till, text):
    assert refused(identify.by_card(till.desk, text, how="pos")) == "not-a-card"


def test_a_card_in_a_link_is_known_again_though_its_number_alone_says_nothing(till):
    assert refused(identify.by_card(till.desk, "12345", how="pos")) == "not-a-card"
    shown = till.scan("https://loy.example/c/12345")
    assert shown["member"]["member"] == ids.member_id(till.key, "12345")
    who = identify.of_sale(till.desk, None)
    assert (who.member, who.masked) == (shown["member"]["member"], "*2345")
    sale = granted(till.sell("S-1"))
    assert sale["member"] == who.member
    again = granted(identify.by_card(till.desk, "https://loy.example/c/12345", how="scan"))
    assert again.state is not None, "the first sale made a member of it"


def test_phones(till):
    till.member(1, [], phone=ids.phone_hmac(till.key, "+79161234567"))
    assert granted(identify.by_phone(till.desk, "8 (916) 123-45-67")).member == till.member_id(1)
    assert refused(identify.by_phone(till.desk, "+79160000000")) == "member-unknown"
    for text in ("", "abc", "123", "+7" * 20):
        assert refused(identify.by_phone(till.desk, text)) == "not-a-phone"


def test_by_id(till):
    anna = till.member(1)
    assert granted(identify.by_id(till.desk, anna, how="id")).masked == "*" + card(1)[-4:]
    assert refused(identify.by_id(till.desk, "nobody", how="id")) == "member-unknown"


def test_what_is_presented_keeps_no_number(till):
    till.member(1)
    till.scan(card(1))
    (thing,) = till.desk.current.things
    assert card(1) not in repr(thing)
    assert (thing.data, thing.masked) == (ids.card_hmac(till.key, card(1)), "*" + card(1)[-4:])


def test_two_cards_ask_the_cashier(till):
    till.scan(card(1))
    till.scan(card(2))
    assert refused(identify.of_sale(till.desk, None)) == "two-cards"
    assert granted(identify.of_sale(till.desk, card(1))).member == till.member_id(1)
    assert refused(till.sell("S-1")) == "two-cards"
    till.desk.current.clear(till.clock.mono_ms)
    till.scan(card(2))
    assert granted(till.sell("S-1"))["member"] == till.member_id(2)


def test_idle_things_are_forgotten_and_worked_on_ones_are_not(till):
    till.scan(card(1))
    for _ in range(3):
        till.clock.pass_ms(170_000)
        assert granted(till.quote())["member"] == till.member_id(1)
    till.clock.pass_ms(180_000)
    assert granted(till.quote())["member"] is None


def test_a_scan_of_the_receipt_before_says_so(till):
    late = till.desk.recogniser.text(card(1), symbology=None, at_ms=till.clock.mono_ms)
    till.clock.pass_ms(5)
    granted(till.sell("S-1"))
    assert refused(identify.present(till.desk, late)) == "scan-late"
    assert granted(till.sell("S-2"))["member"] is None


def test_too_much_shown_says_so(till):
    for n in range(20):
        till.scan(f"CPN-{n:08d}")
    assert refused(till.scan(card(1))) == "too-much-shown"


def test_coupons_and_certificates(till):
    till.scan("CPN-AAAAAAAA")
    till.scan("GC12345678901234")
    assert till.desk.current.of("coupon") == ["CPN-AAAAAAAA"]
    assert till.desk.current.of("certificate") == ["GC12345678901234"]
    assert identify.of_sale(till.desk, None) is None


def test_a_sale_without_its_number(till):
    sale = as_sale("S-1", card=card(1))
    assert identify.without_number(till.desk, sale).card == ids.card_hmac(till.key, card(1))
    spaced = msgspec.structs.replace(sale, card=" ".join(card(1)))
    assert identify.without_number(till.desk, spaced) == identify.without_number(till.desk, sale)
    assert identify.without_number(till.desk, as_sale("S-1", card=BANK_CARD)).card == "payment"
    assert identify.without_number(till.desk, as_sale("S-1", card=" - ")).card == ""
    assert identify.without_number(till.desk, as_sale("S-1")).card is None
