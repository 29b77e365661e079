"""A real hub behind a real socket, and callers who say exactly what a test wants to say: signed, badly signed, or no HTTP at all."""

from __future__ import annotations

import hashlib
import itertools
import re
import socket

import pg_kit
from httpd import Reply, read_reply
from hub_kit import Bench, Pen

from sync import wire
from sync.hub import wiring
from sync.hub.enrolment import add_till
from sync.hub.settings import Listen, Settings
from sync.hub.store import schema
from sync.hub.store.steps import transaction
from sync.joining import EnrolAnswer, EnrolRequest
from sync.signing import Request, Signer, sign_request

TABLES = tuple(re.findall(r"CREATE TABLE (\w+)", schema.FIRST))


def signer_of(till: str) -> Signer:
    """Every till's key is known to the test."""
    return Signer(hashlib.sha256(till.encode()).digest())


class ServedHub:
    """`kopilka-hub run` in this process: writer, reader and HTTP threads as in the service."""

    def __init__(self, folder, **settings) -> None:
        settings.setdefault("listen", Listen(port=0))
        self.service = wiring.Service(Settings(database=pg_kit.place(str(folder / "hub.db")), **settings))
        self.service.start()
        self.port = self.service.address[1]
        self._nonces = itertools.count()

    @property
    def base(self) -> str:
        scheme = "https" if self.service._settings.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def stop(self) -> None:
        assert self.service.stop()

    def on_writer(self, work):
        """Run `work(database)` in a transaction on the hub's writer."""

        def step():
            with transaction(self.service.hub.database):
                return work(self.service.hub.database)

        return self.service._writer.call(step)

    def sql(self, text, *values):
        return self.on_writer(lambda db: [tuple(row) for row in db.execute_sql(text, values).fetchall()])

    def audit(self) -> None:
        """The hub's invariants, as the bench asserts them."""
        Bench.audit(self)

    def tables(self, but=()):
        """Every row of every table, for a comparison before and after."""
        return {name: sorted(map(repr, self.sql(f"SELECT * FROM {name}"))) for name in TABLES if name not in but}

    def invite(self, till, store="s1"):
        """A till with a one-time code and no key yet."""
        return self.on_writer(
            lambda db: add_till(db, till, store=store, store_name="", now_ms=wiring.clock(), chance=wiring.chance)
        )

    def enrol(self, till, store="s1") -> EnrolAnswer:
        code = self.invite(till, store)
        request = EnrolRequest(code=code, till=till, public_key=signer_of(till).public)
        return self.service._writer.call(self.service.hub.enrol, request)

    def pen(self, till="t1", **more) -> Pen:
        return Pen(till, clock=wiring.clock, **more)

    def signed(self, method, path, body=b"", *, till="t1", signer=None, now_ms=None, nonce=None):
        """The four headers."""
        return sign_request(
            signer or signer_of(till),
            Request(method, path, body),
            till=till,
            now_ms=wiring.clock() if now_ms is None else now_ms,
            nonce=nonce or f"n-{next(self._nonces)}",
        )

    def connect(self, timeout_s: float = 20.0) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout_s)

    def raw(self, *parts: bytes) -> Reply:
        """Send bytes as they are and read the answer to its end."""
        with self.connect() as line:
            for part in parts:
                line.sendall(part)
            return read_reply(line)

    def ask(self, method, path, body=b"", headers=(), *, length=True) -> Reply:
        """One call, unsigned but for what `headers` (a dict or pairs) say."""
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
        if length and (body or method in ("POST", "PUT")):
            pairs.append(("Content-Length", str(len(body))))
        head = "".join(f"{name}: {value}\r\n" for name, value in pairs)
        start = f"{method} {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n{head}\r\n"
        with self.connect() as line:
            try:
                line.sendall(start.encode("latin-1") + body)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return read_reply(line)

    def call(self, method, path, body=b"", *, headers=(), **how) -> Reply:
        """A call signed as `signed` says."""
        return self.ask(method, path, body, [*self.signed(method, path, body, **how).items(), *dict(headers).items()])

    def push(self, pen: Pen, *, wrong=(), till=None, **how):
        """What a pen has not pushed, as its till would."""
        head, lines = pen.batch(**how)
        return self.send(head, lines, wrong=wrong, till=till or pen.till)

    def send(self, head, lines, *, wrong=(), till="t1") -> Reply:
        raw = wire.msgspec.to_builtins(head) | dict(wrong)
        return self.call("POST", "/v1/push", body_of(raw, lines), till=till)


def body_of(head, lines) -> bytes:
    """A push's plain body."""
    return b"\n".join((wire.encode(head), *lines)) + b"\n"


def problem(reply: Reply) -> tuple[int, str]:
    """Status and the last word of the problem's type; fails when it is no problem document."""
    assert reply.headers["content-type"] == "application/problem+json", (reply.status, reply.body[:200])
    said = reply.json
    assert said["status"] == reply.status
    assert isinstance(said["retryable"], bool)
    assert said["detail"]
    return reply.status, said["type"].removeprefix("urn:kopilka:problem:")
