"""Static files held in memory: a page is a few dozen kilobytes, and a path that is looked up in a dict cannot climb."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

_MEDIA = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class _File:
    """One file as an ASGI application."""

    body: bytes
    media: str
    tag: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # `no-cache` means: keep it, ask whether it changed. After an update the page is new at its next load.
        headers = {"etag": self.tag, "cache-control": "no-cache"}
        if self.tag in Headers(scope=scope).get("if-none-match", ""):
            response = Response(status_code=304, headers=headers)
        else:
            response = Response(self.body, media_type=self.media, headers=headers)
        await response(scope, receive, send)


def static_routes(files: Mapping[str, bytes], *, index: str = "index.html") -> Iterable[BaseRoute]:
    """Routes for files by their path ("app/main.js"); `index` is served at "/" too. Unknown kinds are refused at start."""
    for name, body in files.items():
        kind = name.rpartition(".")[2]
        file = _File(body, _MEDIA[kind], '"' + hashlib.sha256(body).hexdigest()[:32] + '"')
        yield Route(f"/{name}", file, methods=["GET"])
        if name == index:
            yield Route("/", file, methods=["GET"])
