"""One HTTP exchange with the hub: deadlines, size limits, no redirects, no environment.

It moves bytes and knows no message. What went wrong is a `LineFault` with a code, not a library's exception.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sync.line import Call, Limits, LineCode, LineFault, Reply, Transport

if TYPE_CHECKING:
    import requests

    _Poll = tuple[requests.Session, threading.Event]

__all__ = ["Call", "HttpTransport", "Limits", "LineFault", "Reply", "Transport", "checked_base"]

_CHUNK = 65_536


class HttpTransport:
    """`requests`, one Session a thread, with a pinned CA and the till's client certificate where there is one.

    `monotonic` gives seconds. The base URL is https, or http on a loopback address (an embedded hub, tests); ValueError else.
    """

    def __init__(
        self,
        base_url: str,
        *,
        monotonic: Callable[[], float],
        ca_file: str | None = None,
        client_cert: tuple[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._base = checked_base(base_url)
        self._monotonic = monotonic
        self._ca_file = ca_file
        self._client_cert = client_cert
        self._limits = limits or Limits()
        self._local = threading.local()
        self._lock = threading.Lock()
        self._polls: set[_Poll] = set()
        self._over = False

    def hang_up(self) -> None:
        """End calls that wait for news (`Call.wait_s`), now and from now on: who asked stops. Any thread may call it."""
        with self._lock:
            self._over = True
            polls = tuple(self._polls)
        for session, late in polls:
            _hang_up(session, late)

    @contextlib.contextmanager
    def _polling(self, call: Call, session: requests.Session, late: threading.Event) -> Iterator[None]:
        """A call that waits can be ended by `hang_up` while it is under way. Raises LineFault after one."""
        poll = (session, late)
        with self._lock:
            if call.wait_s and self._over:
                raise LineFault("cut", "stopping")
            if call.wait_s:
                self._polls.add(poll)
        try:
            yield
        finally:
            with self._lock:
                self._polls.discard(poll)

    def send(self, call: Call) -> Reply:
        """Raises LineFault."""
        limits = self._limits
        if len(call.body) > limits.body:
            raise LineFault("body-too-large", str(len(call.body)))
        total_s = limits.total_s + call.wait_s
        session, deadline, late = self._session(), self._monotonic() + total_s, threading.Event()
        with self._polling(call, session, late):
            return self._exchange(call, session, deadline, late)

    def _exchange(self, call: Call, session: requests.Session, deadline: float, late: threading.Event) -> Reply:
        from http.client import HTTPException

        from urllib3.exceptions import HTTPError

        limits = self._limits
        # A read's own timeout begins anew with every byte that drips in, and headers are read before we see any.
        timer = threading.Timer(max(0.0, deadline - self._monotonic()), _hang_up, (session, late))
        timer.daemon = True
        timer.start()
        try:
            with session.request(
                call.method,
                self._base + call.path,
                data=call.body or None,
                headers=dict(call.headers),
                timeout=(limits.connect_s, limits.read_s + call.wait_s),
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = self._read(answer, deadline)
                headers = {name.lower(): value for name, value in answer.headers.items()}
            if late.is_set():
                # Headers that were cut by us look whole to the library.
                raise TimeoutError
            return Reply(answer.status_code, body, headers)
        except (OSError, ValueError, HTTPException, HTTPError) as fault:
            # RequestException is an OSError; the others slip past requests on hostile answers. The pool may hold a half-dead
            # connection: the next try makes a new one.
            self.close()
            raise LineFault("timeout" if late.is_set() else _code(fault), type(fault).__name__) from fault
        finally:
            timer.cancel()

    def _read(self, answer: requests.Response, deadline: float) -> bytes:
        """The decoded body; counting what comes out, so that a small compressed answer cannot grow without end."""
        size, chunks = 0, []
        for chunk in answer.iter_content(_CHUNK):
            size += len(chunk)
            if size > self._limits.answer:
                self.close()
                raise LineFault("answer-too-large", str(size))
            if self._monotonic() > deadline:
                self.close()
                raise LineFault("timeout", "the answer dripped")
            chunks.append(chunk)
        return b"".join(chunks)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = _session_class()()
            # No proxy, netrc or CA bundle of the environment: who may hear the till is said in its configuration.
            session.trust_env = False
            session.headers.clear()
            session.headers["User-Agent"] = "kopilka"
            session.headers["Accept-Encoding"] = "gzip"
            session.verify = self._ca_file or True
            session.cert = self._client_cert
            self._local.session = session
        return session

    def close(self) -> None:
        """Close this thread's connections; the next call opens new ones."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None:
            self._local.session = None
            session.close()


def checked_base(url: str) -> str:
    """The base URL without a slash at its end. Raises ValueError for what is no address of a hub."""
    parts = urlsplit(url)
    loopback = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("a hub's address is https://host[:port][/path]")
    if parts.scheme == "http" and not loopback:
        raise ValueError("http is for a hub on this machine only; use https")
    return url.rstrip("/")


@functools.cache
def _session_class() -> type[requests.Session]:
    """Made at the first call: requests is slow to import."""
    from http.cookiejar import DefaultCookiePolicy

    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class PlainSession(requests.Session):
        """Keeps no cookie, leaves a redirect alone (requests reads its whole body even when it may not follow), can hang up."""

        def __init__(self) -> None:
            super().__init__()
            self.live: weakref.WeakSet[HTTPConnection] = weakref.WeakSet()
            live = self.live

            class Plain(HTTPConnection):
                def connect(self) -> None:
                    super().connect()
                    live.add(self)

            class Secure(HTTPSConnection):
                def connect(self) -> None:
                    super().connect()
                    live.add(self)

            class PlainPool(HTTPConnectionPool):
                ConnectionCls = Plain

            class SecurePool(HTTPSConnectionPool):
                ConnectionCls = Secure

            self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            adapter = HTTPAdapter()
            adapter.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
            for scheme in ("http://", "https://"):
                self.mount(scheme, adapter)

        def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
            return None

    return PlainSession


def _hang_up(session: requests.Session, late: threading.Event) -> None:
    """Cut the connection under a call that takes too long; the reading thread wakes with an error."""
    late.set()
    for connection in list(getattr(session, "live", ())):
        with contextlib.suppress(OSError):
            # The plain socket's shutdown: that of TLS would say goodbye to whoever does not listen.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _code(fault: Exception) -> LineCode:
    from requests import exceptions

    if isinstance(fault, exceptions.SSLError):
        return "tls"
    if isinstance(fault, exceptions.ConnectTimeout):
        return "unreachable"
    if isinstance(fault, exceptions.Timeout):
        return "timeout"
    if isinstance(fault, (exceptions.ChunkedEncodingError, exceptions.ContentDecodingError)):
        return "cut"
    text = str(fault)
    if "Read timed out" in text:
        return "timeout"
    return "cut" if "Connection aborted" in text or "IncompleteRead" in text else "unreachable"
