"""The hub's key changes under tills that are on and off: all follow, and nobody else can lead them."""

import msgspec
import pytest
from shop import Shop
from till_kit import card, line

from agent.runtime.secrets import Secrets
from agent.runtime.wiring import hub_keys
from sync.hub.keys import rotate
from sync.hub.publishing import publish
from sync.hub.store.steps import transaction
from sync.signing import Signer, check_grant, check_programme, sign_link
from sync.wire import Changes


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path, ["T1", "T2"])
    yield shop
    shop.check()
    shop.close()


def rotated(shop, number):
    with transaction(shop.bench.database):
        return rotate(shop.bench.database, lambda count: bytes([number]) * count, now_ms=1).signer


def keys_of(shop, till):
    """As a till reads them at its next start."""
    kept = Secrets(till_key="", programme_key="", hub_key=shop.bench.keys.signer.public)
    return hub_keys(shop.tills[till].store, kept)


def lend(shop, till, points):
    """A wish is journalled and answered."""
    from agent.till.wish import journal_want
    from sync.wire import WantBody

    one = shop.tills[till]
    with one.store.transaction():
        body = WantBody(member=one.member_id(1), unit="points:main", points=points)
        journal_want(one.desk, body, shop.clock.now_ms())
    shop.sync()
    shop.sync()
    return one.store.rights.leases(one.member_id(1))


def test_tills_follow_and_take_grants_and_programmes_by_the_new_key(shop):
    first = shop.bench.keys.signer
    text = '[programme]\nid = "p"\nversion = 1\ncurrency = "RUB"\ntimezone = "Asia/Omsk"\n'
    with transaction(shop.bench.database):
        publish(shop.bench.database, text, "p", signer=first, now_ms=1)
    shop.give(shop.tills["T1"].member_id(1), 1000, lot="seed")
    shop.sync()
    before = lend(shop, "T1", 10)
    assert [check_grant(keys_of(shop, "T1").current, lease.grant) for lease in before] == [True]
    shop.tills["T2"].line.cut = True
    second = rotated(shop, 7)
    after = lend(shop, "T1", 20)
    assert sorted(lease.grant.granted for lease in after) == [10, 20]
    assert {check_grant(keys_of(shop, "T1").current, lease.grant) for lease in after} == {True, False}
    assert keys_of(shop, "T1").current.public == second.public
    (row,) = shop.tills["T1"].store.programmes.all()
    assert check_programme(keys_of(shop, "T1").current, row.text, row.signature)
    # What was journalled under the old key is spent all the same.
    shop.tills["T1"].sell("S-1", [line(1, 10_000)], card=card(1), redeem={"main": 15})
    third = rotated(shop, 8)
    shop.tills["T2"].line.cut = False
    shop.clock.pass_ms(600_000)
    shop.sync()
    for till in ("T1", "T2"):
        assert keys_of(shop, till).current.public == third.public
    assert lend(shop, "T2", 5)
    shop.tills["T1"].restart()
    assert lend(shop, "T1", 5)


def test_a_former_key_leads_no_till_away(shop):
    first = shop.bench.keys.signer
    shop.sync()
    second = rotated(shop, 7)
    shop.sync()
    thief = Signer(b"t" * 32)
    client, cursor = shop.tills["T1"].client, shop.tills["T1"].store.meta.get("cursor")
    page = Changes(cursor=cursor, keys=(sign_link(first, thief.public),))
    shop.tills["T1"].line.changes = lambda *_, **__: msgspec.json.decode(msgspec.json.encode(page), type=Changes)
    assert client.pull_once(10**9).kind == "pulled"
    assert keys_of(shop, "T1").current.public == second.public
