"""Faults as RFC 9457 problem documents, in the language the caller asked for."""

from __future__ import annotations

import re

import msgspec
from starlette.responses import Response

from agent.errors import Field, KopilkaError, MethodRefused, TooMany, Unauthorised, Unavailable, words
from agent.messages import Lang

URN = "urn:kopilka:problem:"
MEDIA = "application/problem+json"
RETRYABLE = (408, 425, 429)
_RANGE = re.compile(r"\s*([A-Za-z*]{1,8})(?:-[A-Za-z0-9-]{1,32})?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What every error of the API answers. `type` is stable, `fields` are the figures in its texts."""

    type: str
    title: str
    status: int
    detail: str
    next_step: str
    retryable: bool = False
    """Whether the same call may go through later without anybody doing anything."""
    fields: dict[str, Field] = {}


def asked_lang(accept_language: str, default: Lang = "ru") -> Lang:
    """Russian or English, whichever Accept-Language (RFC 9110, 12.5.4) rates higher; the first of equals."""
    best: tuple[float, Lang] | None = None
    for part in accept_language[:200].split(","):
        found = _RANGE.match(part)
        if found is None or found[1].lower() not in ("ru", "en"):
            continue
        weight = float(found[2] or 1)
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, "ru" if found[1].lower() == "ru" else "en")
    return best[1] if best else default


def problem_of(fault: KopilkaError, lang: Lang) -> Problem:
    told = words(fault, lang=lang)
    return Problem(
        type=URN + fault.code,
        title=told.what,
        status=fault.status,
        detail=told.why,
        next_step=told.next_step,
        retryable=fault.status >= 500 or fault.status in RETRYABLE,
        fields=fault.fields,
    )


def problem_response(fault: KopilkaError, lang: Lang) -> Response:
    """The answer for a fault, with the headers its status asks for."""
    headers = {"content-language": lang, "cache-control": "no-store"}
    if isinstance(fault, Unauthorised):
        headers["www-authenticate"] = 'Bearer realm="kopilka"'
    if isinstance(fault, MethodRefused):
        headers["allow"] = str(fault.fields.get("allowed", ""))
    if isinstance(fault, TooMany | Unavailable):
        headers["retry-after"] = str(fault.fields.get("wait_s", 1))
    body = msgspec.json.encode(problem_of(fault, lang))
    return Response(body, status_code=fault.status, headers=headers, media_type=MEDIA)
