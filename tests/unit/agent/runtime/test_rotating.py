"""A till's new key against a real hub: whatever is cut on the way, the till goes on being known."""

import pytest
from joined_till import settings
from served_hub import ServedHub

from agent.errors import Conflict, Unavailable
from agent.runtime import rotating, secrets
from agent.runtime.enrolling import enrol
from agent.runtime.settings import HubSettings
from sync.calls import HubCalls
from sync.signing import Signer


@pytest.fixture
def hub(tmp_path):
    hub = ServedHub(tmp_path)
    yield hub
    hub.stop()


@pytest.fixture
def till(hub, tmp_path):
    given = settings(tmp_path)
    enrol(given, hub.invite("T1", store="S1"), hub.base)
    return given


def known(hub):
    return hub.sql("SELECT public_key FROM till WHERE till = 'T1'")[0][0]


def public(given):
    return Signer(bytes.fromhex(secrets.read(given.till.data).till_key)).public


def test_the_hub_knows_the_new_key(hub, till):
    before = public(till)
    rotating.rotate(till)
    assert known(hub) == public(till) != before
    assert secrets.read(till.till.data).next_key == ""


def test_a_till_that_has_joined_nobody_has_none_to_change(tmp_path):
    with pytest.raises(Conflict) as found:
        rotating.rotate(settings(tmp_path))
    assert found.value.code == "till-not-enrolled"


def test_cut_before_the_hub_heard(hub, till):
    before = public(till)
    away = type(till)(till=till.till, hub=HubSettings(url="http://127.0.0.1:9"))
    with pytest.raises(Unavailable):
        rotating.rotate(away)
    assert known(hub) == public(till) == before
    kept = secrets.read(till.till.data)
    assert kept.next_key
    rotating.rotate(till)
    assert known(hub) == public(till) == Signer(bytes.fromhex(kept.next_key)).public


@pytest.fixture
def deaf(monkeypatch):
    """The hub hears, the answer is lost."""
    answered = HubCalls._answered

    def lost(self, call, **how):
        answered(self, call, **how)
        raise rotating.HubFault("away", cause="timeout")

    monkeypatch.setattr(HubCalls, "_answered", lost)
    return lambda: monkeypatch.setattr(HubCalls, "_answered", answered)


def test_cut_after_the_hub_heard(hub, till, deaf):
    before = public(till)
    with pytest.raises(Unavailable):
        rotating.rotate(till)
    deaf()
    assert public(till) == before != known(hub)
    assert rotating.rotate(till).next_key == ""
    assert known(hub) == public(till)


def test_a_service_that_starts_in_between_signs_by_the_key_the_hub_knows(hub, till, deaf, tmp_path):
    with pytest.raises(Unavailable):
        rotating.rotate(till)
    deaf()
    with ServiceOf(till) as syncing:
        syncing.push()
    assert known(hub) == public(till)
    assert hub.sql("SELECT wm FROM watermark WHERE till = 'T1'") == [(1,)]


class ServiceOf:
    """The till's side of sync, on this thread."""

    def __init__(self, given):
        self.given = given

    def __enter__(self):
        from joined_till import join

        from agent.runtime.syncing import Syncing

        self.parts = join(self.given)
        return Syncing(self.parts, lambda *_: None)

    def __exit__(self, *_):
        self.parts.store.close()
