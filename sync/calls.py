"""The hub's calls as the till makes them: signed, compressed, answers decoded and checked for shape. What may be believed of an
answer is for `sync.trust`.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Literal, Protocol, TypeVar
from urllib.parse import urlencode

import msgspec

from sync.fill import MOST_BYTES, SignedFill
from sync.joining import EnrolAnswer, EnrolRequest, RotateAnswer, RotateRequest
from sync.line import Call, LineFault, Reply, Transport
from sync.page import read_answer, read_changes
from sync.retry import retry_after_ms
from sync.signing import Request, Signer, sign_request, sign_rotation
from sync.wire import Changes, Head, PushAnswer, encode

PUSH, CHANGES, ENROL, HEALTH = "/v1/push", "/v1/changes", "/v1/enrol", "/v1/health"
FILL, ROTATE = "/v1/fill", "/v1/rotate"
LONG_POLL_S = 25
RESYNC_MS = 30_000
"""A refused signature is tried again with the hub's own time when ours is further off than this."""

Encoding = Literal["zstd", "gzip", ""]
HubCode = Literal["away", "server", "busy", "too-large", "refused", "nonsense"]
_LINE: dict[str, HubCode] = {"body-too-large": "too-large", "answer-too-large": "nonsense"}
_NAME = re.compile(r"[A-Za-z0-9._-]{0,60}", re.ASCII)
_T = TypeVar("_T")
_enrolled = msgspec.json.Decoder(EnrolAnswer)
_signed_fill = msgspec.json.Decoder(SignedFill)
_rotated = msgspec.json.Decoder(RotateAnswer)
MOST_MS = 253_000_000_000_000
"""In the year 9987; no clock is further off."""


class Problem(msgspec.Struct, frozen=True):
    """What is read of a problem document (RFC 9457)."""

    type: str = ""
    title: str = ""
    detail: str = ""


class HubFault(Exception):
    """A call that came to nothing. `problem` is the last word of the hub's problem type, `cause` the line's or decoder's word."""

    def __init__(self, code: HubCode, *, status: int = 0, cause: str = "", problem: str = "") -> None:
        super().__init__(" ".join(str(part) for part in (code, status or "", problem, cause) if part))
        self.code = code
        self.status = status
        self.cause = cause
        self.problem = problem
        self.retry_after: int | None = None
        """Milliseconds."""


class Hub(Protocol):
    """What SyncClient asks of the other end; each raises HubFault."""

    def push(self, head: Head, lines: Sequence[bytes]) -> PushAnswer: ...
    def changes(self, cursor: str, *, wait_s: int = 0) -> Changes: ...
    def health(self) -> None: ...


