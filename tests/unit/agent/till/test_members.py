"""A member as others see one, and finding one."""

import pytest
from till_kit import BANK_CARD, card, granted, refused

from agent.loyalty import ids
from agent.till.identify import by_card
from agent.till.members import look_up, looked_up, shown
from sync.wire import NoticeBody


def test_shown(till):
    anna = till.member(1, [("a", 340)], tier="gold", name="Анна", status="active")
    till.lease(anna, 190)
    answer = shown(till.desk, granted(by_card(till.desk, card(1), how="pos")))
    assert {key: answer[key] for key in answer if key != "balance"} == {
        "member": anna, "card": "*" + card(1)[-4:], "known": True, "name": "Анна", "status": "active",
        "tier": "gold", "tier_name": "Золотой", "how": "pos",
    }  # fmt: skip
    assert answer["balance"]["main"]["spendable_here"] == 190


def test_somebody_nobody_met(till):
    answer = shown(till.desk, granted(by_card(till.desk, card(9), how="pos")))
    assert (answer["known"], answer["status"], answer["tier"], answer["tier_name"]) == (False, "active", None, "")
    assert answer["balance"]["main"]["confirmed"] == 0


def test_looking_somebody_up_leaves_a_trace(till):
    anna = till.member(1, [], phone=ids.phone_hmac(till.key, "+79161234567"))
    assert granted(look_up(till.desk, card=card(1), phone=None))["member"] == anna
    assert granted(look_up(till.desk, card=None, phone="+79161234567"))["how"] == "phone"
    assert refused(look_up(till.desk, card=card(2), phone=None)) == "member-unknown"
    assert refused(look_up(till.desk, card=None, phone="+79160000000")) == "member-unknown"
    assert refused(looked_up(till.desk, card=BANK_CARD, phone=None)) == "payment-card"
    notes = [(note.what, note.numbers) for note in till.bodies(NoticeBody)]
    assert notes == [
        ("look-up", {"by": by, "found": found})
        for by, found in (("card", 1), ("phone", 1), ("card", 0), ("phone", 0), ("card", 0))
    ]
    assert BANK_CARD.encode() not in b"".join(row.line for row in till.store.journal.all())


@pytest.mark.parametrize("given", [{"card": None, "phone": None}, {"card": card(1), "phone": "+79161234567"}])
def test_one_of_the_two(till, given):
    assert refused(look_up(till.desk, **given)) == "card-or-phone"
    assert till.bodies(NoticeBody) == []
