"""What the till does with a scan."""

import pytest
from till_kit import BANK_CARD, card, granted, refused

from agent.loyalty import ids
from agent.till.scanned import by_phone, clear, current, forget_idle, suspend
from sync.wire import NoticeBody, WantBody

GOODS = "4600494694325"


def test_a_member_s_card_is_presented_and_told(till):
    anna = till.member(1, [("a", 340)], name="Анна")
    answer = granted(till.scan(card(1)))
    assert (answer["kind"], answer["member"]["member"], answer["member"]["name"]) == ("member", anna, "Анна")
    assert "data" not in answer
    till.clock.pass_ms(12_400)
    now = current(till.desk)
    assert (now["member"]["member"], now["member_from"]) == (anna, {"how": "scan", "seconds": 12})
    assert till.events.of("member")[-1]["member"]["member"] == anna


def test_goods_are_the_pos_s(till):
    answer = granted(till.scan(GOODS, symbology="ean_upc"))
    assert (answer["kind"], answer["data"], answer["gtin14"]) == ("product", GOODS, "0" + GOODS)
    assert current(till.desk)["member"] is None
    assert till.events.of("scan") == [answer]


def test_a_bank_card_leaves_no_trace(till):
    answer = granted(till.scan(BANK_CARD))
    assert answer == {"kind": "payment", "device": "pos", "symbology": None}
    assert till.events.heard == [("notice", {"code": "payment-card", "device": "pos"})]
    assert BANK_CARD not in repr(till.desk.current)


def test_what_is_refused_is_told(till):
    for n in range(20):
        till.scan(f"CPN-{n:08d}")
    assert refused(till.scan(card(1))) == "too-much-shown"
    assert till.events.of("notice")[-1] == {"code": "too-much-shown"}


def test_coupons(till):
    answer = granted(till.scan("CPN-AAAAAAAA"))
    assert (answer["kind"], answer["id"]) == ("coupon", "CPN-AAAAAAAA")
    assert till.events.of("member")[-1]["coupons"] == ["CPN-AAAAAAAA"]


def test_a_scan_wishes_for_rights_while_online(till):
    till.member(1, [("a", 340)])
    granted(till.scan(card(1)))
    assert till.bodies(WantBody) == []
    till.is_online = True
    granted(till.scan(card(1)))
    assert [want.points for want in till.bodies(WantBody)] == [340]


def test_two_cards_are_ambiguous(till):
    till.scan(card(1))
    till.scan(card(2))
    now = current(till.desk)
    assert (now["ambiguous"], now["member"]["member"]) == (True, till.member_id(2))


def test_a_phone_in_a_card_s_place(till):
    anna = till.member(1, [], phone=ids.phone_hmac(till.key, "+79161234567"))
    answer = granted(by_phone(till.desk, "8 916 123-45-67"))
    assert (answer["kind"], answer["member"]["how"]) == ("member", "phone")
    assert granted(till.sell("S-1"))["member"] == anna
    assert till.sale_body("S-1").how == "phone"
    assert [note.numbers for note in till.bodies(NoticeBody)] == [{"by": "phone", "found": 1}]
    assert refused(by_phone(till.desk, "+79160000000")) == "member-unknown"
    assert refused(by_phone(till.desk, "")) == "not-a-phone"


def test_too_much_by_phone_too(till):
    till.member(1, [], phone=ids.phone_hmac(till.key, "+79161234567"))
    for n in range(20):
        till.scan(f"CPN-{n:08d}")
    assert refused(by_phone(till.desk, "+79161234567")) == "too-much-shown"


def test_begin_anew(till):
    till.scan(card(1))
    assert clear(till.desk)["member"] is None
    assert till.events.of("member")[-1]["member"] is None


def test_idle_is_forgotten_aloud(till):
    till.scan(card(1))
    till.clock.pass_ms(179_999)
    assert forget_idle(till.desk) is False
    assert current(till.desk)["member"] is not None
    till.clock.pass_ms(1)
    assert forget_idle(till.desk) is True
    assert till.events.of("member")[-1]["member"] is None
    assert forget_idle(till.desk) is False


def test_goods_going_over_the_scanner_keep_the_receipt_alive(till):
    till.scan(card(1))
    for _ in range(4):
        till.clock.pass_ms(100_000)
        till.scan(GOODS, symbology="ean_upc")
    assert current(till.desk)["member"] is not None


def test_suspend(till):
    till.scan(card(1))
    assert granted(suspend(till.desk, "S-1")) == {"id": "S-1", "suspended": True}
    assert till.events.of("member")[-1]["member"] is None
    assert granted(suspend(till.desk, "S-1"))["suspended"] is True
    granted(till.quote(id="S-1"))
    assert current(till.desk)["member"]["member"] == till.member_id(1)
    granted(till.sell("S-1"))
    assert refused(suspend(till.desk, "S-1")) == "sale-made"


@pytest.mark.parametrize("text", ["hello", "\x00\x01", "9" * 4096])
def test_nonsense_is_told_as_unknown(till, text):
    assert granted(till.scan(text))["kind"] in ("unknown", "payment")
    assert till.desk.current.things == []
