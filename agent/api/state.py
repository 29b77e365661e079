"""How the till stands: health, status, the event stream; and pairing of the page."""

from __future__ import annotations

import re
from typing import Any

from agent.api.messages import Health, PairBody, ShiftAnswer, ShiftBody
from agent.api.place import Place
from agent.errors import BadRequest, Forbidden, StorageFull
from agent.till.shift import end_shift
from agent.web.guard import page_cookie
from agent.web.routes import FREE, Answer, Call, Route

PAIRED_S = 400 * 24 * 3600
"""As long as browsers keep a cookie at most."""


def routes(place: Place) -> list[Route]:
    """The calls that anybody at the till needs first."""
    desk = place.desk

    async def on_health(_call: Call[None, object]) -> object:
        ready = place.ready()
        return Answer({"ready": ready, "version": place.version}, status=200 if ready else 503)

    def on_status(_call: Call[None, object]) -> object:
        return place.status()

    async def on_events(call: Call[None, object]) -> object:
        return place.events.stream(call.headers.get("last-event-id", ""))

    def on_shift(_call: Call[ShiftBody, object]) -> object:
        return end_shift(desk)

    def on_pair(call: Call[PairBody, object]) -> object:
        code = re.sub(r"[\s-]", "", call.body.code)
        if not re.fullmatch(r"[0-9]{8}", code):
            # Mistyped is not guessed: it is none of the few tries a code has.
            raise BadRequest("code-mistyped")
        token = place.pairing.redeem(code, desk.clock.now_ms())
        if token is None:
            raise Forbidden("wrong-code")
        return Answer({"paired": True}, headers={"set-cookie": page_cookie(token, max_age_s=PAIRED_S)})

    return [
        Route(method="GET", path="/v1/health", scopes=FREE, handler=on_health, answer=Health, summary="Whether the till can sell"),
        Route(method="GET", path="/v1/status", scopes=("pos", "page", "read"), handler=on_status, answer=dict[str, Any],
              summary="Devices, queue, leases, clock, line, versions"),
        Route(method="GET", path="/v1/events", scopes=("pos", "page", "read"), handler=on_events, media="text/event-stream",
              summary="Server-sent events: scan, member, quote, sale, receipt, printer, scanner, sync, notice"),
        Route(method="POST", path="/v1/shift/end", scopes=("pos", "page"), handler=on_shift, request=ShiftBody, answer=ShiftAnswer,
              summary="The shift is over (Z report): give back the rights of its visits", faults=(StorageFull,)),
        Route(method="POST", path="/v1/page/pair", scopes=FREE, handler=on_pair, request=PairBody, answer=dict[str, Any],
              summary="Pair a page by a one-time code", faults=(Forbidden,)),
    ]  # fmt: skip
