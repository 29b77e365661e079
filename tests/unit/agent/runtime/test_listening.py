"""The long poll's thread: it asks again, rests after failures, survives faults, and ends at once."""

import queue
import threading
import time

import pytest

from agent.runtime.listening import LEAST_S, PAUSE_S, Listener, _pause_s
from sync.way import Outcome


class Hub:
    """Answers polls as scripted, then holds every one until it is hung up."""

    def __init__(self, *outcomes):
        self.script = list(outcomes)
        self.asked = queue.Queue()
        self.hung_up = threading.Event()

    def pull(self, wait_s):
        self.asked.put(wait_s)
        if self.script:
            found = self.script.pop(0)
            if isinstance(found, Exception):
                raise found
            return found
        self.hung_up.wait(30)
        return Outcome(kind="away", code="cut", wait_ms=300_000)


def mono_ms():
    return time.monotonic_ns() // 1_000_000


@pytest.fixture
def listen():
    started = []

    def make(*outcomes):
        hub = Hub(*outcomes)
        listener = Listener(hub.pull, monotonic_ms=mono_ms, hang_up=hub.hung_up.set, wait_s=25)
        listener.start()
        started.append(listener)
        return hub, listener

    yield make
    assert all(listener.stop(5) for listener in started)


def test_the_first_questions_fetch_what_has_gathered_and_then_it_waits(listen):
    hub, _ = listen(
        Outcome(kind="pulled", more=True), Outcome(kind="pulled", more=True), Outcome(kind="pulled", news=True)
    )
    assert [hub.asked.get(timeout=5) for _ in range(4)] == [0, 0, 0, 25]


def test_it_stops_though_a_call_waits(listen):
    hub, listener = listen(Outcome(kind="pulled", news=True))
    assert [hub.asked.get(timeout=5) for _ in range(2)] == [0, 25]
    assert listener.stop(5)
    assert hub.hung_up.is_set()


def test_a_failure_is_waited_out_unless_the_line_is_back(listen):
    hub, listener = listen(Outcome(kind="away", wait_ms=300_000))
    hub.asked.get(timeout=5)
    with pytest.raises(queue.Empty):
        hub.asked.get(timeout=0.05)
    listener.nudge()
    assert hub.asked.get(timeout=5) == 25


def test_a_fault_of_ours_leaves_it_listening(listen):
    hub, listener = listen(RuntimeError("no room"))
    hub.asked.get(timeout=5)
    listener.nudge()
    assert hub.asked.get(timeout=5) == 0
    assert listener.failures == 1


def test_pauses():
    assert _pause_s(Outcome(kind="pulled", news=True), 0.0) == PAUSE_S
    assert _pause_s(Outcome(kind="pulled"), 25.0) == PAUSE_S
    assert _pause_s(Outcome(kind="pulled"), 0.0) == LEAST_S, "a hub that holds nothing back is not asked in a loop"
    assert _pause_s(Outcome(kind="busy", wait_ms=7000), 0.0) == 7
    assert _pause_s(Outcome(kind="suspect"), 0.0) == PAUSE_S