class HubCalls:
    """One till's calls over one transport. `now_ms` is UTC milliseconds, `nonce` a new unguessable word each time."""

    def __init__(
        self,
        transport: Transport,
        *,
        till: str,
        signer: Signer,
        now_ms: Callable[[], int],
        nonce: Callable[[], str],
        encoding: Encoding = "zstd",
        spare: Signer | None = None,
        on_spare: Callable[[], object] = lambda: None,
    ) -> None:
        """`spare` is a new key the hub may know the till by already; `on_spare` is told when it turned out to."""
        self._spare = spare
        self._on_spare = on_spare
        self._transport = transport
        self._till = till
        self._signer = signer
        self._now_ms = now_ms
        self._nonce = nonce
        self._encoding: Encoding = encoding
        self.offset_ms = 0
        """The hub's clock less ours, as of its last answer."""

    def push(self, head: Head, lines: Sequence[bytes]) -> PushAnswer:
        """One batch. Raises HubFault."""
        plain = b"\n".join((encode(head), *lines)) + b"\n"
        answer = self._decoded(self._sent_as_understood(plain), read_answer)
        self.offset_ms = min(max(0, answer.at), MOST_MS) - self._now_ms()
        return answer

    def changes(self, cursor: str, *, wait_s: int = 0) -> Changes:
        """What is new since a cursor; the hub may hold its answer for `wait_s`. Raises HubFault."""
        path = f"{CHANGES}?{urlencode({'cursor': cursor, 'wait': wait_s})}"
        return self._decoded(self._signed("GET", path, wait_s=wait_s), read_changes)

    def fill(self) -> SignedFill:
        """The manifest of the hub's fill, not checked yet; an empty one where there is none. Raises HubFault."""
        return self._decoded(self._signed("GET", FILL), _signed_fill.decode)

    def piece(self, sha256: str) -> bytes:
        """A piece of the fill as it is in the file; whether it is the one asked for, its hash tells. Raises HubFault."""
        # As a call that waits, it can be hung up when the till stops.
        reply = self._signed("GET", f"{FILL}/{sha256}", wait_s=1)
        return unpacked(reply.body, limit=MOST_BYTES)

    def rotate(self, new: Signer) -> RotateAnswer:
        """Let the hub know this till by a new key; safe to ask again whatever came of the last try. Raises HubFault."""
        proof = sign_rotation(new, till=self._till, former=self._signer.public)
        body = encode(RotateRequest(public_key=new.public, proof=proof))
        reply = self._signed("POST", ROTATE, body=body, headers={"Content-Type": "application/json"})
        return self._decoded(reply, _rotated.decode)

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """The one call without a signature: its code is what proves it. Raises HubFault."""
        headers = {"Content-Type": "application/json"}
        return self._decoded(self._answered(Call("POST", ENROL, encode(request), headers)), _enrolled.decode)

    def health(self) -> None:
        """The cheap probe. Raises HubFault unless the hub says it is there."""
        self._answered(Call("GET", HEALTH))

    def _sent_as_understood(self, plain: bytes) -> Reply:
        """Compressed as the hub understands it; a 415 steps down from zstd to gzip to nothing, and stays there."""
        while True:
            body, self._encoding = compress(plain, self._encoding)
            headers = {"Content-Type": "application/x-ndjson"}
            if self._encoding:
                headers["Content-Encoding"] = self._encoding
            try:
                return self._signed("POST", PUSH, body=body, headers=headers)
            except HubFault as fault:
                if fault.status != 415 or not self._encoding:
                    raise
                self._encoding = "gzip" if self._encoding == "zstd" else ""

    def _signed(
        self,
        method: Literal["GET", "POST"],
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        wait_s: int = 0,
    ) -> Reply:
        def sent(*, resyncs: bool = True) -> Reply:
            call = self._sign(method, path, body=body, headers=headers or {}, wait_s=wait_s)
            return self._answered(call, resyncs=resyncs)

        try:
            return sent()
        except _Resync as resync:
            self.offset_ms = resync.offset_ms
            return sent(resyncs=False)
        except HubFault as fault:
            if fault.problem != "signature-refused" or self._spare is None:
                raise
        return self._by_spare(sent)

    def _by_spare(self, sent: Callable[..., Reply]) -> Reply:
        """The hub does not know our key: the answer to a change of it was lost, perhaps, and it knows the new one."""
        assert self._spare is not None
        former, self._signer = self._signer, self._spare
        try:
            reply = sent(resyncs=False)
        except HubFault:
            self._signer = former
            raise
        self._spare = None
        self._on_spare()
        return reply

    def _sign(
        self, method: Literal["GET", "POST"], path: str, *, body: bytes, headers: Mapping[str, str], wait_s: int
    ) -> Call:
        request = Request(method, path, body)
        at = self._now_ms() + self.offset_ms
        signed = sign_request(self._signer, request, till=self._till, now_ms=at, nonce=self._nonce())
        return Call(method, path, body, {**headers, **signed}, float(wait_s))

    def _answered(self, call: Call, *, resyncs: bool = True) -> Reply:
        """A 200. Raises HubFault; _Resync when only the clocks may stand between us."""
        try:
            reply = self._transport.send(call)
        except LineFault as line:
            raise HubFault(_LINE.get(line.code, "away"), cause=line.code) from line
        if reply.status == 200:
            return reply
        fault = _fault(reply, self._now_ms() + self.offset_ms)
        offset = _offset(reply, self._now_ms())
        if resyncs and reply.status == 401 and offset is not None and abs(offset - self.offset_ms) > RESYNC_MS:
            raise _Resync(offset) from fault
        raise fault

    def _decoded(self, reply: Reply, read: Callable[[bytes], _T]) -> _T:
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise HubFault("nonsense", status=reply.status, cause=f"type {kind[:40]!r}")
        try:
            return read(reply.body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
            raise HubFault("nonsense", status=reply.status, cause=str(fault)[:200]) from fault


class _Resync(Exception):
    """The hub refused the signature and its clock is far from ours."""

    def __init__(self, offset_ms: int) -> None:
        super().__init__(str(offset_ms))
        self.offset_ms = offset_ms


def compress(plain: bytes, encoding: Encoding) -> tuple[bytes, Encoding]:
    """The body and the encoding it has got: gzip where zstandard is not installed."""
    if encoding == "zstd":
        try:
            import zstandard
        except ImportError:
            encoding = "gzip"
        else:
            return zstandard.ZstdCompressor(level=3).compress(plain), "zstd"
    # No time stamp, so that the same batch is the same bytes.
    return (gzip.compress(plain, 6, mtime=0), "gzip") if encoding == "gzip" else (plain, "")


def unpacked(packed: bytes, *, limit: int) -> bytes:
    """What a zstd frame holds. Raises HubFault for what is none, or would be larger than `limit`."""
    import zstandard

    try:
        # The library makes room for as much as a frame says it holds.
        if not 0 <= zstandard.frame_content_size(packed) <= limit:
            raise HubFault("nonsense", cause="a piece of no size")
        return zstandard.ZstdDecompressor(max_window_size=limit).decompress(packed)
    except zstandard.ZstdError as fault:
        raise HubFault("nonsense", cause=str(fault)[:200]) from fault


def _fault(reply: Reply, hub_now_ms: int) -> HubFault:
    try:
        problem = msgspec.json.decode(reply.body, type=Problem)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        problem = Problem()
    fault = HubFault(
        code_of(reply.status),
        status=reply.status,
        cause="".join(sign if sign.isprintable() else " " for sign in (problem.detail or problem.title)[:200]),
        problem=_word(problem.type.rpartition(":")[2].rpartition("/")[2]),
    )
    fault.retry_after = retry_after_ms(reply.headers.get("retry-after"), hub_now_ms)
    return fault


def _word(text: str) -> str:
    """A problem's name as names are written; anything else is no name, and would be shown to people on a screen."""
    return text if _NAME.fullmatch(text) else ""


def code_of(status: int) -> HubCode:
    """What an answer that is no 200 means for the till."""
    if status in (429, 503):
        return "busy"
    if status == 413:
        return "too-large"
    if status == 408 or status >= 500:
        return "server"
    # Redirects are never followed: a hub that moved is a matter for whoever configures the till.
    return "refused" if 400 <= status < 500 else "nonsense"


def _offset(reply: Reply, now_ms: int) -> int | None:
    """The hub's clock less ours by the Date header (RFC 9110, 6.6.1); None without a usable one."""
    try:
        return int(parsedate_to_datetime(reply.headers.get("date", "")[:40]).timestamp()) * 1000 - now_ms
    except (ValueError, TypeError, OverflowError):
        return None
