"""When a till begins anew by the hub's word, and when it does not do so again."""

import pytest
from till_kit import Till

from agent.runtime import secrets
from agent.runtime.renewal import DAY_MS, Renewal
from sync.client import Outcome


class Client:
    def __init__(self):
        self.fresh = 0

    def afresh(self):
        self.fresh += 1


@pytest.fixture
def kit(tmp_path):
    till, client = Till(tmp_path), Client()
    yield till, client, Renewal(till.parts, client)
    till.check()
    till.close()


FORK = {"kind": "fork", "code": "fork", "common": 1}


def test_what_asks_for_nothing(kit):
    till, client, renewal = kit
    for outcome in (
        Outcome(kind="idle"),
        Outcome(kind="sent", inc=1, highest=1),
        Outcome(kind="suspect", code="old-epoch"),
    ):
        assert not renewal.heard(outcome)
    assert (till.store.journal.tail.inc, client.fresh) == (1, 0)


@pytest.mark.parametrize(("code", "reason"), [("fork", "forked"), ("rolled-back", "restored")])
def test_a_fork_and_a_disk_set_back(kit, code, reason):
    till, client, renewal = kit
    assert renewal.heard(Outcome(kind="fork", code=code, inc=1, common=1, highest=3))
    assert (till.store.journal.tail.inc, client.fresh, till.store.meta.get("begun")) == (4, 1, reason)
    assert secrets.read(till.folder).incarnation == till.parts.secrets.incarnation == 4
    assert till.events.of("notice") == [{"code": "incarnation", "reason": reason, "carried": 0}]


def test_a_higher_incarnation_elsewhere_once_a_day(kit):
    till, _, renewal = kit
    for inc, began in ((1, True), (4, False)):
        assert renewal.heard(Outcome(kind="sent", inc=inc, highest=inc + 2)) == began
    assert till.store.journal.tail.inc == 4
    till.clock.pass_ms(DAY_MS)
    assert renewal.heard(Outcome(kind="sent", inc=4, highest=6))
    assert till.store.journal.tail.inc == 7


def test_forks_five_times_a_day(kit):
    till, _, renewal = kit
    began = [renewal.heard(Outcome(**FORK, inc=till.store.journal.tail.inc)) for _ in range(8)]
    assert began == [True] * 5 + [False] * 3
    till.restart()
    assert not Renewal(till.parts, Client()).heard(Outcome(**FORK, inc=till.store.journal.tail.inc))
    till.clock.pass_ms(DAY_MS)
    assert Renewal(till.parts, Client()).heard(Outcome(**FORK, inc=till.store.journal.tail.inc))


def test_an_answer_about_an_incarnation_that_is_none_of_ours(kit):
    till, client, renewal = kit
    assert not renewal.heard(Outcome(**FORK, inc=9))
    assert (till.store.journal.tail.inc, client.fresh) == (1, 0)
