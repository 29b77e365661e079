"""The hub's door: a call carries a till's signature over method, path, body, time and nonce, or is one anybody may make. Pure ASGI.

The cheap looks come first: headers, till, then the body up to its limit, then the signature, then its time, then whether it was
seen. Behind the door the body is plain; how it was packed is the line's matter.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from email.utils import formatdate

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.errors import BadRequest, Forbidden, HeaderTooLarge, KopilkaError, TooLarge, Unauthorised
from agent.messages import Lang
from agent.web.body import Gone, read_body
from agent.web.guard import CALLER, HEADER_BYTES, Caller, secured
from agent.web.problem import asked_lang, problem_response
from sync.hub.intake import Intake
from sync.hub.nonces import Nonces
from sync.hub.store.tills import Till
from sync.hub.unpack import PACKED_BYTES, unpack
from sync.signing import HEADER_NONCE, HEADER_TILL, HEADERS, Request, Verifier, check_request

_log = logging.getLogger("kopilka.hub")
DRAIN_S = 1.0
DRAIN_BYTES = 8 * 1024 * 1024
"""Of a body that is too large so much is read and dropped: a connection closed on unread bytes takes the refusal with it."""
SCOPE = "till"
FindTill = Callable[[str], Awaitable[Till | None]]


class Door:
    """ASGI middleware around the hub's application; the till is left in `scope[CALLER]` by name."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        free: frozenset[str],
        find: FindTill,
        clock: Callable[[], int],
        intake: Intake,
        lang: Lang = "ru",
    ) -> None:
        self._app = app
        self._free = free
        self._find = find
        self._clock = clock
        self._intake = intake
        self._lang = lang
        self._nonces = Nonces()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        with self._intake.bytes() as hold:
            await self._answer(scope, receive, secured(self._dated(send)), hold)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, hold: Callable[[int], None]) -> None:
        headers = Headers(scope=scope)
        try:
            # The parser bounds only a header that comes in pieces.
            if sum(len(name) + len(value) for name, value in headers.raw) > HEADER_BYTES:
                raise HeaderTooLarge(limit_bytes=HEADER_BYTES)
            if scope["path"] not in self._free:
                scope, receive = await self._signed(scope, _weighed(receive, hold), headers)
                hold(int(Headers(scope=scope)["content-length"]))
        except KopilkaError as fault:
            if isinstance(fault, TooLarge):
                await _drain(receive)
            await self._refuse(fault, scope, receive, send)
        except Gone:
            return
        except Exception:  # noqa: BLE001 - the door's last handler: the caller gets a sentence, the log the trace
            _log.exception("door-crashed")
            await self._refuse(KopilkaError(), scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _refuse(self, fault: KopilkaError, scope: Scope, receive: Receive, send: Send) -> None:
        lang = asked_lang(Headers(scope=scope).get("accept-language", ""), self._lang)
        await problem_response(fault, lang)(scope, receive, send)

    async def _signed(self, scope: Scope, receive: Receive, headers: Headers) -> tuple[Scope, Receive]:
        """The call as the application behind the door shall see it: its till known, its body plain."""
        till, body = await self._admit(scope, receive, headers)
        plain = await asyncio.to_thread(unpack, body, headers.get("content-encoding", "")) if body else b""
        inner = {**scope, CALLER: Caller(frozenset({SCOPE}), till.till, "signature"), "headers": _plain(scope, plain)}
        return inner, _replay(plain, receive)

    def _dated(self, send: Send) -> Send:
        """Adds the Date header (RFC 9110, 6.6.1): a till with a wrong clock takes the hub's from it."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["date"] = formatdate(self._clock() / 1000, usegmt=True)
            await send(message)

        return sending

    async def _admit(self, scope: Scope, receive: Receive, headers: Headers) -> tuple[Till, bytes]:
        """The till and the body as sent. Raises Unauthorised, Forbidden, TooLarge, TooSlow, TooMany, BadRequest, Gone."""
        name = headers.get(HEADER_TILL, "")
        # Once each: of two, a proxy before us might have believed the other.
        if not name or len(name) > 80 or any(len(headers.getlist(header)) > 1 for header in HEADERS):
            raise Unauthorised("signature-missing")
        if "transfer-encoding" in headers and "content-length" in headers:
            # RFC 9112, 6.3: what stands before us may have cut the body elsewhere.
            raise BadRequest(path="Content-Length", problem="Given beside Transfer-Encoding")
        till = await self._find(name)
        if till is None or till.public_key is None:
            raise Unauthorised("till-unknown", till=name)
        if till.revoked is not None:
            raise Forbidden("till-revoked", till=name)
        body = await read_body(receive, max_bytes=PACKED_BYTES, declared=headers.get("content-length"))
        now_ms = self._clock()
        request = Request(scope["method"], _target(scope), body)
        fault = check_request(Verifier(till.public_key), request, headers, now_ms=now_ms)
        if fault == "missing":
            raise Unauthorised("signature-missing")
        if fault == "stale":
            raise Unauthorised("clock-off", at=now_ms)
        if fault:
            raise Unauthorised("signature-refused")
        if not self._nonces.is_new(name, headers[HEADER_NONCE], now_ms):
            raise Unauthorised("request-repeated")
        return till, body


def _weighed(receive: Receive, hold: Callable[[int], None]) -> Receive:
    """Tells of every byte that is received."""

    async def receiving() -> Message:
        message = await receive()
        hold(len(message.get("body", b"")))
        return message

    return receiving


async def _drain(receive: Receive) -> None:
    """Read on and forget, for a short while."""
    size = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            while size < DRAIN_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                size += len(message.get("body", b""))


def _target(scope: Scope) -> str:
    """Path and query exactly as they stood on the request line."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (path + (b"?" + query if query else b"")).decode("latin-1")


def _plain(scope: Scope, body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of the request as it would have been sent uncompressed."""
    packed = (b"content-length", b"content-encoding", b"transfer-encoding")
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in packed]
    return [*kept, (b"content-length", str(len(body)).encode())]


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body in one piece, then whatever the connection says."""
    waiting = [body]

    async def replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed
