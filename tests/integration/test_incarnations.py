"""Disks set back in time, copied, healed: the till begins anew, no fact is lost or counted twice, nothing is spent twice.

Whole folders are copied, as an image of a disk is: database, log and secrets together.
"""

import os
import shutil

import pytest
from shop import Shop, ShopTill, image, set_back
from till_kit import FREE_SPENDING, card, granted, line, refused

from agent.rows import position
from agent.runtime import secrets
from sync.calls import HubFault
from sync.wire import BootBody, SaleBody

LIFELONG = FREE_SPENDING.replace('expires = "365d"', 'expires = "never"')
GIVEN = 1000


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path, programme=LIFELONG)
    first = made.tills["T1"]
    granted(first.sell("first", [line(price=100, amount=100)], card=card(1)))
    made.give(first.member_id(1), GIVEN, lot="lot-1")
    made.sync()
    yield made
    made.check()
    made.close()


def clone(shop, till):
    """A second machine with the same disk, the same name and the same key."""
    folder = os.path.join(shop.folder, "second-machine")
    os.makedirs(folder)
    till.store.close()
    shutil.copytree(till.folder, os.path.join(folder, till.store.till))
    till._open()
    other = ShopTill.__new__(ShopTill)
    from till_kit import Till

    other.line = type(till.line)(shop, till.store.till)
    other.shop = shop
    Till.__init__(other, folder, name=till.store.till, clock=shop.clock, programme=LIFELONG)
    other.ids.go_on(77_000)
    return other


def hold_rights(till):
    till.is_online = True
    granted(till.scan(card(1), symbology="ean13"))
    till.sync()
    assert till.balance(1).spendable_here > 0
    till.desk.current.clear(till.clock.monotonic_ms())


def days(shop, *tills, rounds=4):
    """Everybody pushes, an idle till too, as its heartbeat does."""
    for _ in range(rounds):
        for till in tills:
            till.renewal.heard(till.client.push_once(shop.clock.monotonic_ms(), even_empty=True))
            till.sync()
        shop.clock.pass_ms(600_000)


def earn(till, name, price=10_000, **more):
    return granted(till.sell(name, [line(price=price)], card=card(1), **more))


def forget(till, *names):
    """Sold and told to the hub, and then the disk is as it was before."""
    old = image(till)
    for name in names:
        earn(till, name)
    till.sync()
    set_back(till, old)


def sales(shop):
    """Ids of sales the hub counts, and how often each earned or spent."""
    return shop.bench.sql("SELECT count(*) FROM sale")[0][0]


def expected(shop, sold):
    """What the member must have when each of these sales counts once: (earned, spent) of each."""
    return GIVEN + sum(earned - spent for earned, spent in sold)


def test_a_whole_image_set_back_and_gone_on_with(shop):
    till = shop.tills["T1"]
    hold_rights(till)
    forget(till, *[f"known-{n}" for n in range(3)])
    # Only the hub can tell: secrets and database agree with one another.
    assert till.store.journal.tail.inc == 1
    for n in range(4):
        earn(till, f"after-{n}")
    earn(till, "spent", redeem={"main": 60}, price=10_000)
    till.sync()
    shop.clock.pass_ms(600_000)
    shop.sync()
    assert till.store.journal.tail.inc == 2
    assert [(body.reason, body.former) for body in till.bodies(BootBody)] == [("new", 0), ("forked", 1)]
    assert till.unsent == 0
    assert shop.hub_balance(till.member_id(1)) == expected(shop, [(5, 0)] * 7 + [(2, 60)])
    assert till.balance(1).whole == shop.hub_balance(till.member_id(1))
    assert shop.bench.sql("SELECT count(*) FROM quarantine") == [(0,)]


def test_what_the_pos_sells_again_after_the_loss_counts_once(shop):
    till = shop.tills["T1"]
    hold_rights(till)
    old = image(till)
    earn(till, "A", redeem={"main": 100}, price=20_000)
    earn(till, "B")
    till.sync()
    before = shop.hub_balance(till.member_id(1))
    set_back(till, old)
    earn(till, "A", redeem={"main": 100}, price=20_000)
    earn(till, "B")
    earn(till, "C")
    till.sync()
    assert till.store.journal.tail.inc == 2
    assert shop.hub_balance(till.member_id(1)) == before + 5
    assert sales(shop) == 5
    # The rights of the image are not used again, though the hub still holds them for it.
    assert till.balance(1).spendable_here == 0


