"""Members merged and points moved between them, whatever else happens meanwhile: nothing is lost, minted or left behind."""

import contextlib
import tempfile

from examples import examples
from hub_kit import TODAY, UNIT
from hypothesis import given
from hypothesis import strategies as st
from pen_shop import TILLS, PenShop

from agent.errors import Conflict, NotFound
from agent.loyalty.leases import Spend
from agent.loyalty.ledger import MOVED
from agent.loyalty.lots import Lot, Part
from sync.hub.merging import merge
from sync.hub.store.steps import transaction
from sync.wire import MoveInBody, MoveOutBody, ReturnBody, SaleBody, decode

till = st.sampled_from(TILLS)
member = st.sampled_from(("m1", "m2", "m3"))
points = st.integers(1, 300)
step = st.one_of(
    st.tuples(st.just("sale"), till, member, points, st.just(""), st.none()),
    st.tuples(st.just("want"), till, member, points, st.sampled_from(["visit", "standing"])),
    st.tuples(st.just("spend"), till, points, st.just(False)),
    st.tuples(st.just("give"), till, member),
    st.tuples(st.just("return"), till, points),
    st.tuples(st.just("close"), till),
    st.tuples(st.just("push"), till),
    st.tuples(st.just("merge"), member, member),
)


class Joined(PenShop):
    """The shop of the batches, where members are merged and give points away."""

    def do_merge(self, member, target):
        bench = self.bench
        try:
            with transaction(bench.database):
                merge(bench.database, member, target, reason="test", epoch=1, day=TODAY, now_ms=bench.clock())
        except (Conflict, NotFound):
            return

    def do_give(self, till, target):
        for grant in [grant for grant in self.grants[till] if grant.member != target][:1]:
            parts = [Part(lot, left) for lot, left in self.left[grant.id].items() if left]
            if not parts:
                continue
            self.left[grant.id] = {}
            pen, size = self.pens[till], sum(part.points for part in parts)
            name = f"{till}-{len(pen.lines)}"
            shared = {"store": pen.store, "id": name, "unit": UNIT, "points": size}
            pen.write(
                MoveOutBody(member=grant.member, to=target, spends=(Spend(grant.id, UNIT, tuple(parts)),), **shared)
            )
            lot = Lot(id=f"moved-{name}", unit=UNIT, points=size, left=size, born=1)
            pen.write(MoveInBody(member=target, of=grant.member, lots=(lot,), **shared))

    def told(self):
        """What the tills' own records say all members together have."""
        total = 0
        for body in (decode(line).body for pen in self.pens.values() for line in pen.lines):
            if isinstance(body, SaleBody):
                total += sum(lot.points for lot in body.lots)
                total -= sum(part.points for spend in body.spends for part in spend.parts)
            elif isinstance(body, ReturnBody):
                total -= sum(body.taken_back.values())
        return total


@examples(80)
@given(st.lists(step, max_size=40))
def test_merging_and_giving_lose_nothing(script):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as opened:
        shop = Joined(folder)
        opened.callback(shop.bench.close)
        shop.play(script)
        bench = shop.bench
        # A giver's record may lie in a batch that is not pushed yet when its half is read; at rest nothing is between.
        assert bench.sql("SELECT coalesce(sum(amount), 0) FROM entry WHERE account = ?", MOVED) == [(0,)]
        assert bench.sql("SELECT reason FROM quarantine") == []
        assert bench.sql("SELECT coalesce(sum(posted - debt), 0) FROM account") == [(shop.told(),)]
        merged = "SELECT posted - leased, debt FROM account WHERE member IN (SELECT member FROM alias)"
        assert set(bench.sql(merged)) <= {(0, 0)}
