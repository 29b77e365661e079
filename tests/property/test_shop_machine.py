"""Two tills and a hub under whatever happens, against an oracle that only adds and subtracts."""

import tempfile

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from shop import Shop
from till_kit import FREE_SPENDING, card, line

from agent.till import identify
from agent.till.refusal import Refusal
from agent.till.wish import let_go, wish

LIFELONG = FREE_SPENDING.replace('expires = "365d"', 'expires = "never"').replace('earn = "5%"', 'earn = "20%"')
NAMES = ("T1", "T2")
CARDS = (1, 2)

names = st.sampled_from(NAMES)
numbers = st.sampled_from(CARDS)
rubles = st.integers(1, 300)


class ShopMachine(RuleBasedStateMachine):
    """The oracle: what each member has by all that was sold, paid with points, returned and voided, wherever and in whatever order."""

    @initialize()
    def open(self):
        self.folder = tempfile.TemporaryDirectory()
        self.shop = Shop(self.folder.name, NAMES, programme=LIFELONG)
        self.has = dict.fromkeys(CARDS, 0)
        self.earned = dict.fromkeys(CARDS, 0)
        self.spent = dict.fromkeys(CARDS, 0)
        self.lost = 0
        self.sold = []
        self.count = 0

    def teardown(self):
        if hasattr(self, "shop"):
            self.everybody_talks()
            for number in CARDS:
                member = self.shop.tills["T1"].member_id(number)
                assert self.shop.hub_balance(member) == self.has[number]
                assert {till.balance(number).whole for till in self.shop.tills.values()} == {max(0, self.has[number])}
            lost = self.shop.bench.sql("SELECT coalesce(sum(amount), 0) FROM entry WHERE account = 'loss:store'")
            assert -lost[0][0] == self.lost
            self.shop.check()
            self.shop.close()
            self.folder.cleanup()

    def everybody_talks(self):
        for till in self.shop.tills.values():
            till.line.cut, till.line.deaf = False, 0
        for _ in range(3):
            self.shop.clock.pass_ms(600_000)
            self.shop.sync()
        assert [till.unsent for till in self.shop.tills.values()] == [0, 0]

    def id(self):
        self.count += 1
        return f"N{self.count}"

    def sell(self, name, number, price, **more):
        sale = self.id()
        answer = self.shop.tills[name].sell(sale, [line(price=price * 100)], card=card(number), **more)
        if isinstance(answer, Refusal):
            assert "receipt_no" not in more
            return
        earned = answer["earned"].get("main", {}).get("points", 0)
        paid, lost = answer["spent"].get("main", 0), answer["loss"].get("main", 0)
        self.earned[number] += earned
        self.spent[number] += paid - lost
        self.lost += lost
        self.has[number] += earned - (paid - lost)
        self.sold.append((name, number, sale))

    @rule(name=names, number=numbers, price=rubles)
    def a_sale(self, name, number, price):
        self.sell(name, number, price)

    @rule(name=names, number=numbers, price=rubles, points=st.integers(1, 60), final=st.booleans())
    def a_sale_with_points(self, name, number, price, points, final):
        self.sell(name, number, price, redeem={"main": points}, **({"receipt_no": "1"} if final else {}))

    @rule(pick=st.integers(0, 1000), void=st.booleans(), amount=st.integers(1, 20_000))
    def something_comes_back(self, pick, void, amount):
        if not self.sold:
            return
        name, number, sale = self.sold[pick % len(self.sold)]
        till = self.shop.tills[name]
        answer = till.void(sale, self.id()) if void else till.give_back(sale, self.id(), [{"n": 1, "amount": amount}])
        if not isinstance(answer, Refusal):
            back, taken = answer["restored"].get("main", 0), answer["taken_back"].get("main", 0)
            self.spent[number] -= back
            self.has[number] += back - taken
            self.lost -= answer["loss_back"].get("main", 0)

    @rule(name=names, number=numbers)
    def a_card_is_shown(self, name, number):
        till = self.shop.tills[name]
        who = identify.by_card(till.desk, card(number), how="scan")
        if not isinstance(who, Refusal):
            wish(till.desk, who)

    @rule(name=names, cut=st.booleans(), deaf=st.integers(0, 2))
    def the_line_changes(self, name, cut, deaf):
        line_ = self.shop.tills[name].line
        line_.cut, line_.deaf = cut, deaf

    @rule(name=names)
    def a_till_talks(self, name):
        self.shop.tills[name].sync()

    @rule(minutes=st.sampled_from([1, 10, 45, 800]))
    def time_goes_by(self, minutes):
        self.shop.clock.pass_ms(minutes * 60_000)
        for till in self.shop.tills.values():
            let_go(till.desk)

    @rule(name=names)
    def the_power_goes(self, name):
        self.shop.tills[name].restart()

    @invariant()
    def nobody_spends_what_nobody_earned(self):
        if hasattr(self, "shop"):
            assert all(0 <= self.spent[number] <= self.earned[number] for number in CARDS)
            self.shop.bench.audit()


TestShop = ShopMachine.TestCase
TestShop.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