def small_batches(till, times):
    """The hub's code fails on each push, as often as told: the till sends less and less at a time."""
    failed, push = [], till.line.push

    def failing(head, lines):
        if len(failed) < times:
            failed.append(len(lines))
            raise HubFault("server", status=500)
        return push(head, lines)

    till.line.push = failing
    for _ in range(times):
        till.client.push_once(till.clock.monotonic_ms())
        till.shop.clock.pass_ms(600_000)
    assert len(failed) == times


def test_a_story_that_parts_behind_a_halved_batch(shop):
    till = shop.tills["T1"]
    for n in range(6):
        earn(till, f"both-{n}")
    forget(till, "lost-0", "lost-1")
    for n in range(4):
        earn(till, f"after-{n}")
    small_batches(till, 5)
    out = till.client.push_once(till.clock.monotonic_ms())
    # The hub has the batch as the till does, and goes on otherwise than the till: not the hub says so, the hash beyond it does.
    [(inc, wm, forks)] = shop.bench.sql("SELECT inc, wm, forks FROM watermark WHERE till = 'T1'")
    assert (out.kind, out.code, out.wm, forks) == ("fork", "fork", wm, 0)
    assert 0 < out.common < wm <= till.store.journal.tail.seq
    hub_has = shop.bench.sql("SELECT hash FROM record WHERE till = 'T1' AND inc = ? AND seq = ?", inc, out.common)
    assert till.store.journal.hash_at(position(inc, out.common)) == hub_has[0][0]
    assert till.renewal.heard(out)
    till.sync()
    shop.clock.pass_ms(600_000)
    shop.sync()
    boots = till.bodies(BootBody)
    assert [(body.reason, body.former) for body in boots] == [("new", 0), ("forked", 1)]
    # What both stories have behind the batch is told twice and counts once; what only one has counts too.
    assert sales(shop) == 2 + 6 + 2 + 4
    assert shop.hub_balance(till.member_id(1)) == expected(shop, [(5, 0)] * 12)
    assert till.balance(1).whole == shop.hub_balance(till.member_id(1))
    assert till.unsent == 0


def test_an_image_set_back_that_sold_nothing_since(shop):
    till = shop.tills["T1"]
    forget(till, "lost-1")
    till.client.push_once(shop.clock.monotonic_ms(), even_empty=True)
    shop.clock.pass_ms(600_000)
    outcome = till.client.push_once(shop.clock.monotonic_ms(), even_empty=True)
    assert (outcome.kind, outcome.code) == ("fork", "rolled-back")
    assert till.renewal.heard(outcome)
    earn(till, "next")
    till.sync()
    assert [body.reason for body in till.bodies(BootBody)] == ["new", "restored"]
    assert shop.hub_balance(till.member_id(1)) == expected(shop, [(5, 0)] * 2)


def test_nothing_is_spent_before_the_new_incarnation_has_met_the_hub(shop):
    till = shop.tills["T1"]
    hold_rights(till)
    forget(till, "lost")
    earn(till, "fork")
    till.client.push_once(shop.clock.monotonic_ms())
    outcome = till.client.push_once(shop.clock.monotonic_ms() + 10**6)
    if outcome.kind != "fork":
        outcome = till.client.push_once(shop.clock.monotonic_ms() + 2 * 10**6)
    till.renewal.heard(outcome)
    assert till.balance(1).spendable_here == 0
    assert refused(till.sell("no", [line(price=10_000)], card=card(1), redeem={"main": 50})) == "cannot-spend"
    till.sync()
    granted(till.scan(card(1), symbology="ean13"))
    till.sync()
    # Not all: the former incarnation's lease is locked until a person releases it.
    assert till.balance(1).spendable_here > 0


