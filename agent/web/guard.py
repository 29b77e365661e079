"""Who may talk to us: the checks that keep a web page in the till's own browser away from the till. Pure ASGI.

In this order: one Host of ours (this is what stops DNS rebinding, where Origin equals Host); Origin absent or ours;
Sec-Fetch-Site absent, same-origin or none; writes only of the allowed media types; then who the caller is. A Unix socket's
permissions take the place of all of it: no browser reaches one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.errors import BadRequest, Forbidden, HeaderTooLarge, KopilkaError, Misdirected, WrongMedia
from agent.messages import Lang
from agent.web.problem import asked_lang, problem_response

COOKIE = "kopilka_page"
CALLER = "kopilka.caller"
HEADER_BYTES = 16 * 1024
MAX_TOKEN = 200
_READS = ("GET", "HEAD", "OPTIONS")
_SECURITY = {
    "content-security-policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept: SHA-256 of the secret in hex, what it may do, whose it is."""

    digest: str
    scope: str
    name: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: `scopes` it holds, a name for the journal, and how it proved itself (bearer, cookie, socket)."""

    scopes: frozenset[str] = frozenset()
    name: str = ""
    via: str = ""


NOBODY = Caller()


@dataclass(frozen=True, slots=True)
class Rules:
    """What the guard lets pass. `tokens` is asked at every call, so a revoked one ends at once."""

    hosts: frozenset[str]
    """Exact Host values, lower case, with port: "127.0.0.1:8770"."""
    tokens: Callable[[], Iterable[Token]]
    socket_scopes: frozenset[str] = frozenset()
    """What a caller on the Unix socket may do."""
    media: frozenset[str] = frozenset({"application/json"})
    cookie_scopes: frozenset[str] = frozenset({"page"})
    """Only tokens of these scopes count in a cookie: what a browser sends by itself must not be able to sell."""
    lang: Lang = "ru"
    schemes: tuple[str, ...] = field(default=("http", "https"))


def digest(secret: str) -> str:
    """How a token's secret is kept and compared. 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def find_token(secret: str, tokens: Iterable[Token]) -> Token | None:
    """The token of a secret. Looks at every one, each in constant time, so the time tells nothing."""
    mine = digest(secret[:MAX_TOKEN])
    found = None
    for token in tokens:
        if hmac.compare_digest(token.digest, mine):
            found = token
    return found


class Guard:
    """ASGI middleware around a whole application; the caller is left in `scope[CALLER]`."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules
        self._origins = frozenset(f"{scheme}://{host}" for scheme in rules.schemes for host in rules.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        try:
            scope[CALLER] = self._admit(scope, headers)
        except KopilkaError as fault:
            lang = asked_lang(headers.get("accept-language", ""), self._rules.lang)
            await problem_response(fault, lang)(scope, receive, secured(send))
            return
        await self._app(scope, receive, secured(send))

    def _admit(self, scope: Scope, headers: Headers) -> Caller:
        """The caller. Raises HeaderTooLarge, Misdirected, Forbidden, WrongMedia, BadRequest."""
        # The parser bounds only a header that comes in pieces.
        if sum(len(name) + len(value) for name, value in headers.raw) > HEADER_BYTES:
            raise HeaderTooLarge(limit_bytes=HEADER_BYTES)
        server = scope.get("server")
        if server is not None and server[1] is None:
            return Caller(self._rules.socket_scopes, "socket", "socket")
        self._check_origin(headers)
        self._check_media(scope["method"], headers)
        return self._who(headers)

    def _check_origin(self, headers: Headers) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._rules.hosts:
            raise Misdirected(host=", ".join(hosts)[:100])
        origins = headers.getlist("origin")
        if origins and (len(origins) > 1 or origins[0].lower() not in self._origins):
            raise Forbidden("origin-refused", origin=", ".join(origins)[:100])
        sites = headers.getlist("sec-fetch-site")
        if sites and sites not in (["same-origin"], ["none"]):
            raise Forbidden("origin-refused", origin=", ".join(sites)[:100])

    def _check_media(self, method: str, headers: Headers) -> None:
        if method in _READS:
            return
        media = headers.getlist("content-type")
        bodiless = (
            method == "DELETE" and "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"
        )
        if not media and bodiless:
            return
        if len(media) != 1 or media[0].partition(";")[0].strip().lower() not in self._rules.media:
            raise WrongMedia

    def _who(self, headers: Headers) -> Caller:
        given = headers.getlist("authorization")
        if len(given) > 1:
            raise BadRequest(path="Authorization", problem="Given more than once")
        if given:
            kind, _, secret = given[0].partition(" ")
            token = find_token(secret.strip(), self._rules.tokens()) if kind.lower() == "bearer" else None
            return Caller(frozenset({token.scope}), token.name, "bearer") if token else NOBODY
        secret = page_secret(headers.get("cookie", ""))
        token = find_token(secret, self._rules.tokens()) if secret else None
        if token is None or token.scope not in self._rules.cookie_scopes:
            return NOBODY
        return Caller(frozenset({token.scope}), token.name, "cookie")


def page_secret(cookie: str) -> str:
    """The page's token out of a Cookie header; empty where there is none or the header makes no sense."""
    try:
        morsel = SimpleCookie(cookie[:4096]).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def page_cookie(secret: str, *, max_age_s: int, secure: bool = False) -> str:
    """The Set-Cookie value that pairs a page: out of reach of scripts, never sent from another site."""
    return f"{COOKIE}={secret}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"


def secured(send: Send) -> Send:
    """Adds the headers every answer carries. No CORS header is ever among them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _SECURITY.items():
                headers[name] = value
        await send(message)

    return sending
