"""A real server on a real socket, and clients that say exactly what a test wants to say."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from agent.web.app import Setting, build_app
from agent.web.guard import Guard, Rules, Token, digest
from agent.web.serve import Server, tcp_socket

POS, PAGE, READ = "pos-secret", "page-secret", "read-secret"
TOKENS = [Token(digest(POS), "pos", "1C"), Token(digest(PAGE), "page", "page"), Token(digest(READ), "read", "monitor")]


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes
    raw_headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Site:
    """Where a served application is."""

    server: Server
    port: int
    unix: str = ""

    def connect(self, timeout_s: float = 5.0) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout_s)

    def ask(self, method, path, *, body=None, token=POS, headers=(), host=None, via_unix=False) -> Reply:
        """One call on a connection of its own; a str or dict body is sent as JSON, bytes as they are."""
        lines = [f"Host: {host or f'127.0.0.1:{self.port}'}"] if host != "" else []
        lines += [f"{name}: {value}" for name, value in headers]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            names = {name.lower() for name, _ in headers}
            if "content-type" not in names:
                lines.append("Content-Type: application/json")
            if not names & {"content-length", "transfer-encoding"}:
                lines.append(f"Content-Length: {len(raw)}")
        else:
            raw = b""
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{line}\r\n" for line in lines) + "Connection: close\r\n\r\n"
        if via_unix:
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(5)
            line.connect(self.unix)
        else:
            line = self.connect()
        with line:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                line.sendall(head.encode() + raw)
            return read_reply(line)


def read_reply(line: socket.socket) -> Reply:
    data = b""
    while True:
        piece = line.recv(65536)
        if not piece:
            break
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    pairs = [(name.lower(), value.strip()) for name, _, value in (row.partition(":") for row in rest)]
    return Reply(int(first.split()[1]), dict(pairs), body, pairs)


@contextlib.contextmanager
def serving(
    routes, *, others=(), guarded=True, on_stop=None, unix=None, max_connections=400, **setting
) -> Iterator[Site]:
    """Serve a route table behind the guard, on a free port of the loopback and perhaps a Unix socket."""
    listener = tcp_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    with ThreadPoolExecutor(1, "writer") as executor:
        app = build_app(routes, Setting(executor=executor, **setting), others=others)
        rules = Rules(
            hosts=frozenset({f"127.0.0.1:{port}", f"localhost:{port}"}),
            tokens=lambda: TOKENS,
            socket_scopes=frozenset({"pos", "read"}),
        )
        sockets = [listener, unix] if unix else [listener]
        server = Server(
            Guard(app, rules) if guarded else app, sockets, on_stop=on_stop, max_connections=max_connections
        )
        path = unix.getsockname() if unix else ""
        server.start()
        try:
            yield Site(server, port, path)
        finally:
            assert server.stop(deadline_ms=5_000)
