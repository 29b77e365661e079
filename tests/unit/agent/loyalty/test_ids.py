"""Names of cards and members: stable for ever (they are stored), apart by domain and key, equal for every spelling."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.loyalty import ids

KEY = b"k" * 32


def test_pinned_values_never_change():
    assert ids.member_id(b"key", "CARD1") == "64b7a587cff400021f149635e0524e7a"
    assert ids.card_hmac(b"key", "CARD1") == "b87783784a9c42ca6c29f5c8fd01b436"


def test_domains_and_keys_are_apart():
    names = {ids.card_hmac(KEY, "79161234567"), ids.member_id(KEY, "79161234567"), ids.phone_hmac(KEY, "79161234567")}
    names |= {ids.member_id_of_phone(KEY, "79161234567"), ids.card_hmac(b"other", "79161234567")}
    assert len(names) == 5
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in names)


@given(st.text("0123456789ABCXYZ", min_size=1, max_size=30), st.data())
@settings(derandomize=True)
def test_spelling_does_not_matter(card, data):
    noise = [data.draw(st.sampled_from(["", " ", "-", "\u2013", "\t"])) for _ in card]
    spelt = "".join(a + b for a, b in zip(noise, card.lower(), strict=True))
    assert ids.normalise_card(spelt) == card
    assert ids.member_id(KEY, spelt) == ids.member_id(KEY, card)


@pytest.mark.parametrize("phone", ["8 (916) 123-45-67", "+7 916 123 45 67", "79161234567"])
def test_one_phone(phone):
    assert ids.normalise_phone(phone) == "+79161234567"


@pytest.mark.parametrize("phone", ["", "12", "phone", "1234567890123456", "+", "٠١٢٣٤٥٦٧٨"])
def test_no_phone(phone):
    with pytest.raises(ValueError, match="digits"):
        ids.normalise_phone(phone)


def test_empty_is_refused():
    with pytest.raises(ValueError, match="nothing"):
        ids.card_hmac(KEY, " - ")
    with pytest.raises(ValueError, match="empty"):
        ids.card_hmac(b"", "1")
