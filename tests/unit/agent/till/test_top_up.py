"""Top-up: what is asked of the hub while the customer waits, what comes of it, and that nothing is left lying."""

import pytest
from shop import Shop
from till_kit import FREE_SPENDING, card, granted, line, refused

from agent.till.hold import release
from agent.till.top_up import TopUp, begin, end, look
from agent.till.wish import WISH_LIFE_MS, forget_wishes
from sync.wire import CloseBody, WantBody

LIFELONG = FREE_SPENDING.replace('expires = "365d"', 'expires = "never"')


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path, programme=LIFELONG)
    first = made.tills["T1"]
    granted(first.sell("first", [line(price=100, amount=100)], card=card(1)))
    made.give(first.member_id(1), 340, lot="lot-1")
    made.sync()
    yield made
    made.check()
    made.close()


def present(till):
    till.is_online = True
    granted(till.scan(card(1), symbology="ean13"))
    till.sync()


def here(till):
    return till.balance(1).spendable_here


def asked(till, points="max"):
    return begin(till.desk, TopUp(points=points))


def test_what_another_till_holds_comes_over(shop):
    first, second = shop.tills.values()
    present(second)
    assert here(second) == 340
    first.is_online = True
    first.scan(card(1))
    goal = granted(asked(first))
    assert (goal.points, look(first.desk, goal)) == (340, "waiting")
    first.sync()
    assert look(first.desk, goal) == "waiting", "asked back, but not here yet"
    second.sync()
    first.sync()
    assert look(first.desk, goal) == "enough"
    answer = granted(end(first.desk, goal))
    assert (answer["spendable_here"], answer["balance"]["locked_elsewhere"]) == (340, 0)
    assert here(second) == 0
    # The scan's own wish was waited for: no second one was made.
    assert len(first.bodies(WantBody)) == 1


def test_part_is_here_part_comes_by_a_wish_of_its_own(shop):
    first, second = shop.tills.values()
    shop.bench.hub.policy = type(shop.bench.hub.policy)(visit_cap=200)
    present(second)
    present(first)
    assert (here(second), here(first)) == (200, 140)
    goal = granted(asked(first, 300))
    for _ in range(3):
        first.sync()
        second.sync()
        look(first.desk, goal)
    assert granted(end(first.desk, goal))["spendable_here"] >= 300
    assert all(want.points <= 340 for want in first.bodies(WantBody))


def test_a_till_off_line_keeps_its_part_and_the_wish_is_withdrawn(shop):
    first, second = shop.tills.values()
    present(second)
    second.line.cut = True
    present(first)
    goal = granted(asked(first))
    first.sync()
    assert look(first.desk, goal) == "waiting"
    refusal = end(first.desk, goal)
    assert (refused(refusal), refusal.fields["elsewhere"], refusal.fields["tills"]) == ("top-up-elsewhere", 340, "T2")
    assert refusal.fields["allowed"] == 0
    assert [body.reason for body in first.bodies(CloseBody)] == ["withdrawn"]
    assert first.store.rights.pending() == []
    # It comes back later, and does not go to a till nobody stands at.
    second.line.cut = False
    shop.clock.pass_ms(600_000)
    shop.sync()
    assert (here(first), here(second)) == (0, 0)
    assert shop.bench.account(first.member_id(1))[1] == 0
    shop.clock.pass_ms(600_000)


def test_a_till_not_heard_of_for_long_is_called_cut_off(shop):
    first, second = shop.tills.values()
    present(second)
    second.line.cut = True
    shop.clock.pass_ms(600_000)
    present(first)
    goal = granted(asked(first))
    first.sync()
    assert refused(end(first.desk, goal)) == "top-up-cut-off"


def test_a_grant_that_comes_after_the_end_is_given_back(shop):
    first = shop.tills["T1"]
    first.is_online = True
    first.scan(card(1))
    goal = granted(asked(first))
    line = first.line
    push = line.push

    def late(head, lines):
        """The cashier gives up while the hub's answer is under way."""
        answer = push(head, lines)
        line.push = push
        assert refused(end(first.desk, goal)) == "top-up-no-answer"
        return answer

    line.push = late
    first.client.push_once(shop.clock.monotonic_ms())
    assert here(first) == 0
    shop.sync()
    assert (here(first), shop.bench.account(first.member_id(1))[1]) == (0, 0)


def test_a_customer_paying_elsewhere_is_waited_for(shop):
    first, second = shop.tills.values()
    present(second)
    given = granted(second.quote([line(price=10_000)], card=card(1), redeem={"main": 100}))["quote"]
    granted(second.hold("H-1", given))
    present(first)
    goal = granted(asked(first))
    second.sync()
    assert here(second) == 240
    granted(release(second.desk, "H-1"))
    second.sync()
    first.sync()
    assert look(first.desk, goal) == "enough"
    granted(end(first.desk, goal))


def test_more_than_there_is(shop):
    first = shop.tills["T1"]
    present(first)
    goal = granted(asked(first, 1000))
    for _ in range(3):
        first.sync()
        look(first.desk, goal)
    assert look(first.desk, goal) == "no-more"
    refusal = end(first.desk, goal)
    assert (refused(refusal), refusal.fields["allowed"]) == ("top-up-nothing", 340)
    assert granted(end(first.desk, granted(asked(first))))["spendable_here"] == 340, "max is what there is"


def test_enough_is_here_already(shop):
    first = shop.tills["T1"]
    present(first)
    first.is_online = False
    wants = len(first.bodies(WantBody))
    goal = granted(asked(first, 300))
    assert look(first.desk, goal) == "enough"
    assert granted(end(first.desk, goal))["spendable_here"] == 340
    assert len(first.bodies(WantBody)) == wants


def test_who_cannot_be_asked_for(shop):
    first = shop.tills["T1"]
    first.is_online = False
    assert refused(asked(first)) == "nobody-shown"
    first.scan(card(9))
    assert refused(asked(first)) == "top-up-nobody"
    first.scan(card(1))
    assert refused(asked(first)) == "two-cards"
    first.desk.current.clear(shop.clock.monotonic_ms())
    first.scan(card(1))
    assert refused(asked(first)) == "top-up-offline"
    assert refused(begin(first.desk, TopUp(currency="miles"))) == "currency-unknown"
    assert first.bodies(WantBody) == []


def test_a_visits_wish_ends_with_the_visit(shop):
    first, second = shop.tills.values()
    present(second)
    second.line.cut = True
    present(first)
    assert len(first.store.rights.pending()) == 1
    shop.clock.pass_ms(WISH_LIFE_MS - 1)
    assert forget_wishes(first.desk) == 0
    shop.clock.pass_ms(1)
    assert forget_wishes(first.desk) == 1
    assert first.store.rights.pending() == []
    first.sync()
    assert shop.bench.sql("SELECT state, granted FROM lease WHERE till = 'T1'") == [("closed", 0)]
