"""What is dropped, when, how much at once, and what is never dropped."""

import pytest
from store_kit import AT, boot, booted
from till_kit import DAY_MS, Till, card, granted, line, refused

from agent.rows import RETOLD, WantRow, position
from agent.store import pruning
from agent.store.pruning import A_STEP, JOURNAL_MS, SMALL_MS, STEPS, prune
from agent.store.verify import journal_verify
from sync.wire import NoticeBody

LATE = AT + JOURNAL_MS + DAY_MS


@pytest.fixture
def store(tmp_path):
    made = booted(tmp_path / "till.sqlite3", 9)
    yield made
    made.close()


def all_of(store, step, now=LATE):
    count = 0
    while prune(store, step, now):
        count += 1
        assert count < 100
    return count


def held(store):
    return [(row.inc, row.seq) for row in store.journal.all()]


def marks(store, *, acked, **durable):
    with store.transaction():
        store.meta.put("acked", str(acked))
        for inc, seq in durable.items():
            store.meta.put(f"durable:{inc.removeprefix('inc')}", str(seq))


def test_the_journal_goes_as_far_as_the_hub_has_it_in_a_backup(store):
    marks(store, acked=position(1, 8), inc1=6)
    all_of(store, pruning.journal)
    assert held(store) == [(1, seq) for seq in range(7, 11)]
    assert journal_verify(store.path).good


@pytest.mark.parametrize("now", [AT + JOURNAL_MS - 1, 0])
def test_nor_before_its_days_are_over(store, now):
    marks(store, acked=position(1, 10), inc1=10)
    assert all_of(store, pruning.journal, now) == 0
    assert len(held(store)) == 10


def test_what_is_sent_and_not_durable_stays(store):
    marks(store, acked=position(1, 10))
    assert all_of(store, pruning.journal) == 0


def test_what_is_durable_and_to_be_sent_again_stays(store):
    """The hub came back from an older backup: everything counts as unsent."""
    marks(store, acked=0, inc1=10)
    assert all_of(store, pruning.journal) == 0


def test_what_a_fork_left_behind_goes_when_it_is_durable_under_its_new_key(store):
    boot(store)
    with store.transaction():
        store.journal.append(NoticeBody(what="told again"), at=AT, id="x")
        store.meta.put(f"{RETOLD}1", "2 2")
    marks(store, acked=position(2, 2), inc1=4, inc2=1)
    all_of(store, pruning.journal)
    assert held(store)[0] == (1, 5)
    marks(store, acked=position(2, 2), inc2=2)
    all_of(store, pruning.journal)
    assert held(store) == [(2, 2)], "the last record stays, the chain goes on from it"
    assert journal_verify(store.path).good


def test_a_step_is_small(tmp_path):
    store = booted(tmp_path / "till.sqlite3", 3 * A_STEP)
    marks(store, acked=position(1, 4 * A_STEP), inc1=4 * A_STEP)
    assert prune(store, pruning.journal, LATE)
    assert len(held(store)) == 2 * A_STEP + 1
    store.close()


def test_answered_wishes_go_and_pending_ones_stay(store):
    with store.transaction():
        for n, state in enumerate(("pending", "granted", "refused", "withdrawn"), 1):
            store.rights.wanted(WantRow(n, "m", "u", 5, "visit", AT, state))
        store.rights.wanted(WantRow(9, "m", "u", 5, "visit", AT + SMALL_MS, "granted"))
    all_of(store, pruning.wants, AT + SMALL_MS)
    assert [row.n for row in store.rights.wants("m", "u", 0)] == [1, 9]


def test_a_year_of_a_till(tmp_path):
    """Everything together, over the real use-cases: open things and operations stay, the rest goes with its day."""
    till = Till(tmp_path)
    anna = till.member(1, [("a", 340)])
    lease = till.lease(anna, 200)
    given = granted(till.quote(card=card(1), redeem={"main": 100}))["quote"]
    granted(till.hold("H-1", given))
    granted(till.sell("S-1", card=card(1), quote=given, hold="H-1"))
    granted(till.hold("H-2", granted(till.quote(card=card(1), redeem={"main": 60}))["quote"]))
    with till.store.transaction():
        for job in till.store.prints.of_receipt(till.store.prints.last(1)[0].id):
            till.store.prints.mark(job.id, "printed", now_ms=till.clock.wall_ms)
    tail = till.store.journal.tail
    marks(till.store, acked=position(1, tail.seq), inc1=tail.seq)
    till.clock.pass_ms(365 * DAY_MS)
    granted(till.sell("S-2", [line(price=10_000)]))
    for step in STEPS:
        all_of(till.store, step, till.clock.wall_ms)
    sizes = {
        name: till.store.sql.one(f"SELECT count(*) FROM {name}")[0]
        for name in ("journal", "receipt", "want", "lease", "hold", "print_job", "operation")
    }
    assert sizes == {"journal": 1, "receipt": 1, "want": 0, "lease": 1, "hold": 1, "print_job": 1, "operation": 2}
    assert till.store.rights.lease(lease.grant.id) is not None
    assert till.sell("S-1", card=card(1), quote=given, hold="H-1")["replayed"], "the net under replays has no end"
    assert refused(till.give_back("S-1", "R-1", [{"n": 1, "quantity": "1"}])) == "sale-pruned"
    assert refused(till.give_back("S-9", "R-9", [{"n": 1, "quantity": "1"}])) == "sale-unknown"
    till.restart()
    assert till.store.journal.tail.seq == tail.seq + 1
    till.close()
