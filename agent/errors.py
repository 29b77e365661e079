"""Faults with a stable code and fields; what people read is made of them at one border, by `words`.

A refusal (too few points, an unknown card) is a value the use-case returns. These exceptions are what stops a call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from agent.messages import Lang, Words, say

Field = str | int | float | bool | None


class KopilkaError(Exception):
    """Anything this program raises on purpose. `code` is stable and has words in `agent.messages`; fields fill them in."""

    code: str = "internal"
    status: ClassVar[int] = 500
    """HTTP status where the fault ends an API call."""
    exit_code: ClassVar[int] = 70
    """Exit code where it ends a command, after sysexits.h."""

    def __init__(self, code: str = "", /, **fields: Field) -> None:
        self.code = code or type(self).code
        self.fields: dict[str, Field] = fields
        super().__init__(self.code)

    def __str__(self) -> str:
        """For logs, not for people."""
        return " ".join([self.code, *(f"{name}={value!r}" for name, value in self.fields.items())])


class ConfigFault(KopilkaError):
    """The configuration cannot be used; `faults` are lines for people, all of them at once."""

    code = "config-broken"
    exit_code = 78

    def __init__(self, faults: Sequence[object], *, file: str = "") -> None:
        self.faults = tuple(str(fault) for fault in faults)
        super().__init__(file=file, count=len(self.faults))


class StorageFull(KopilkaError):
    """No space is left where the till writes; nothing of the call was kept."""

    code = "storage-full"
    status = 507
    exit_code = 74


class StorageBroken(KopilkaError):
    """The disk failed under a write; the process ends and heals at its next start."""

    code = "storage-broken"
    exit_code = 74


class CorruptDatabase(KopilkaError):
    """A database file is damaged and was put aside, or a record of it does not fit its hash."""

    code = "database-corrupt"
    exit_code = 74


class NewerDatabase(KopilkaError):
    """The database was written by a release this one cannot read; only a newer program helps, so no restart is tried."""

    code = "database-newer"
    exit_code = 78


class BadRequest(KopilkaError):
    """A malformed request, argument or file."""

    code = "bad-request"
    status = 400
    exit_code = 64


class Unauthorised(KopilkaError):
    """No token, or one nobody knows."""

    code = "unauthorised"
    status = 401
    exit_code = 77


class Forbidden(KopilkaError):
    """Known, but not allowed this."""

    code = "forbidden"
    status = 403
    exit_code = 77


class NotFound(KopilkaError):
    """Nothing is kept under that id, path or name."""

    code = "not-found"
    status = 404
    exit_code = 66


class MethodRefused(KopilkaError):
    """The path exists, the method does not."""

    code = "method-refused"
    status = 405
    exit_code = 64


class TooSlow(KopilkaError):
    """The other side did not finish within its deadline."""

    code = "too-slow"
    status = 408
    exit_code = 75


class Conflict(KopilkaError):
    """The same id with other content, or a state that forbids the step."""

    code = "conflict"
    status = 409
    exit_code = 65


class TooLarge(KopilkaError):
    """Beyond a size limit."""

    code = "too-large"
    status = 413
    exit_code = 65


class HeaderTooLarge(TooLarge):
    """The request's header alone is beyond its limit."""

    status = 431


class WrongMedia(KopilkaError):
    """The body is no application/json."""

    code = "wrong-media"
    status = 415
    exit_code = 64


class Misdirected(KopilkaError):
    """The request names a host that is not ours: how a page of somebody else's would reach the till."""

    code = "host-refused"
    status = 421
    exit_code = 64


class Unprocessable(KopilkaError):
    """Well-formed, and still cannot be done: a sale that does not add up."""

    code = "unprocessable"
    status = 422
    exit_code = 65


class TooMany(KopilkaError):
    """More tries or calls than the limit."""

    code = "too-many"
    status = 429
    exit_code = 75


class Unavailable(KopilkaError):
    """Not now: starting, stopping, or the other side is away."""

    code = "unavailable"
    status = 503
    exit_code = 69


def words(fault: KopilkaError | str, fields: Mapping[str, object] | None = None, lang: Lang = "ru") -> Words:
    """What happened, why, and what to do, for a fault or its code; a code without words gets those of `internal`."""
    if isinstance(fault, KopilkaError):
        return say(fault.code, {**fault.fields, **(fields or {})}, lang)
    return say(fault, fields or {}, lang)
