"""Top-up: the one call that waits for the hub, at most two seconds; `DELETE` ends the waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from agent.api.border import granted
from agent.api.messages import TopUpAnswer, TopUpEnded
from agent.api.place import Place
from agent.errors import Conflict, StorageFull, Unprocessable
from agent.till.top_up import Goal, TopUp, begin, end, look
from agent.web.routes import Call, Route

WAIT_S = 2.0
AGAIN_S = 0.2
"""So often the hub is asked again for what it is asking back elsewhere."""
ANY = ("pos", "page")
T = TypeVar("T")


def routes(place: Place) -> list[Route]:
    """The call and its end."""
    waiting = Waiting(place)

    async def on_top_up(call: Call[TopUp, object]) -> object:
        return await waiting.top_up(call.body)

    async def on_end(_call: Call[None, object]) -> object:
        return {"ended": waiting.end()}

    return [
        Route(method="POST", path="/v1/current/top-up", scopes=ANY, handler=on_top_up, request=TopUp, answer=TopUpAnswer,
              summary="Ask the hub for more to spend; waits for at most 2 s", faults=(Conflict, Unprocessable, StorageFull)),
        Route(method="DELETE", path="/v1/current/top-up", scopes=ANY, handler=on_end, answer=TopUpEnded,
              summary="Wait no longer for a top-up"),
    ]  # fmt: skip


class Waiting:
    """Calls that wait, in the server's loop; each step of one runs on the writer."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._under_way = 0
        self._ended = 0
        """Counts the ends: a call looks whether one came since it began."""

    def end(self) -> int:
        """End every wait; how many there were."""
        self._ended += 1
        self._place.bell.ring()
        return self._under_way

    async def top_up(self, asked: TopUp) -> object:
        """Wait until it is enough, there is no more, the time is over or somebody ended it."""
        ended, desk = self._ended, self._place.desk
        self._under_way += 1
        try:
            goal = granted(await self._write(begin, desk, asked))
            try:
                await self._wait(goal, lambda: self._ended != ended)
            finally:
                answer = await self._write(end, desk, goal)
        finally:
            self._under_way -= 1
        return granted(answer)

    async def _wait(self, goal: Goal, over: Callable[[], bool]) -> None:
        desk, loop = self._place.desk, asyncio.get_running_loop()
        until = loop.time() + WAIT_S
        again = loop.time() + AGAIN_S
        with self._place.bell.sleeper() as sleeper:
            while await self._write(look, desk, goal) == "waiting" and not over() and loop.time() < until:
                await sleeper.sleep(min(until, again) - loop.time())
                if loop.time() >= again:
                    desk.push_soon()
                    again = loop.time() + AGAIN_S

    async def _write(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.wrap_future(self._place.writer.submit(work, *args))
