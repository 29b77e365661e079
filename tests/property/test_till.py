"""Whatever a POS does in whatever order, no right is overspent and every sum agrees."""

import tempfile

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule
from till_kit import DAY_MS, FREE_SPENDING, MAIN, NOW, PROGRAMME, Till, card, line

from agent.loyalty import leases
from agent.till.hold import listed, release, stale
from agent.till.refusal import Refusal
from agent.till.wish import let_go
from sync.wire import CloseBody, GotBody, SaleBody

CARDS = (1, 2)
START = {1: 400, 2: 90}
PROGRAMMES = {"free": FREE_SPENDING, "strict": PROGRAMME}

numbers = st.sampled_from(CARDS)
some_points = st.one_of(st.integers(1, 700), st.just("max"))
quantities = st.sampled_from(["1", "2", "3", "0.350"])
baskets = st.lists(st.tuples(st.integers(1, 60_000), quantities), min_size=1, max_size=3)


def lines(basket):
    return [line(n, price, quantity) for n, (price, quantity) in enumerate(basket, 1)]


class TillMachine(RuleBasedStateMachine):
    """A till and, beside it, an oracle that only counts: what was granted, spent, earned, given and taken back."""

    quotes = Bundle("quotes")
    holds = Bundle("holds")
    sales = Bundle("sales")

    @initialize(programme=st.sampled_from(sorted(PROGRAMMES)))
    def begin(self, programme):
        self.folder = tempfile.TemporaryDirectory()
        self.till = Till(self.folder.name, programme=PROGRAMMES[programme])
        self.count = 0
        self.leased = dict.fromkeys(CARDS, 0)
        self.sold: dict[str, dict] = {}
        self.returned: dict[str, list[dict]] = {}
        for number in CARDS:
            self.till.member(
                number, [(f"{number}-a", START[number] // 2, "2026-12-31"), (f"{number}-b", START[number] // 2)]
            )

    def teardown(self):
        self.till.check()
        self.till.close()
        self.folder.cleanup()

    def id(self, kind):
        self.count += 1
        return f"{kind}-{self.count}"

    @rule(number=numbers, points=st.integers(1, 200))
    def the_hub_grants_a_lease(self, number, points):
        points = min(points, START[number] // 2 * 2 - self.leased[number])
        if points > 0:
            self.till.lease(self.till.member_id(number), points)
            self.leased[number] += points

    @rule(number=numbers, basket=baskets, points=some_points, target=quotes)
    def quote(self, number, basket, points):
        before = self.till.store.journal.tail
        given = self.till.quote(lines(basket), card=card(number), redeem={"main": points})
        assert self.till.store.journal.tail == before
        assert given["spent"].get("main", 0) <= self.till.balance(number).spendable_here
        return given, lines(basket), number

    @rule(quote=quotes, target=holds)
    def hold(self, quote):
        given, basket, number = quote
        found = self.till.hold(self.id("H"), given["quote"])
        return (None if isinstance(found, Refusal) else found.id), basket, number

    @rule(
        number=numbers,
        basket=baskets,
        points=some_points,
        parts=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 60_000)), max_size=4),
        void=st.booleans(),
    )
    def sell_and_take_back(self, number, basket, points, parts, void):
        sale = self.commit(lines(basket), True, card=card(number), redeem={"main": points})
        for n, amount in parts:
            self.give_back(sale, n, amount)
        if void:
            self.void(sale)

    @rule(hold=holds)
    def release(self, hold):
        if hold[0] is not None:
            release(self.till.desk, hold[0])

    @rule(number=numbers, basket=baskets, points=some_points, final=st.booleans(), target=sales)
    def sell(self, number, basket, points, final):
        return self.commit(lines(basket), final, card=card(number), redeem={"main": points})

    @rule(basket=baskets, points=st.integers(0, 300), final=st.booleans(), target=sales)
    def sell_to_nobody(self, basket, points, final):
        return self.commit(lines(basket), final, redeem={"main": points})

    @rule(quote=quotes, final=st.booleans(), target=sales)
    def sell_what_was_quoted(self, quote, final):
        given, basket, _ = quote
        answer = self.commit(basket, final, quote=given["quote"])
        if answer is not None and "quote-unknown" not in self.sold[answer]["mismatch"]:
            for key in ("to_pay", "spent", "earned", "lines"):
                assert self.sold[answer][key] == given[key], key
        return answer

    @rule(hold=holds, final=st.booleans(), target=sales)
    def sell_what_was_held(self, hold, final):
        id_, basket, number = hold
        if id_ is None:
            return None
        return self.commit(basket, final, hold=id_, card=card(number))

    def commit(self, basket, final, **more):
        id_ = self.id("S")
        answer = self.till.sell(id_, basket, **more, **({"receipt_no": id_} if final else {}))
        if isinstance(answer, Refusal):
            assert not final, answer
            return None
        if not final:
            assert (answer["mismatch"], answer["loss"]) == ([], {})
        assert sum(row["to_pay"] for row in answer["lines"]) == answer["to_pay"]
        assert answer["total"] - answer["discount"] - answer["redeemed"] == answer["to_pay"] >= 0
        assert sum(row["earned"].get("main", 0) for row in answer["lines"]) == answer["earned"].get("main", {}).get(
            "points", 0
        )
        if answer["loss"]:
            assert answer["mismatch"]
        asked = more.get("redeem", {}).get("main", "max")
        if final and asked != "max":
            # As charged: all of it, unless the bill has no room for one point more.
            assert answer["spent"].get("main", 0) == asked or answer["to_pay"] < 100, (asked, answer["spent"])
        self.sold[id_], self.returned[id_] = answer, []
        again = self.till.sell(id_, basket, **more, **({"receipt_no": id_} if final else {}))
        assert again == answer | {"replayed": True} or again["replayed"]
        return id_

    @rule(sale=sales, n=st.integers(1, 3), amount=st.integers(1, 30_000))
    def give_back(self, sale, n, amount):
        if sale is None:
            return
        answer = self.till.give_back(sale, self.id("R"), [{"n": n, "amount": amount}])
        if not isinstance(answer, Refusal):
            self.returned[sale].append(answer)
            self.whole(sale)

    @rule(sale=consumes(sales))
    def void(self, sale):
        if sale is None:
            return
        answer = self.till.void(sale, self.id("V"))
        if isinstance(answer, Refusal):
            return
        self.returned[sale].append(answer)
        self.whole(sale)
        sold, back = self.sold[sale], self.returned[sale]
        assert sum(one["money_back"] for one in back) == sold["to_pay"]
        given = sum(one["restored"].get("main", 0) for one in back)
        assert given == sold["spent"].get("main", 0) - sold["loss"].get("main", 0)
        taken = sum(one["taken_back"].get("main", 0) for one in back)
        assert taken == sold["earned"].get("main", {}).get("points", 0)
        assert isinstance(self.till.void(sale, self.id("V")), Refusal)

    def whole(self, sale):
        """Never more back than was paid, spent or earned."""
        sold, back = self.sold[sale], self.returned[sale]
        assert sum(one["money_back"] for one in back) <= sold["to_pay"]
        assert sum(one["restored"].get("main", 0) for one in back) <= sold["spent"].get("main", 0)
        assert sum(one["taken_back"].get("main", 0) for one in back) <= sold["earned"].get("main", {}).get("points", 0)

    @rule(minutes=st.sampled_from([1, 10, 16, 60]), tidy=st.booleans())
    def time_goes_by(self, minutes, tidy):
        self.till.clock.pass_ms(minutes * 60_000)
        if tidy:
            stale(self.till.desk)

    @precondition(lambda self: self.count > 15)
    @rule()
    def a_month_goes_by(self):
        self.till.clock.pass_ms(31 * DAY_MS)

    @rule(sure=st.booleans())
    def the_clock_is_trusted_or_not(self, sure):
        self.till.clock.sure = sure

    @rule(online=st.booleans(), revoke=st.booleans())
    def leases_are_let_go(self, online, revoke):
        self.till.is_online = online
        revoked = [lease.grant.id for lease, _ in self.till.store.rights.open_leases()][:1] if revoke else []
        with self.till.store.transaction():
            self.till.store.rights.recall(revoked)
        let_go(self.till.desk)

    @rule()
    def the_power_goes(self):
        self.till.restart()

    @invariant()
    def no_lease_is_overspent(self):
        if not hasattr(self, "till"):
            return
        self.till.check()
        spent, granted, closed = {}, {}, {}
        for found in (record.body for record in self.till.records()):
            if isinstance(found, GotBody):
                granted[found.grant.id] = found.grant
            elif isinstance(found, SaleBody):
                for one in found.spends:
                    assert one.lease not in closed, "a closed lease pays nothing"
                    spent[one.lease] = spent.get(one.lease, 0) + sum(part.points for part in one.parts)
                assert sum(sum(part.points for part in one.parts) for one in found.spends) + found.loss.get(
                    MAIN, 0
                ) == found.decision.spent.get("main", 0)
            elif isinstance(found, CloseBody):
                closed[found.lease] = found
                assert found.spent + found.left == granted[found.lease].granted
                assert found.spent == spent.get(found.lease, 0)
        assert all(points <= granted[lease].granted for lease, points in spent.items())
        for lease, _ in self.till.store.rights.open_leases():
            assert leases.sound(lease)
            assert leases.spent(lease) == spent.get(lease.grant.id, 0)

    @invariant()
    def balances_are_never_negative(self):
        if not hasattr(self, "till"):
            return
        for number in CARDS:
            row = self.till.balance(number)
            assert min(row.confirmed, row.unsynced, row.spendable_here, row.debt, row.locked_elsewhere) >= 0
            held = sum(leases.left(lease, None) for lease in self.till.store.rights.leases(self.till.member_id(number)))
            reserved = sum(
                row_.points.get(MAIN, 0)
                for row_ in listed(self.till.desk, "open")
                if row_.member == self.till.member_id(number)
            )
            assert row.spendable_here <= max(0, held - reserved)
            assert sum(int(due["points"]) for due in row.maturing) <= row.whole

    @invariant()
    def points_are_neither_made_nor_lost(self):
        """All a member has, less what is owed: what the hub said, less spent, plus restored, plus earned, less taken back."""
        if not hasattr(self, "till") or self.till.clock.wall_ms > NOW + 30 * DAY_MS:
            return
        for number in CARDS:
            member = self.till.member_id(number)
            moved = sum(
                posting.amount
                for record in self.till.records()
                for posting in getattr(record.body, "postings", ())
                if posting.account == f"member:{member}"
            )
            row = self.till.balance(number)
            assert row.whole - row.debt == START[number] // 2 * 2 + moved, (row, moved)


TillMachine.TestCase.settings = settings(
    derandomize=True,
    max_examples=80,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TestTill = pytest.mark.slow(TillMachine.TestCase)
