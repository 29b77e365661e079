"""Who pushes when: what is asked for while the line is in use is done by whoever holds it. The line itself: tests/system/test_kill.py."""

import pytest
from joined_till import joined

from agent.runtime.syncing import Syncing
from sync.client import Outcome


class Client:
    """Answers each step, and lets a sale happen in the middle of the first one of a kind."""

    def __init__(self):
        self.pushed = 0
        self.during = {"push": None, "pull": None}

    def push_once(self, _now, *, even_empty):
        del even_empty
        self.pushed += 1
        self._happen("push")
        return Outcome(kind="sent", sent=1)

    def pull_once(self, _now):
        self._happen("pull")
        return Outcome(kind="pulled")

    def _happen(self, step):
        work, self.during[step] = self.during[step], None
        if work:
            work()


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


@pytest.mark.parametrize(("step", "pushed"), [("pull", 1), ("push", 2)])
def test_a_sale_during_a_step_is_pushed_by_who_holds_the_line(kit, step, pushed):
    syncing, client, jobs = kit
    client.during[step] = lambda: syncing.soon(jobs)
    getattr(syncing, step)()
    assert jobs.asked == 0
    assert client.pushed == pushed


def test_a_pull_without_a_sale_pushes_nothing(kit):
    syncing, client, _ = kit
    syncing.pull()
    assert client.pushed == 0
