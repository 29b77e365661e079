"""Inserts of the import that leave what is there."""

import pytest

from sync.hub.store import roster
from sync.hub.store.roster import Opening
from sync.hub.store.stage import Person

ANNA = Person("a", "c1", "p1", "*1", "Анна", "gold", "05-17", 5, None)


def test_who_is_there_stays_as_he_is(database, sql):
    roster.add_members(database, [ANNA], joined="2026-09-21", at=5)
    roster.add_members(database, [ANNA._replace(name="Другая", card="c2")], joined="2027-01-01", at=9)
    assert sql("SELECT name, joined, added FROM member") == [("Анна", "2026-09-21", 5)]
    assert sql("SELECT hmac FROM card ORDER BY hmac") == [("c1",), ("c2",), ("p1",)]
    assert roster.known(database, ["a", "b"]) == {"a"}


def test_lots_and_accounts(database, sql):
    roster.add_lots(database, [Opening("a", "u", "opening", 5, None)], born=1)
    roster.add_lots(database, [Opening("a", "u", "other", 7, "2027-01-01")], born=1)
    assert sql("SELECT posted FROM account") == [(12,)]
    assert roster.with_lot(database, ["a", "b"], "u", "opening") == {"a"}
    assert roster.with_lot(database, ["a"], "v", "opening") == set()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_index_goes_and_comes(database, sql):
    def there():
        return bool(sql("SELECT 1 FROM sqlite_master WHERE name = 'card_hmac'"))

    roster.spare_memory(database)
    roster.unindex_cards(database)
    roster.unindex_cards(database)
    assert not there()
    roster.index_cards(database)
    roster.index_cards(database)
    assert there()
