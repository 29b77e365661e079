"""One HTTP exchange with the hub: deadlines, size limits, no redirects, no environment. The simulation puts its own network here.

A Transport moves bytes and knows no message. What went wrong is a `LineFault` with a code, not a library's exception.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import requests

CONNECT_S = 5.0
READ_S = 30.0
MAX_BODY = 2 * 1024 * 1024
MAX_ANSWER = 16 * 1024 * 1024
_CHUNK = 65_536

LineCode = Literal["unreachable", "timeout", "tls", "cut", "answer-too-large", "body-too-large"]


class LineFault(Exception):
    """No whole answer came. Whether the hub has acted on the request is not known, save for `unreachable` and `tls`."""

    def __init__(self, code: LineCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Call:
    """A request as sent: `path` begins with "/" and has the query in it; `wait_s` is how long the hub may hold its answer."""

    method: Literal["GET", "POST"]
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: header names lower-case, body with its content encoding undone."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """Carries one call; raises LineFault, nothing else."""

    def send(self, call: Call) -> Reply: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds and bytes. `total_s` bounds a whole answer, however slowly it drips."""

    connect_s: float = CONNECT_S
    read_s: float = READ_S
    total_s: float = 60.0
    answer: int = MAX_ANSWER
    body: int = MAX_BODY


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

    def send(self, call: Call) -> Reply:
        """Raises LineFault."""
        from http.client import HTTPException

        from urllib3.exceptions import HTTPError

        limits = self._limits
        if len(call.body) > limits.body:
            raise LineFault("body-too-large", str(len(call.body)))
        deadline = self._monotonic() + limits.total_s + call.wait_s
        try:
            with self._session().request(
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
                return Reply(answer.status_code, body, headers)
        except (OSError, ValueError, HTTPException, HTTPError) as fault:
            # RequestException is an OSError; the others slip past requests on hostile answers. The pool may hold a half-dead
            # connection: the next try makes a new one.
            self.close()
            raise _line_fault(fault) from fault

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
    from http.cookiejar import DefaultCookiePolicy

    import requests

    class PlainSession(requests.Session):
        """Keeps no cookie, and leaves a redirect alone: requests reads its whole body, however long, even when it may not follow."""

        def __init__(self) -> None:
            super().__init__()
            self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

        def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
            return None

    return PlainSession


def _line_fault(fault: Exception) -> LineFault:
    from requests import exceptions

    detail = type(fault).__name__
    if isinstance(fault, exceptions.SSLError):
        return LineFault("tls", detail)
    if isinstance(fault, exceptions.ConnectTimeout):
        return LineFault("unreachable", detail)
    if isinstance(fault, exceptions.Timeout):
        return LineFault("timeout", detail)
    if isinstance(fault, (exceptions.ChunkedEncodingError, exceptions.ContentDecodingError)):
        return LineFault("cut", detail)
    text = str(fault)
    if "Read timed out" in text:
        return LineFault("timeout", detail)
    if "Connection aborted" in text or "IncompleteRead" in text:
        return LineFault("cut", detail)
    return LineFault("unreachable", detail)
