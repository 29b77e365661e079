"""Polls sleep as tasks and are woken from any thread; a ring between two sleeps is heard."""

import asyncio
import threading

from agent.web.wake import Bell


def test_a_ring_of_another_thread_wakes_all():
    async def scene():
        bell = Bell()
        with bell.sleeper() as one, bell.sleeper() as two:
            ringer = threading.Thread(target=bell.ring)
            naps = [asyncio.create_task(sleeper.sleep(60)) for sleeper in (one, two)]
            ringer.start()
            await asyncio.gather(*naps)
            ringer.join()
        assert not bell._sleepers

    asyncio.run(scene())


def test_a_ring_before_the_sleep_is_heard_once():
    async def scene():
        bell = Bell()
        with bell.sleeper() as sleeper:
            bell.ring()
            await asyncio.sleep(0)
            await sleeper.sleep(60)
            await sleeper.sleep(0.01)
            assert not sleeper._rung.is_set()

    asyncio.run(scene())


def test_ringing_after_the_loop_ended_is_harmless():
    async def scene():
        return bell.sleeper()

    bell = Bell()
    asyncio.run(scene())
    bell.close()
    assert bell.closed
