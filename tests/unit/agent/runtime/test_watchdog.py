"""The heartbeat: only when writer and loop both turn."""

import threading

from agent.runtime.watchdog import Watchdog
from agent.sqlite import InlineWriter, ThreadWriter


def test_it_beats_when_both_turn():
    assert Watchdog(InlineWriter(), lambda call: call(), interval_s=1).beat()


def test_a_loop_that_stands_still_is_seen():
    assert not Watchdog(InlineWriter(), lambda _call: None, interval_s=0.05).beat()


def test_a_writer_that_hangs_is_seen():
    writer, free = ThreadWriter(), threading.Event()
    writer.submit(free.wait)
    assert not Watchdog(writer, lambda call: call(), interval_s=0.05).beat()
    free.set()
    writer.close()


def test_nobody_watches_without_the_variable(monkeypatch):
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    assert Watchdog.from_environment(InlineWriter(), lambda call: call()) is None
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    found = Watchdog.from_environment(InlineWriter(), lambda call: call())
    assert found is not None
    assert found.interval_s == 10
