"""Logs as JSON lines for journald: one line a change of state, no member's data, repeats counted instead of told.

Code logs through the standard library: `logging.getLogger(__name__).info("printer-waiting", extra={"device": "p1"})`. The
message is a stable word, everything else is a field. `start` puts one handler on our own packages and leaves the root alone.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

import msgspec

PACKAGES = ("kopilka", "agent", "drivers", "sync")
FOREIGN = ("uvicorn", "asyncio", "apscheduler")
"""Of libraries, what they warn of is told the same way; they have no handler of their own here."""
BURST = 3
WINDOW_S = 60
MAX_KEYS = 500
MAX_TEXT = 2_000
_DEPTH = 6
_ITEMS = 50

REDACTED = "***"
_SECRET = re.compile(
    r"(?:^|_)(?:secret|token|password|passphrase|pin|key|cookie|authorization|signature"
    r"|card|cards|phone|email|holder|birthday|payload|pan|track|raw|data)$|^(?:(?:member|first|last|full)_)?name$"
)
# Card numbers of every kind are 12 digits or longer, alone or in groups of four; phones begin with a plus. Where one slips
# into a sentence it goes no further. Dates and the ids of sales stay readable.
_NUMBER = re.compile(r"\d{12,}|\d{4}(?:[ -]\d{4}){2,}(?:[ -]?\d+)?|\+\d[\d ()-]{8,}\d")
# What JSON lets stand but a terminal or a reader of lines would obey: C1 controls, line separators, marks of direction.
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# journald reads the priority from "<n>" before a line.
_PRIORITY = {"DEBUG": 7, "INFO": 6, "WARNING": 4, "ERROR": 3, "CRITICAL": 2}


def redact(value: object, depth: int = _DEPTH) -> object:
    """A field fit to be logged: members' data and secrets gone by key, long digit runs masked, size bounded."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth == 0:
        return REDACTED
    if isinstance(value, dict):
        pairs = list(value.items())[:_ITEMS]
        return {_clean(str(k)): REDACTED if hidden(str(k)) else redact(v, depth - 1) for k, v in pairs}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redact(item, depth - 1) for item in list(value)[:_ITEMS]]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{len(value)} bytes"
    return _NUMBER.sub(REDACTED, _clean(str(value)))


def _clean(text: str) -> str:
    """Bounded, and what UTF-8 cannot say (half a surrogate pair out of a hostile JSON) written out."""
    return text[:MAX_TEXT].encode("utf-8", "backslashreplace").decode()


def hidden(key: str) -> bool:
    """Whether a field's name says that its value belongs to a member or opens a door."""
    return _SECRET.search(key.lower()) is not None


class JsonLine(logging.Formatter):
    """A record as one JSON object: at, level, where, event, then its fields."""

    def __init__(self, *, journal: bool = False) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "where": record.name,
            "event": redact(record.getMessage()),
        }
        for key, value in vars(record).items():
            if key not in _OWN:
                line[key] = REDACTED if hidden(key) else redact(value)
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = redact(repr(record.exc_info[1]))
            line["trace"] = redact("".join(traceback.format_exception(record.exc_info[1], limit=-8))[-MAX_TEXT:])
        text = _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", msgspec.json.encode(line).decode())
        return f"<{_PRIORITY.get(record.levelname, 6)}>{text}" if self._journal else text


class Repeats(logging.Filter):
    """Lets the same event through BURST times in WINDOW_S, then counts; the next one let through says how many were not."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: OrderedDict[tuple[object, ...], list[float]] = OrderedDict()
        """By event: start of the window, times in it, times held back."""

    def filter(self, record: logging.LogRecord) -> bool:
        key = (record.name, record.levelno, record.msg, getattr(record, "device", None), getattr(record, "cause", None))
        seen = self._seen.get(key)
        if seen is None or record.created - seen[0] >= WINDOW_S or record.created < seen[0]:
            held = int(seen[2]) if seen else 0
            self._seen[key] = [record.created, 1, 0]
            self._seen.move_to_end(key)
            if len(self._seen) > MAX_KEYS:
                self._seen.popitem(last=False)
            if held:
                record.held_back = held
            return True
        seen[1] += 1
        if seen[1] <= BURST:
            return True
        seen[2] += 1
        return False


def start(stream: TextIO | None = None, *, level: str = "INFO", journal: bool = False) -> Callable[[], None]:
    """Log our packages to `stream` (stderr when None); `journal` puts journald's priority before each line.

    Returns what takes the handler off again.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLine(journal=journal))
    handler.addFilter(Repeats())
    former = []
    for package in (*PACKAGES, *FOREIGN):
        logger = logging.getLogger(package)
        former.append((logger, logger.level, logger.propagate))
        logger.addHandler(handler)
        logger.setLevel(level if package in PACKAGES else "WARNING")
        logger.propagate = False

    def stop() -> None:
        for logger, was_level, was_propagated in former:
            logger.removeHandler(handler)
            logger.setLevel(was_level)
            logger.propagate = was_propagated

    return stop