def test_a_disk_copied_to_a_second_machine(shop):
    first = shop.tills["T1"]
    hold_rights(first)
    second = clone(shop, first)
    spent = 0
    for n, till in enumerate((first, second)):
        for k in range(3):
            earn(till, f"m{n}-{k}", redeem={"main": 100}, price=20_000)
            spent += 100
    days(shop, first, second)
    incs = (first.store.journal.tail.inc, second.store.journal.tail.inc)
    assert sorted(incs) == [2, 3], incs
    assert first.unsent == second.unsent == 0
    assert sales(shop) == 2 + 6
    # Each sale counts once. Both spent out of one lease of 1000: there was enough for both.
    assert shop.hub_balance(first.member_id(1)) == expected(shop, [(5, 100)] * 6)
    assert shop.bench.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'") == [(None,)]
    assert shop.bench.sql("SELECT sum(forks) FROM watermark")[0][0] >= 1, "somebody is told"
    # From now on one of them may spend, the other sells without points; they do not take turns at it.
    days(shop, first, second, rounds=20)
    assert (first.store.journal.tail.inc, second.store.journal.tail.inc) == incs
    second.check()
    second.close()


def test_two_copies_spend_all_of_one_lease_and_the_shop_bears_no_more_than_the_lease(shop):
    first = shop.tills["T1"]
    hold_rights(first)
    lease = first.balance(1).spendable_here
    second = clone(shop, first)
    for n, till in enumerate((first, second)):
        earn(till, f"m{n}", redeem={"main": lease}, price=lease * 100)
    days(shop, first, second)
    loss = -(shop.bench.sql("SELECT sum(amount) FROM entry WHERE account = 'loss:store'")[0][0] or 0)
    assert 0 < loss <= lease
    assert shop.hub_balance(first.member_id(1)) >= 0
    second.close()


def test_both_copies_begin_the_same_number_and_find_out(shop):
    first = shop.tills["T1"]
    forget(first, "lost")
    second = clone(shop, first)
    for n, till in enumerate((first, second)):
        earn(till, f"m{n}")
        # Each is told of the fork before the other has begun its new incarnation.
        for _ in range(3):
            outcome = till.client.push_once(shop.clock.monotonic_ms())
            shop.clock.pass_ms(600_000)
            if outcome.kind == "fork":
                break
        assert till.renewal.heard(outcome)
    assert first.store.journal.tail.inc == second.store.journal.tail.inc == 2
    days(shop, first, second)
    assert first.store.journal.tail.inc != second.store.journal.tail.inc
    assert first.unsent == second.unsent == 0
    assert shop.hub_balance(first.member_id(1)) == expected(shop, [(5, 0)] * 3)
    second.check()
    second.close()


def test_returns_and_closings_of_the_forks_tail_go_with_it(shop):
    till = shop.tills["T1"]
    earn(till, "bought", price=20_000)
    till.sync()
    forget(till, "lost")
    earn(till, "fork", price=40_000)
    granted(till.give_back("bought", "R-1", [{"n": 1, "quantity": "1"}]))
    granted(till.void("fork", "V-1"))
    till.sync()
    shop.clock.pass_ms(600_000)
    shop.sync()
    assert shop.hub_balance(till.member_id(1)) == expected(shop, [(5, 0)])
    assert till.balance(1).whole == shop.hub_balance(till.member_id(1))
    # What was told again is in the journal twice, under two keys; what the POS is told of it stays what was printed.
    assert len([body for body in till.bodies(SaleBody) if body.sale.id == "fork"]) == 2
    assert earn(till, "fork", price=40_000)["replayed"]


def test_a_power_cut_between_database_and_secrets_is_made_good(shop):
    till = shop.tills["T1"]
    forget(till, "lost")
    earn(till, "fork")
    till.sync()
    kept = secrets.read(till.folder)
    assert kept.incarnation == 2
    secrets.write(
        till.folder, type(kept)(**{**{f: getattr(kept, f) for f in kept.__struct_fields__}, "incarnation": 1})
    )
    till.restart()
    assert secrets.read(till.folder).incarnation == 2
    assert till.store.journal.tail.inc == 2
