"""Members made at the till."""

import msgspec
import pytest
from till_kit import BANK_CARD, Till, card, granted, refused

from agent.loyalty import ids
from agent.till.enrol import Enrolment, enrol
from agent.till.sell import content_of
from sync.wire import EnrolBody


def asked(**more):
    return msgspec.convert({"id": "E-1"} | more, Enrolment)


def test_by_card(till):
    answer = granted(enrol(till.desk, asked(card=card(3), birthday="02-29", consents=["sms"])))
    assert answer == {
        "id": "E-1", "replayed": False, "member": till.member_id(3), "card": "*" + card(3)[-4:], "seq": 2,
    }  # fmt: skip
    (record,) = till.bodies(EnrolBody)
    assert (record.birthday, record.consents, record.phone) == ("02-29", ("sms",), None)
    assert till.scan(card(3))["member"]["known"] is True


def test_by_phone_and_two_tills_make_the_same_member(till, tmp_path):
    other = Till(tmp_path, name="T2")
    mine = granted(enrol(till.desk, asked(phone="8 916 123-45-67")))
    theirs = granted(enrol(other.desk, asked(id="E-7", phone="+79161234567")))
    assert mine["member"] == theirs["member"] == ids.member_id_of_phone(till.key, "+79161234567")
    assert (mine["card"], till.bodies(EnrolBody)[0].cards) == ("", ())
    assert b"9161234567" not in b"".join(row.line for row in till.store.journal.all())
    other.close()


def test_by_both_the_card_names_the_member(till):
    answer = granted(enrol(till.desk, asked(card=card(3), phone="+79161234567")))
    assert answer["member"] == till.member_id(3)
    for handle in (ids.card_hmac(till.key, card(3)), ids.phone_hmac(till.key, "+79161234567")):
        assert till.store.members.find(handle) == till.member_id(3)


def test_taken(till):
    till.member(1, [], phone=ids.phone_hmac(till.key, "+79161234567"))
    assert refused(enrol(till.desk, asked(card=card(1)))) == "card-taken"
    assert refused(enrol(till.desk, asked(card=card(1), phone="+79160000000"))) == "card-taken"
    assert refused(enrol(till.desk, asked(phone="+79161234567"))) == "phone-taken"
    assert refused(enrol(till.desk, asked(card=card(2), phone="+79161234567"))) == "phone-taken"
    assert till.bodies(EnrolBody) == []


def test_a_card_that_only_earned_so_far_may_get_its_phone(till):
    granted(till.sell("S-1", card=card(5)))
    assert refused(enrol(till.desk, asked(card=card(5)))) == "card-taken"
    answer = granted(enrol(till.desk, asked(card=card(5), phone="+79161234567")))
    assert answer["member"] == till.member_id(5)
    assert till.store.members.find(ids.phone_hmac(till.key, "+79161234567")) == till.member_id(5)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "card-or-phone"),
        ({"phone": ""}, "card-or-phone"),
        ({"card": BANK_CARD}, "payment-card"),
        ({"card": "nobody"}, "not-a-card"),
        ({"phone": "12"}, "not-a-phone"),
        ({"card": card(1), "phone": "12"}, "not-a-phone"),
    ],
)
def test_nonsense(till, body, code):
    assert refused(enrol(till.desk, asked(**body))) == code


@pytest.mark.parametrize("birthday", ["13-01", "00-10", "01-32", "1-1", "02-30x", "", "02-30", "04-31", "01-1\u0663"])
def test_birthdays_are_days(birthday):
    with pytest.raises(msgspec.ValidationError):
        asked(card=card(1), birthday=birthday)


def test_replays(till):
    first = granted(enrol(till.desk, asked(card=card(3))))
    again = granted(enrol(till.desk, asked(card=card(3))))
    assert again == first | {"replayed": True}
    assert refused(enrol(till.desk, asked(card=card(4)))) == "id-reused"
    assert len(till.bodies(EnrolBody)) == 1


def test_no_number_in_what_is_kept_for_replays(till):
    granted(enrol(till.desk, asked(card=card(3), phone="+79161234567")))
    till.store.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(till.store.path, "rb") as file:
        disk = file.read()
    assert card(3).encode() not in disk
    assert b"9161234567" not in disk


def test_offline_too(till):
    assert till.desk.online() is False
    granted(enrol(till.desk, asked(card=card(3))))
    assert granted(till.sell("S-1", card=card(3)))["earned"]["main"]["points"] == 64


def test_what_tells_one_request_from_another_is_keyed(till):
    """A plain hash of a phone is no secret: there are few phones."""
    body = asked(phone="+79161234567")
    granted(enrol(till.desk, body))
    kept = till.store.operations.get("enrol", "E-1").content
    assert kept != content_of(body)
    assert granted(enrol(till.desk, asked(phone="8 (916) 123-45-67")))["replayed"] is True
