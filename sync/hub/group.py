"""Group commit: pushes that come while the writer writes go into one transaction together, and share its one wait for the disk.

Nobody waits for company: a push that finds the writer free goes at once and alone. Each is answered after the commit that made
it durable; one that fails takes none of the others along.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

from agent.errors import StorageFull
from sync.hub.hub import Asked, Hub
from sync.wire import BATCH_RECORDS, Head, PushAnswer

MAX_RECORDS = 10 * BATCH_RECORDS
MAX_MS = 100
"""A group takes nobody in after so long: who was first in it waits for the last."""


@dataclass(slots=True)
class _Waiting:
    asked: Asked
    answer: Future[PushAnswer] = field(default_factory=Future)


class Group:
    """Pushes of many tills to one writer. `push` belongs on the event loop, the rest runs on the writer's thread."""

    def __init__(self, hub: Hub, writer: Executor, *, monotonic_ms: Callable[[], int]) -> None:
        self._hub = hub
        self._writer = writer
        self._monotonic_ms = monotonic_ms
        self._waiting: deque[_Waiting] = deque()

    async def push(self, till: str, head: Head, lines: Sequence[bytes]) -> PushAnswer:
        """The hub's answer, when it is durable. Raises as Hub.push, and Unauthorised for a till nobody knows."""
        one = _Waiting((till, head, lines))
        self._waiting.append(one)
        # One turn for each push, though most find their push done: so whatever else the writer is to do gets its turn too.
        self._writer.submit(self._turn)
        return await asyncio.wrap_future(one.answer)

    def _turn(self) -> None:
        first = self._next()
        if first is None:
            return
        taken = [first]
        try:
            _settle(taken, self._hub.push_all(self._group(taken)))
        except StorageFull as fault:
            # A smaller step may find the room that all of them together did not.
            for one in taken:
                self._alone(one, fault if len(taken) == 1 else None)
        except Exception as fault:  # noqa: BLE001 - carried to whoever waits, as an executor does
            _settle(taken, [fault] * len(taken))

    def _group(self, taken: list[_Waiting]) -> Iterator[Asked]:
        """The first and who else waits, up to the limits; each is taken when the one before has been applied."""
        until, records = self._monotonic_ms() + MAX_MS, 0
        one: _Waiting | None = taken[0]
        while one is not None:
            records += len(one.asked[2])
            yield one.asked
            one = self._next() if records < MAX_RECORDS and self._monotonic_ms() < until else None
            if one is not None:
                taken.append(one)

    def _next(self) -> _Waiting | None:
        """Who has waited longest and still does."""
        while self._waiting:
            one = self._waiting.popleft()
            if one.answer.set_running_or_notify_cancel():
                return one
        return None

    def _alone(self, one: _Waiting, fault: Exception | None) -> None:
        try:
            _settle([one], [fault] if fault else self._hub.push_all([one.asked]))
        except Exception as found:  # noqa: BLE001 - as above
            _settle([one], [found])


def _settle(taken: Sequence[_Waiting], answers: Sequence[PushAnswer | Exception]) -> None:
    for one, answer in zip(taken, answers, strict=True):
        if isinstance(answer, Exception):
            one.answer.set_exception(answer)
        else:
            one.answer.set_result(answer)
