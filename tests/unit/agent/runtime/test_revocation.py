"""A till the hub has revoked: facts stay, members go, from file, log and backups; and it may come back."""

import pathlib

import pytest
from shop import Shop
from till_kit import FREE_SPENDING, card, granted, line

from agent.runtime.backups import backup_folder, kept_backups, make_backup
from agent.runtime.revocation import Revocation
from sync.calls import HubFault
from sync.wire import CloseBody

NAME = "Анна Сергеевна Нигдеева"


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path, programme=FREE_SPENDING.replace('expires = "365d"', 'expires = "never"'))
    first = made.tills["T1"]
    granted(first.sell("first", [line(price=100, amount=100)], card=card(1)))
    made.give(first.member_id(1), 340, lot="lot-1")
    made.sync()
    for rev, name in ((50, NAME), (51, NAME + " 2")):
        first.member(1, [("lot-1", 340)], rev=rev, name=name)
    granted(first.scan(card(1), symbology="ean13"))
    first.sync()
    make_backup(first.settings, first.store, now_ms=made.clock.now_ms())
    yield made
    made.check()
    made.close()


def found(till):
    """Files of the till in which the member's name can be read."""
    paths = [path for path in pathlib.Path(till.folder).rglob("*") if path.is_file()]
    return [path.name for path in paths if NAME.encode() in path.read_bytes()]


def refused(till):
    """The hub's answer to a revoked till, and what comes of it."""
    push = till.line.push

    def no(_head, _lines):
        raise HubFault("refused", status=403, problem="till-revoked")

    till.line.push = no
    outcome = till.client.push_once(till.clock.monotonic_ms(), even_empty=True)
    till.line.push = push
    assert (outcome.kind, outcome.code) == ("refused", "till-revoked")
    return outcome


def test_members_are_gone_from_every_byte_and_facts_are_not(shop):
    till = shop.tills["T1"]
    assert found(till)
    granted(till.sell("unsent", [line(price=10_000)], card=card(1)))
    before = [row.line for row in till.store.journal.all()]
    heard = Revocation(till.parts)
    assert heard.heard(refused(till))
    assert found(till) == []
    assert [row.line for row in till.store.journal.all()][: len(before)] == before
    assert till.store.members.count() == 0
    assert len(kept_backups(backup_folder(till.settings))) == 1, "one of what is left"
    # It gives its rights back as soon as it is heard again, and sells on without members.
    assert [body.reason for body in till.bodies(CloseBody)] == ["revoked"]
    assert till.balance(1).spendable_here == 0
    granted(till.sell("alone", [line(price=10_000)], card=card(1)))
    assert not heard.heard(refused_again(till))


def refused_again(till):
    till.clock.pass_ms(600_000)
    return refused(till)


def test_it_comes_back_with_its_facts(shop):
    till = shop.tills["T1"]
    granted(till.sell("unsent", [line(price=10_000)], card=card(1)))
    heard = Revocation(till.parts)
    heard.heard(refused(till))
    till.restart()
    heard = Revocation(till.parts)
    shop.clock.pass_ms(600_000)
    outcome = till.client.push_once(shop.clock.monotonic_ms())
    assert outcome.kind == "sent"
    assert heard.heard(outcome)
    assert not till.store.meta.get("revoked")
    till.sync()
    assert till.unsent == 0
    assert till.balance(1).whole == shop.hub_balance(till.member_id(1)) == 345


def test_another_refusal_wipes_nothing(shop):
    till = shop.tills["T1"]
    heard = Revocation(till.parts)
    till.line.push = lambda _head, _lines: (_ for _ in ()).throw(
        HubFault("refused", status=403, problem="till-unknown")
    )
    assert not heard.heard(till.client.push_once(till.clock.monotonic_ms(), even_empty=True))
    assert till.store.members.count() == 1
