"""A till served over real HTTP on the loopback, in this process: real writer thread, real guard, real SQLite file."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import msgspec
from httpd import TOKENS, Reply, Site
from msgspec import inspect
from till_kit import Till

from agent.api.app import app, routes
from agent.api.place import Place
from agent.runtime.state import status
from agent.sqlite import ThreadWriter
from agent.web.app import Setting
from agent.web.guard import Rules
from agent.web.serve import Server, tcp_socket
from agent.web.sse import Events

CODE = "12345678"


class Pairing:
    """One page code, good once."""

    def __init__(self) -> None:
        self.left = [CODE]

    def redeem(self, code: str, now_ms: int) -> str | None:
        return self.left.pop() + "-token" if code in self.left else None


class TillSite(Site):
    """A served till. `till` is the kit's; touch its store through `do`, which runs on the writer."""

    till: Till
    place: Place
    table: list[Any]

    def do(self, work: Any, *args: Any, **named: Any) -> Any:
        """Run something on the writer's thread, as every call of the API does."""
        return self.till.world.writer.call(work, *args, **named)

    def post(self, path: str, body: object, **how: Any) -> Reply:
        return self.ask("POST", path, body=body, **how)

    def get(self, path: str, **how: Any) -> Reply:
        return self.ask("GET", path, **how)

    def ok(self, method: str, path: str, body: object = None) -> Any:
        """A call that must go well; its answer, held against the type that describes it."""
        reply = self.ask(method, path, body=body)
        assert reply.status == 200, (method, path, reply.body)
        answer = json.loads(reply.body)
        route = self.route(method, path)
        if route.answer is not None:
            assert list(differences(answer, route.answer)) == [], (method, path)
        return answer

    def route(self, method: str, path: str) -> Any:
        """The row of the table behind a path."""
        steps = path.partition("?")[0].split("/")
        for row in self.table:
            mine = row.path.split("/")
            fits = all(one == other or one.startswith("{") for one, other in zip(mine, steps, strict=False))
            if row.method == method and len(mine) == len(steps) and fits:
                return row
        raise AssertionError(f"no such call: {method} {path}")

    def problem(self, reply: Reply, status: int, code: str) -> dict[str, Any]:
        """A problem document of a status and code, with words; returns its fields."""
        assert reply.status == status, (reply.status, reply.body)
        assert reply.headers["content-type"] == "application/problem+json"
        told = json.loads(reply.body)
        assert told["type"] == f"urn:kopilka:problem:{code}", told
        assert told["status"] == status
        assert all(told[key] and "–" not in told[key] for key in ("title", "detail", "next_step")), told
        return told["fields"]


@contextlib.contextmanager
def till_site(folder: Any, **how: Any) -> Iterator[TillSite]:
    """Serve a till of the kit until the end of the block; its journal is checked then."""
    writer = ThreadWriter()
    till = Till(folder, writer=writer, **how)
    events = Events(epoch="e", beat_ms=200)
    till.desk.events = events
    place = Place(
        desk=till.desk,
        writer=writer,
        events=events,
        pairing=Pairing(),
        status=lambda: status(
            till.desk, till.parts.board, till.parts.line, started_ms=till.clock.now_ms(), version="1.2.3",
            programme=till.desk.programme(till.clock.now_ms()),
        ),
        ready=lambda: True,
        version="1.2.3",
        profile="epson-80",
    )  # fmt: skip
    listener = tcp_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    rules = Rules(hosts=frozenset({f"127.0.0.1:{port}", f"localhost:{port}"}), tokens=lambda: TOKENS)
    server = Server(app(place, Setting(executor=writer.pool), rules), [listener], on_stop=events.close)
    site = TillSite(server, port)
    site.till, site.place, site.table = till, place, routes(place)
    server.start()
    try:
        yield site
        writer.call(till.check)
    finally:
        stopped = server.stop(deadline_ms=5_000)
        writer.call(till.close)
        writer.close()
        assert stopped


def differences(value: Any, type_: Any, where: str = "$") -> Iterator[str]:
    """How a decoded answer differs from its type, unknown fields included."""
    info = type_ if isinstance(type_, inspect.Type) else inspect.type_info(type_)
    if isinstance(info, inspect.StructType):
        if not isinstance(value, dict):
            yield f"{where}: no object"
            return
        fields = {field.encode_name: field for field in info.fields}
        yield from (f"{where}.{name}: not described" for name in value.keys() - fields.keys())
        yield from (
            f"{where}.{name}: missing" for name, field in fields.items() if field.required and name not in value
        )
        for name in value.keys() & fields.keys():
            yield from differences(value[name], fields[name].type, f"{where}.{name}")
    elif isinstance(info, inspect.ListType):
        for n, one in enumerate(value):
            yield from differences(one, info.item_type, f"{where}[{n}]")
    elif isinstance(info, inspect.DictType):
        for name, one in value.items():
            yield from differences(one, info.value_type, f"{where}.{name}")
    elif isinstance(info, inspect.UnionType):
        fitting = [kind for kind in info.types if not isinstance(kind, inspect.NoneType)]
        if value is not None:
            yield from differences(value, fitting[0], where)
        elif len(fitting) == len(info.types):
            yield f"{where}: null"
    elif not isinstance(info, inspect.AnyType):
        simple = {inspect.IntType: int, inspect.StrType: str, inspect.BoolType: bool}[type(info)]
        if type(value) is not simple:
            yield f"{where}: {value!r} is no {simple.__name__}"


def pretty(value: Any) -> bytes:
    """An answer without the field that tells a replay."""
    return msgspec.json.encode({key: one for key, one in value.items() if key != "replayed"})
