"""Show 4: a PostgreSQL server stopped as by a power cut in mid-batch, then lost for good and a standby promoted that lacks pushes.

Two hub processes, eight tills that take turns with them. At the end every sale is there once, and the sums are those of the tills.
"""

import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing

import pytest
from hub_kit import Bench
from net_till import HubProcess, NetTill, join
from pg_kit import Cluster
from till_kit import card

from agent.loyalty import ids
from sync.hub import cli, wiring
from sync.hub.opening import open_hub
from sync.hub.store.steps import transaction
from sync.wire import SaleBody

TILLS = [f"T{n}" for n in range(1, 9)]
MEMBERS = range(1, 6)
SALES = 16
WAIT_S = 60


class Chain:
    """Primary, standby, two hubs, eight tills."""

    def __init__(self, folder, opened):
        self.folder = folder
        self.primary = Cluster(options={"wal_level": "replica", "max_wal_senders": "4"})
        opened.callback(self.primary.remove)
        self.primary.start()
        self.standby = self.primary.standby()
        opened.callback(self.standby.remove)
        self.standby.start()
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in (self.primary, self.standby))
        self.dsn = f"postgresql://kopilka@{hosts}/postgres?target_session_attrs=read-write"
        database, self.keys = open_hub(self.dsn, chance=wiring.chance)
        with closing(database), transaction(database):
            join(database, TILLS)
        self.hubs = [HubProcess(self.dsn, f"{folder}/hub-{n}.log") for n in (1, 2)]
        for hub in self.hubs:
            opened.callback(hub.stop)
            hub.start()
        bases = [hub.base for hub in self.hubs]
        self.tills = [NetTill(folder, name, self.keys, bases[n % 2 :] + bases[: n % 2]) for n, name in enumerate(TILLS)]
        for till in self.tills:
            opened.callback(till.close)

    def together(self, work, *, meanwhile=lambda: None):
        """Every till in a thread of its own; `meanwhile` runs beside them. Nobody's fault is lost."""
        faults = []

        def run(till):
            try:
                work(till)
            except BaseException as fault:
                faults.append((till.name, fault))
                raise

        threads = [threading.Thread(target=run, args=[till]) for till in self.tills]
        for thread in threads:
            thread.start()
        meanwhile()
        for thread in threads:
            thread.join(2 * WAIT_S)
        assert not any(thread.is_alive() for thread in threads)
        assert faults == []


def shopping(name, count, *, wishes=True):
    """Sales of one till to all members: pushed a few at a time, spending what the hub lends."""

    def work(till):
        for n in range(count):
            number = MEMBERS[n % len(MEMBERS)]
            if wishes and n % 6 == 0:
                till.drain(within_s=WAIT_S, pull=True)
                till.wish(number)
                till.drain(within_s=WAIT_S)
            till.buy(number, f"{till.name}-{name}-{n}", spend=3 if n % 2 else 0)
            if n % 4 == 3:
                till.drain(within_s=WAIT_S)
        till.drain(within_s=WAIT_S)

    return work


def everything_there(chain, dsn):
    """Every record of every till, each sale once, sums as the tills' facts say, I1 and the ledger's sums at rest."""
    database, _ = open_hub(dsn, chance=wiring.chance)
    with closing(database):
        hub = Bench.__new__(Bench)
        hub.database = database
        wanted, earned, spent = Counter(), Counter(), Counter()
        for till in chain.tills:
            rows = hub.sql("SELECT inc, seq, line FROM record WHERE till = ? ORDER BY inc, seq", till.name)
            assert rows == [(row.inc, row.seq, row.line) for row in till.store.journal.all()], till.name
            for body in till.bodies(SaleBody):
                wanted[body.sale.id] += 1
                earned[body.member] += sum(lot.points for lot in body.lots)
                spent[body.member] += sum(part.points for spend in body.spends for part in spend.parts)
        assert set(wanted.values()) == {1}
        assert hub.sql("SELECT count(*) FROM sale") == [(len(wanted),)]
        assert hub.sql("SELECT till, seq, reason FROM quarantine") == []
        lost = dict(hub.sql("SELECT member, -sum(amount) FROM entry WHERE account = 'loss:store' GROUP BY member"))
        balances = dict(hub.sql("SELECT member, posted - debt FROM account"))
        assert balances == {one: earned[one] - spent[one] + lost.get(one, 0) for one in earned}
        Bench.audit(hub)
        return sum(spent.values()), sum(lost.values()), balances


@pytest.mark.slow
def test_a_server_that_dies_and_a_standby_that_lacks_pushes_lose_and_double_nothing(tmp_path):
    with ExitStack() as opened:
        chain = Chain(tmp_path, opened)
        chain.together(shopping("calm", 6))

        def power_cut():
            time.sleep(0.3)  # into the middle of what the tills do; any moment is as good
            chain.primary.stop(signal.SIGQUIT)
            chain.primary.start()

        chain.together(shopping("cut", SALES), meanwhile=power_cut)
        spent, lost, _ = everything_there(chain, chain.primary.dsn("postgres"))
        assert spent > 0
        assert lost == 0

        # The standby stops hearing; what is pushed from here on dies with the primary.
        chain.standby.stop(signal.SIGINT)
        chain.together(shopping("lost", 8))
        acked = {till.name: till.store.meta.get("acked") for till in chain.tills}
        chain.primary.stop(signal.SIGQUIT)
        for hub in chain.hubs:
            hub.stop()
        chain.standby.start()
        chain.standby.run("pg_ctl", "promote", "-w", "-D", chain.standby.data)
        assert cli.main(["--database", chain.dsn, "new-epoch", "--reason", "the standby was promoted"]) == 0
        for hub in chain.hubs:
            hub.start()
        database, _ = open_hub(chain.dsn, chance=wiring.chance)
        with closing(database):
            kept = dict(database.execute_sql("SELECT till, max(wm) FROM watermark GROUP BY till").fetchall())
        assert all(kept[name] < int(acked[name]) % 2**40 for name in TILLS), (kept, acked)

        chain.together(shopping("after", 4, wishes=False))
        for _ in range(2):  # who reads while another publishes hears of it the next time
            chain.together(lambda till: till.drain(within_s=WAIT_S, pull=True))
        _, lost, balances = everything_there(chain, chain.dsn)
        assert lost == 0
        for till in chain.tills:
            assert till.unsent == 0
            till.check()
            for number in MEMBERS:
                state = till.store.members.get(ids.member_id(chain.keys.programme_key, card(number)))
                assert sum(lot.left for lot in state.lots) - sum(state.debt.values()) == balances[state.member]
