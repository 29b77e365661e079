"""A server of bytes on loopback: each connection gets one script, which reads the request and writes whatever it likes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading


class RawServer:
    """`script(connection, request bytes)` runs for every request; a connection is closed when it returns."""

    def __init__(self, script, *, tls: ssl.SSLContext | None = None):
        self._script = script
        self._tls = tls
        self._stop = threading.Event()
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://localhost:{self._listener.getsockname()[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        # A last connection wakes the accept.
        with contextlib.suppress(OSError):
            socket.create_connection(self._listener.getsockname(), timeout=1).close()
        self._thread.join(10)
        self._listener.close()

    def _serve(self):
        while not self._stop.is_set():
            connection, _ = self._listener.accept()
            with contextlib.suppress(OSError), connection:
                connection.settimeout(10)
                if self._stop.is_set():
                    return
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                with connection:
                    self._one(connection)

    def _one(self, connection):
        request = b""
        while b"\r\n\r\n" not in request:
            part = connection.recv(65536)
            if not part:
                return
            request += part
        head, _, body = request.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        self._script(connection, self.requests[-1])
