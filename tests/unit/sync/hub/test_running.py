"""The loop that keeps the service in the foreground; ending by a signal is tried in test_cli.py with a real process."""

import threading

import pytest

from sync.hub import running


class Pulse:
    """A service as the loop sees it."""

    def __init__(self, over, *, lives=3, beats=True):
        self.over, self.lives, self.beating = over, lives, beats

    @property
    def alive(self):
        self.lives -= 1
        return self.lives >= 0

    def beats(self, *, within_s):
        assert within_s > 0
        return self.beating


@pytest.fixture
def told(monkeypatch):
    said = []
    monkeypatch.setattr(running, "notify", said.append)
    return said


@pytest.mark.parametrize(("beats", "said"), [(True, ["WATCHDOG=1"] * 3), (False, [])])
def test_the_manager_hears_only_of_what_lives(told, monkeypatch, beats, said):
    monkeypatch.setattr(running, "watchdog_s", lambda: 0.003)
    over = threading.Event()
    running._watch(Pulse(over, beats=beats), over)
    assert told == said


def test_a_signal_ends_it_at_once(told, monkeypatch):
    monkeypatch.setattr(running, "watchdog_s", lambda: None)
    over = threading.Event()
    over.set()
    running._watch(Pulse(over), over)
    assert told == []
