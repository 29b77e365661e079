"""The application made of a route table: decode, admit, run, encode; every fault a problem document."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.errors import BadRequest, Forbidden, KopilkaError, MethodRefused, NotFound, Unauthorised, Unavailable
from agent.messages import Lang
from agent.web.body import MAX_QUERY_BYTES, Gone, decode_body, decode_query, read_body
from agent.web.guard import CALLER, NOBODY, Caller
from agent.web.problem import asked_lang, problem_response
from agent.web.routes import Answer, Call, Route

_log = logging.getLogger(__name__)
MAX_IN_FLIGHT = 64
DEADLINE_MS = 10_000


@dataclass(frozen=True, slots=True)
class Setting:
    """What all calls of an application share."""

    executor: Executor
    """Where plain handlers run: the till's one writer thread, or a small pool."""
    lang: Lang = "ru"
    deadline_ms: int = DEADLINE_MS
    """A call not done by then is answered 503; what it began goes on, and its id makes a repeat safe."""
    max_in_flight: int = MAX_IN_FLIGHT
    on_crash: Callable[[], None] = lambda: None
    """Called for every exception nobody foresaw; counts it."""


def build_app(routes: Sequence[Route], setting: Setting, *, others: Sequence[BaseRoute] = ()) -> ASGIApp:
    """An ASGI application of a route table; `others` (static files) are tried after it. Wrap it in a Guard."""
    gate = _Gate(setting.max_in_flight)
    table: list[BaseRoute] = [
        StarletteRoute(route.path, _Endpoint(route, setting, gate), methods=[route.method]) for route in routes
    ]

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        lang = asked_lang(request.headers.get("accept-language", ""), setting.lang)
        fault: KopilkaError = NotFound(path=request.url.path[:100])
        if error.status_code == 405:
            allowed = (error.headers or {}).get("Allow", "")
            fault = MethodRefused(method=request.method[:20], allowed=allowed)
        return problem_response(fault, lang)

    app = Starlette(routes=[*table, *others], exception_handlers={HTTPException: on_http})
    app.router.redirect_slashes = False
    return _keep_slashes(app)


def _keep_slashes(app: ASGIApp) -> ASGIApp:
    """Routes by a path in which %2F stays: ids of the POS may hold a slash, and a slash parts ids from verbs."""

    async def kept(scope: Scope, receive: Receive, send: Send) -> None:
        raw = scope.get("raw_path") or b""
        if b"%2f" in raw.lower():
            text = raw.decode("ascii", "replace").replace("%2f", "%2F")
            scope["path"] = unquote(text.replace("%2F", "%252F"))
        await app(scope, receive, send)

    return kept


class _Gate:
    """How many calls may be under way at once; beyond it a caller is told to come again, memory stays bounded."""

    def __init__(self, most: int) -> None:
        self.free = most


class _Endpoint:
    """One route as an ASGI application."""

    def __init__(self, route: Route, setting: Setting, gate: _Gate) -> None:
        self._route = route
        self._setting = setting
        self._gate = gate
        self._is_async = inspect.iscoroutinefunction(route.handler)
        self._encode = msgspec.json.Encoder().encode

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        lang = asked_lang(headers.get("accept-language", ""), self._setting.lang)
        try:
            response = await self._answer(scope, receive, headers, lang)
        except KopilkaError as fault:
            if fault.status >= 500:
                _log.warning("call-failed", extra={"call": self._name(), "cause": fault.code})
            response = problem_response(fault, lang)
        except Gone:
            return
        except Exception:  # noqa: BLE001 - the last handler: the caller gets a sentence, the log the trace
            _log.exception("call-crashed", extra={"call": self._name()})
            self._setting.on_crash()
            response = problem_response(KopilkaError(), lang)
        await response(scope, receive, send)

    def _name(self) -> str:
        return f"{self._route.method} {self._route.path}"

    async def _answer(self, scope: Scope, receive: Receive, headers: Headers, lang: Lang) -> Response:
        route = self._route
        caller: Caller = scope.get(CALLER, NOBODY)
        if route.scopes and not caller.scopes & set(route.scopes):
            raise (Forbidden if caller.scopes else Unauthorised)(scope=route.scopes[0])
        call = Call(
            body=await self._body(receive, headers),
            query=self._query(scope.get("query_string", b"")),
            path={name: str(text).replace("%2F", "/") for name, text in scope.get("path_params", {}).items()},
            caller=caller,
            lang=lang,
            headers=_kept(headers),
        )
        return self._encoded(await self._run(call))

    async def _body(self, receive: Receive, headers: Headers) -> Any:
        route = self._route
        if route.request is None:
            return None
        raw = await read_body(receive, max_bytes=route.max_bytes, declared=headers.get("content-length"))
        return raw if route.request is bytes else decode_body(raw, route.request)

    def _query(self, raw: bytes) -> Any:
        if len(raw) > MAX_QUERY_BYTES:
            raise BadRequest(path="?", problem=f"Longer than {MAX_QUERY_BYTES} bytes")
        try:
            pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
        except ValueError:
            raise BadRequest(path="?", problem="Not form-encoded UTF-8") from None
        return decode_query(pairs, self._route.query or _Nothing)

    async def _run(self, call: Call[Any, Any]) -> Any:
        if self._gate.free <= 0:
            raise Unavailable
        self._gate.free -= 1
        work: Any
        if self._is_async:
            work = self._route.handler(call)
        else:
            work = asyncio.get_running_loop().run_in_executor(self._setting.executor, self._route.handler, call)
            work.add_done_callback(self._left)
            # The place is given back when the work is done, not when the caller stops waiting for it.
            work = asyncio.shield(work)
        try:
            async with asyncio.timeout(self._setting.deadline_ms / 1000):
                return await work
        except TimeoutError:
            raise Unavailable from None
        finally:
            if self._is_async:
                self._gate.free += 1

    def _left(self, work: asyncio.Future[Any]) -> None:
        self._gate.free += 1
        if not work.cancelled():
            # Looked at, so that a call that failed after its deadline is not reported as forgotten.
            work.exception()

    def _encoded(self, value: Any) -> Response:
        if isinstance(value, Response):
            return value
        answer = value if isinstance(value, Answer) else Answer(value, self._route.status)
        headers = {"cache-control": "no-store", **answer.headers}
        if answer.value is None and self._route.answer is None:
            return Response(status_code=204 if answer.status == 200 else answer.status, headers=headers)
        body = self._encode(answer.value)
        return Response(body, status_code=answer.status, headers=headers, media_type="application/json")


class _Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The query of a call that takes none."""


def _kept(headers: Headers) -> Mapping[str, str]:
    """The few headers a handler may ask for; never those that carry secrets."""
    wanted = ("last-event-id", "if-none-match", "user-agent", "content-type", "accept")
    return {name: headers[name][:200] for name in wanted if name in headers}
