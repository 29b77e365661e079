"""A client of the running till on its Unix socket or loopback port, for the commands that ask it something."""

from __future__ import annotations

import http.client
import json
import os
import socket
from typing import Any

from agent.errors import Unavailable
from agent.runtime.settings import Settings
from agent.runtime.tokens import TokenFile

TIMEOUT_S = 5.0
MAX_ANSWER = 16 * 1024 * 1024


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(self._path)


def ask(settings: Settings, method: str, path: str, body: object = None, *, token: str = "") -> tuple[int, Any]:
    """One call; (status, decoded JSON). Over the socket where it is configured, else over loopback with a token.

    Raises Unavailable when no till answers.
    """
    api = settings.api
    by_socket = bool(api.socket and os.path.exists(api.socket))
    line = (
        _UnixConnection(str(api.socket))
        if by_socket
        else http.client.HTTPConnection("127.0.0.1", api.port, timeout=TIMEOUT_S)
    )
    headers = {"content-type": "application/json", "accept-language": os.environ.get("KOPILKA_LANG", "en")}
    if token:
        headers["authorization"] = f"Bearer {token}"
    try:
        line.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = line.getresponse()
        raw = answer.read(MAX_ANSWER)
    except OSError as error:
        raise Unavailable(
            "till-not-running", address=str(api.socket if by_socket else api.port), problem=str(error)
        ) from None
    finally:
        line.close()
    return answer.status, json.loads(raw) if raw else None


def tokens(settings: Settings) -> TokenFile:
    """The till's token file; its folder is made where it is not there yet."""
    os.makedirs(settings.till.data, mode=0o750, exist_ok=True)
    return TokenFile(os.path.join(settings.till.data, "tokens.json"))
