"""uvicorn in a thread of its own, on sockets made beforehand: no signal handlers, no ticking, deadlines on every connection."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import ssl
import stat
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from agent.errors import BadRequest, ConfigFault, Unavailable
from agent.web.guard import HEADER_BYTES
from agent.web.problem import problem_response

_log = logging.getLogger(__name__)
HEADER_MS = 5_000
"""From a connection's first moment, or a kept one's next byte, to the end of the request's header."""
KEEP_ALIVE_MS = 5_000
WRITE_MS = 10_000
"""How long a reader may leave its socket full before it is cut off."""
MAX_CONNECTIONS = 400
BACKLOG = 256


class Connection(H11Protocol):
    """uvicorn's HTTP/1.1 with deadlines: who opens a socket and says nothing, or little by little, is hung up on."""

    most = MAX_CONNECTIONS
    since = 0.0
    """When it was made, by the loop's clock."""
    _deadline: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.since = self.loop.time()
        if len(self.connections) > self.most:
            self._make_room()
        if not self.transport.is_closing():
            self._expect_header()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_idle() and self._deadline is None:
            self._expect_header()
        super().data_received(data)
        if not self._is_idle() and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall = self.loop.call_later(WRITE_MS / 1000, self.drop, "reader-stalled")

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is answered as every refusal is, and hung up on."""
        answer = problem_response(BadRequest("bad-http", problem=msg), "ru")
        head = h11.Response(status_code=answer.status_code, headers=[*answer.raw_headers, (b"connection", b"close")])
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _make_room(self) -> None:
        """Hang up on who has been silent for longest; on the newcomer where everybody is being served."""
        silent = (one for one in self.connections if isinstance(one, Connection) and one.is_silent())
        min(silent, key=lambda one: one.since, default=self).drop("too-many-connections")

    def is_silent(self) -> bool:
        return self._is_idle() and not self.transport.is_closing()

    def _is_idle(self) -> bool:
        # uvicorn's annotation leaves out that there is no cycle before the first request.
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]

    def _expect_header(self) -> None:
        self._deadline = self.loop.call_later(HEADER_MS / 1000, self.drop, "header-too-slow")

    def drop(self, cause: str) -> None:
        _log.info("connection-dropped", extra={"cause": cause})
        self.transport.abort()

    def _cancel(self) -> None:
        for timer in (self._deadline, self._stall):
            if timer is not None:
                timer.cancel()
        self._deadline = self._stall = None


class _Uvicorn(uvicorn.Server):
    """Waits for the word to stop instead of waking ten times a second to look for it."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready
        self.loop: asyncio.AbstractEventLoop | None = None
        self.over: asyncio.Event | None = None

    async def main_loop(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.over = asyncio.Event()
        self._ready.set()
        if not self.should_exit:
            await self.over.wait()


@dataclass(frozen=True, slots=True)
class Tls:
    """Files, PEM: the server's certificate chain and key; with `client_ca` only callers whose certificate it signed get in."""

    cert: str
    key: str
    client_ca: str | None = None

    def context(self) -> ssl.SSLContext:
        """Raises ConfigFault for files that cannot be read or do not fit together."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            made.load_cert_chain(self.cert, self.key)
            if self.client_ca is not None:
                made.load_verify_locations(self.client_ca)
                made.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(filter(None, (self.cert, self.key, self.client_ca)))
            raise ConfigFault([f"[tls] {files}: {error.strerror or error}"]) from None
        return made


class Server:
    """One HTTP server in one thread.

    `on_stop` ends what would never end by itself: event streams, sleeping polls. `max_connections` is for a hub, whose tills
    each keep a poll open; every connection is a file and some kilobytes.
    """

    def __init__(
        self,
        app: ASGIApp,
        sockets: Sequence[socket.socket],
        *,
        on_stop: Callable[[], None] | None = None,
        max_connections: int = MAX_CONNECTIONS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._sockets = list(sockets)
        self._files = [listener.getsockname() for listener in sockets if listener.family == socket.AF_UNIX]
        self._on_stop = on_stop
        self._ready = threading.Event()
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=type("Connection", (Connection,), {"most": max_connections}),
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_MS // 1000,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=HEADER_BYTES,
            ssl_context_factory=None if tls is None else lambda _config, _default: tls,
        )
        self._uvicorn = _Uvicorn(config, self._ready)
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)
        self._error: BaseException | None = None

    def start(self, *, wait_s: float = 5.0) -> None:
        """Serve; returns when requests are answered. Raises Unavailable when that does not come about."""
        self._thread.start()
        if not self._ready.wait(wait_s) or self._error is not None:
            raise Unavailable("server-not-started", problem=str(self._error or "no answer"))

    def stop(self, *, deadline_ms: int = 1_500) -> bool:
        """Take no more connections, let calls under way end, then cut. Whether the thread ended within the deadline."""
        if not self._thread.is_alive():
            return True
        if self._on_stop is not None:
            self._on_stop()
        self._uvicorn.should_exit = True
        loop, over = self._uvicorn.loop, self._uvicorn.over
        if loop is not None and over is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(over.set)
        self._thread.join(deadline_ms / 1000)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def run_soon(self, call: Callable[..., Any], *args: Any) -> None:
        """Run something in the server's loop: how the watchdog's heartbeat asks whether the loop still turns."""
        loop = self._uvicorn.loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(call, *args)

    def _run(self) -> None:
        try:
            self._uvicorn.run(sockets=self._sockets)
        except BaseException as error:  # noqa: BLE001 - handed to whoever started the thread
            self._error = error
            _log.exception("server-ended")
        finally:
            self._ready.set()
            for listener in self._sockets:
                listener.close()
            for path in self._files:
                with contextlib.suppress(OSError):
                    os.unlink(path)


def tcp_socket(host: str, port: int) -> socket.socket:
    """A listening-to-be TCP socket. Raises Unavailable when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle off only where the protocol is named; with it on, every answer waits 40 ms for an acknowledgement.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise Unavailable("address-taken", address=f"{host}:{port}", problem=os.strerror(error.errno or 0)) from error
    made.setblocking(False)
    return made


def unix_socket(path: str, *, mode: int = 0o660) -> socket.socket:
    """A Unix socket with exactly these permissions; a dead one's file is replaced. Raises Unavailable when one lives there."""
    _clear_dead(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The file exists from bind on, so it is made closed and opened after.
    before = os.umask(0o177)
    try:
        made.bind(path)
    except OSError as error:
        made.close()
        raise Unavailable("address-taken", address=path, problem=os.strerror(error.errno or 0)) from error
    finally:
        os.umask(before)
    os.chmod(path, mode)
    made.setblocking(False)
    return made


def _clear_dead(path: str) -> None:
    """Remove a socket file nobody listens on. Raises Unavailable where somebody does, or where it is no socket."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise Unavailable("address-taken", address=path, problem=os.strerror(errno.EEXIST))
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
        except OSError:
            os.unlink(path)
            return
    raise Unavailable("address-taken", address=path, problem=os.strerror(errno.EADDRINUSE))
