"""Whose card it is."""

from sync.hub.store import bulk, cards


def test_the_member_known_for_longer(database):
    columns = "member, status, tier, name, masked, birthday, joined, added"
    people = [("a", "active", None, "", "", None, None, 9), ("b", "active", None, "", "", None, None, 5)]
    bulk.insert(database, "member", columns, people)
    bulk.insert(database, "card", "member, hmac, kind", [("a", "x", "card"), ("b", "x", "card"), ("a", "y", "phone")])
    assert [cards.member_of(database, hmac) for hmac in ("x", "y", "z")] == ["b", "a", None]
