"""Rights are wished for before they are needed, and let go when they are not."""

import pytest
from till_kit import DAY_MS, HOUR_MS, MAIN, card, granted

from agent.till.hold import release
from agent.till.identify import by_card
from agent.till.wish import let_go, wish
from sync.wire import CloseBody, WantBody


@pytest.fixture
def online(till):
    till.is_online = True
    return till


def wished(till, number=1):
    return wish(till.desk, granted(by_card(till.desk, card(number), how="scan")))


def test_what_the_member_could_spend_is_wished_for_once(online):
    anna = online.member(1, [("a", 200), ("b", 140), ("pending", 50, None, "2026-12-06")])
    pushed = []
    online.desk.push_soon = lambda: pushed.append(1)
    assert wished(online) == 1
    (want,) = online.bodies(WantBody)
    assert (want.member, want.unit, want.points, want.style) == (anna, MAIN, 340, "visit")
    assert wished(online) == 0, "one is pending"
    assert pushed == [1]


def test_only_what_is_not_leased_here_already(online):
    anna = online.member(1, [("a", 340)])
    online.lease(anna, 300)
    assert wished(online) == 1
    assert online.bodies(WantBody)[-1].points == 40


def test_all_leased_is_nothing_wished(online):
    online.lease(online.member(1, [("a", 340)]), 340)
    assert wished(online) == 0


@pytest.mark.parametrize("status", ["blocked", "not_activated"])
def test_no_rights_for_cards_that_may_not_spend(online, status):
    online.member(1, [("a", 340)], status=status)
    assert wished(online) == 0


def test_no_wish_offline_nor_for_strangers(till):
    till.member(1, [("a", 340)])
    assert wished(till) == 0
    till.is_online = True
    assert wished(till, 2) == 0


def test_not_again_soon_after_a_refusal(online):
    online.member(1, [("a", 340)])
    assert wished(online) == 1
    (row,) = online.store.rights.pending()
    with online.store.transaction():
        online.store.rights.answered(row.n, "refused", "nothing")
    assert wished(online) == 0
    online.clock.pass_ms(60_000)
    assert wished(online) == 1


def test_idle_visit_leases_are_closed_while_online(online):
    anna = online.member(1, [("a", 340)])
    lease = online.lease(anna, 300)
    granted(online.sell("S-1", card=card(1), redeem={"main": 100}))
    online.clock.pass_ms(29 * 60_000)
    assert let_go(online.desk) == 0
    online.clock.pass_ms(60_000)
    assert let_go(online.desk) == 1
    (closed,) = online.bodies(CloseBody)
    assert (closed.lease, closed.spent, closed.left, closed.reason) == (lease.grant.id, 100, 200, "idle")
    assert (online.balance(1).spendable_here, let_go(online.desk)) == (0, 0)


def test_offline_nothing_idles_but_a_life_ends(till):
    anna = till.member(1, [("a", 340)])
    till.lease(anna, 100)
    till.lease(anna, 50, until=till.clock.wall_ms + 12 * HOUR_MS)
    till.clock.pass_ms(12 * HOUR_MS)
    assert let_go(till.desk) == 1
    assert till.bodies(CloseBody)[0].reason == "life"
    till.clock.sure = False
    till.clock.pass_ms(400 * DAY_MS)
    assert let_go(till.desk) == 0, "an untrusted clock ends no life"


def ask_back(till, *leases):
    """The hub's revoke, as the outbox keeps it."""
    with till.store.transaction():
        till.store.rights.recall([lease.grant.id for lease in leases])


def test_what_the_hub_asks_back_is_given_unless_the_customer_is_paying(online):
    anna = online.member(1, [("a", 340)])
    lease = online.lease(anna, 300)
    given = granted(online.quote(card=card(1), redeem={"main": 100}))["quote"]
    granted(online.hold("H-1", given))
    ask_back(online, lease)
    assert let_go(online.desk) == 0
    online.restart()
    online.is_online = True
    online.clock.pass_ms(15 * 60_000)
    assert let_go(online.desk) == 1, "a stale hold pays nothing any more"
    assert online.bodies(CloseBody)[0].reason == "revoked"


@pytest.mark.parametrize("end", ["release", "capture"])
def test_what_was_asked_back_during_a_hold_is_given_when_the_hold_ends(online, end):
    anna = online.member(1, [("a", 340)])
    lease = online.lease(anna, 300)
    given = granted(online.quote(card=card(1), redeem={"main": 100}))["quote"]
    granted(online.hold("H-1", given))
    ask_back(online, lease)
    pushes = []
    online.desk.push_soon = lambda: pushes.append(1)
    if end == "release":
        granted(release(online.desk, "H-1"))
    else:
        granted(online.sell("S-1", card=card(1), quote=given, hold="H-1"))
    (closed,) = online.bodies(CloseBody)
    assert (closed.reason, closed.left) == ("revoked", 300 if end == "release" else 200)
    assert pushes, "the hub waits for it"
    assert online.store.rights.recalled() == frozenset()


def test_another_members_hold_keeps_nothing(online):
    leases = [online.lease(online.member(n, [(f"a{n}", 340)]), 300) for n in (1, 2)]
    given = granted(online.quote(card=card(1), redeem={"main": 100}))["quote"]
    granted(online.hold("H-1", given))
    ask_back(online, *leases)
    assert let_go(online.desk) == 1
    assert online.bodies(CloseBody)[0].lease == leases[1].grant.id
