"""A till and its table of calls, without HTTP: handlers are called as the application calls them."""

import asyncio
import inspect

import pytest
from till_kit import Till
from till_site import Pairing

from agent.api.place import Place
from agent.runtime.state import status
from agent.web.guard import Caller
from agent.web.routes import Call
from agent.web.sse import Events


class Counter:
    """A till's counter: `call` finds a route in a table and runs its handler."""

    def __init__(self, folder) -> None:
        self.till = Till(folder)
        self.events = Events(epoch="e")
        self.heard = []
        publish = self.events.publish
        self.events.publish = lambda kind, data: (self.heard.append((kind, data)), publish(kind, data))[1]
        self.till.desk.events = self.events
        self.is_ready = True
        self.place = Place(
            desk=self.till.desk,
            writer=self.till.world.writer,
            events=self.events,
            pairing=Pairing(),
            status=lambda: status(
                self.till.desk, self.till.parts.board, self.till.parts.line, started_ms=0, version="1",
                programme=self.till.desk.programme(0),
            ),
            ready=lambda: self.is_ready,
            version="1.2.3",
            profile="epson-80",
        )  # fmt: skip

    def call(self, routes, method, path, body=None, *, query=None, scopes=("pos",), lang="ru", **ids):
        """What a call answers; `path` is the template, `ids` fill it."""
        route = next(row for row in routes(self.place) if (row.method, row.path) == (method, path))
        asked = Call(
            body=body, query=query, path=ids, caller=Caller(frozenset(scopes), "test", "bearer"), lang=lang
        )  # fmt: skip
        answer = route.handler(asked)
        return asyncio.run(_whole(answer)) if inspect.iscoroutine(answer) else answer


async def _whole(coroutine):
    return await coroutine


@pytest.fixture
def counter(tmp_path):
    made = Counter(tmp_path)
    yield made
    made.till.check()
    made.till.close()
