"""Writers: one thread, in order, errors to who asked."""

from __future__ import annotations

import threading

import pytest

from agent.sqlite import InlineWriter, ThreadWriter


@pytest.fixture(params=[ThreadWriter, InlineWriter])
def writer(request):
    writer = request.param()
    yield writer
    writer.close()


def test_results_and_errors_come_back(writer):
    assert writer.call(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        writer.call(divmod, 7, 0)
    assert writer.submit(divmod, 7, 2).result() == (3, 1)
    with pytest.raises(ZeroDivisionError):
        writer.submit(divmod, 7, 0).result()


def test_a_step_may_call_a_step(writer):
    assert writer.call(lambda: writer.call(lambda: 5)) == 5


def test_in_the_order_they_came(writer):
    seen = []
    for n in range(100):
        writer.submit(seen.append, n)
    assert writer.call(lambda: list(seen)) == list(range(100))


def test_one_thread_of_its_own_for_all():
    writer = ThreadWriter("till")
    found = set()
    threads = [threading.Thread(target=lambda: found.add(writer.call(threading.get_ident))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert len(found) == 1
    assert threading.get_ident() not in found


def test_what_was_asked_before_the_end_is_done():
    writer, seen, gate = ThreadWriter(), [], threading.Event()
    writer.submit(gate.wait)
    for n in range(10):
        writer.submit(seen.append, n)
    threading.Timer(0.05, gate.set).start()
    writer.close()
    assert seen == list(range(10))
    with pytest.raises(RuntimeError):
        writer.call(int)
