"""The fill over HTTP: its manifest, and its pieces by their hashes, as they lie on the disk."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from agent.errors import NotFound, Unauthorised
from agent.web.routes import Call, Route
from sync.fill import SignedFill
from sync.hub.door import SCOPE
from sync.hub.filling import Fills

MEDIA = "application/zstd"
FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}
_DIGITS = frozenset("0123456789abcdef")


def fill_routes(fills: Fills) -> list[Route]:
    """Two signed calls."""

    async def manifest(_: Call[None, None]) -> SignedFill:
        return await asyncio.to_thread(fills.signed)

    async def piece(call: Call[None, Any]) -> Response:
        """Raises NotFound."""
        sha256 = call.path["sha256"]
        # It becomes a file's name.
        known = len(sha256) == 64 and _DIGITS.issuperset(sha256)
        packed = await asyncio.to_thread(fills.piece, sha256) if known else None
        if packed is None:
            raise NotFound(path=f"/v1/fill/{sha256[:80]}")
        return Response(packed, media_type=MEDIA, headers=FOR_EVER)

    return [
        Route(
            method="GET",
            path="/v1/fill",
            scopes=(SCOPE,),
            handler=manifest,
            summary="Manifest of all members as one file in pieces, signed; empty where they are told by pages",
            answer=SignedFill,
            faults=(Unauthorised,),
        ),
        Route(
            method="GET",
            path="/v1/fill/{sha256}",
            scopes=(SCOPE,),
            handler=piece,
            summary="A piece of the file, zstd; named by the SHA-256 of what it holds",
            media=MEDIA,
            faults=(NotFound, Unauthorised),
        ),
    ]
