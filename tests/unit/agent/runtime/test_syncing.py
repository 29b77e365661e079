"""Who pushes when: what is asked for while the line is in use is done by whoever holds it. The line itself: tests/system/test_kill.py."""

import pytest
from joined_till import joined

from agent.runtime.syncing import Syncing
from sync.client import Outcome


class Client:
    """Answers each step, and lets a sale happen in the middle of the first one of a kind."""

    def __init__(self):
        self.pushed = 0
        self.during = None
        self.pulls = []

    def push_once(self, _now, *, even_empty):
        del even_empty
        self.pushed += 1
        work, self.during = self.during, None
        if work:
            work()
        return Outcome(kind="sent", sent=1)

    def pull_once(self, _now, *, wait_s):
        del wait_s
        return self.pulls.pop(0)


class Jobs:
    def __init__(self):
        self.asked = 0

    def soon(self, _name):
        self.asked += 1


@pytest.fixture
def kit(tmp_path):
    parts = joined(tmp_path)
    parts.line.configured = True
    parts.secrets = type(parts.secrets)(till_key="11" * 32, programme_key="22" * 32, hub_url="http://127.0.0.1:1")
    syncing, jobs = Syncing(parts, lambda _kind, _data: None), Jobs()
    syncing._client = Client()
    yield syncing, syncing._client, jobs
    parts.store.close()


def test_a_sale_asks_for_a_push(kit):
    syncing, _, jobs = kit
    syncing.soon(jobs)
    assert jobs.asked == 1


def test_a_sale_during_a_push_is_pushed_by_who_holds_the_line(kit):
    syncing, client, jobs = kit
    client.during = lambda: syncing.soon(jobs)
    syncing.push()
    assert jobs.asked == 0
    assert client.pushed == 2


def test_a_poll_that_waits_holds_no_push_back(kit):
    syncing, client, jobs = kit

    def pull_once(_now, *, wait_s):
        assert wait_s == 25
        syncing.soon(jobs)
        syncing.push()
        return Outcome(kind="pulled")

    client.pull_once = pull_once
    syncing._pull(25)
    assert (jobs.asked, client.pushed) == (1, 1)


def test_the_line_is_up_when_both_ways_are_and_a_fault_of_one_is_not_hidden_by_the_other(kit):
    syncing, client, _ = kit
    line, now = syncing._parts.line, syncing._parts.clock.monotonic_ms
    client.pulls = [Outcome(kind="suspect", code="changes-empty"), Outcome(kind="waiting"), Outcome(kind="pulled")]
    syncing.push()
    assert line.online(now())
    syncing._pull(0)
    for _ in range(2):
        assert (line.online(now()), line.refused, line.cause) == (False, True, "changes-empty")
        syncing.push()
    syncing._pull(0)
    assert not line.online(now()), "it only waited"
    syncing._pull(0)
    assert (line.online(now()), line.refused, line.cause) == (True, False, "")


def test_a_push_that_gets_through_wakes_a_listener_that_met_nobody(kit):
    syncing, client, _ = kit
    nudges = []
    syncing._listener.nudge = lambda: nudges.append(1)
    client.pulls = [Outcome(kind="away", code="unreachable", wait_ms=300_000)]
    syncing.push()
    assert nudges == []
    syncing._pull(25)
    syncing.push()
    assert nudges == [1]
