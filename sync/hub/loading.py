"""`kopilka-hub import members.csv`: checked first, then written, with how far it is and how long it will take."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TextIO

import peewee

from agent.errors import BadRequest, NotFound
from agent.messages import Lang
from sync.hub.ground import DEFAULT_ZONE, day_of
from sync.hub.importing import Checked, Ground, Imported, check, import_members
from sync.hub.keys import Keys
from sync.hub.store import meta, programmes, roster

_TELL_S = 1.0
TEXTS = {
    "ru": {
        "checking": "проверка",
        "reading": "чтение",
        "writing": "запись",
        "packing": "подготовка",
        "progress": "{what}: {rows} строк, {rate}/с, осталось {left} с",
        "more": "... и ещё {count}",
        "done": "Загружено участников: {rows}, из них новых {fresh}; баллов {points}; пропущено строк {skipped}.",
    },
    "en": {
        "checking": "checking",
        "reading": "reading",
        "writing": "writing",
        "packing": "packing",
        "progress": "{what}: {rows} rows, {rate}/s, {left} s left",
        "more": "... and {count} more",
        "done": "Members imported: {rows}, of them new {fresh}; points {points}; rows skipped {skipped}.",
    },
}


class Progress:
    """A line on the standard error at most once a second: what is done, how fast, how much longer."""

    def __init__(self, what: str, lang: Lang) -> None:
        self._what = TEXTS[lang][what]
        self._text = TEXTS[lang]["progress"]
        self._begun = self._told = time.monotonic()

    def __call__(self, rows: int, place: int, size: int) -> None:
        """`place` of `size` is behind us, in whatever unit."""
        now = time.monotonic()
        if now - self._told < _TELL_S:
            return
        self._told = now
        taken = now - self._begun
        left = round(taken * max(0, size - place) / max(1, place))
        _say(self._text.format(what=self._what, rows=rows, rate=round(rows / taken), left=left))


def load_members(
    database: peewee.Database,
    path: str,
    *,
    keys: Keys,
    now_ms: int,
    currency: str,
    encoding: str,
    skip_bad: bool,
    lang: Lang,
) -> Imported:
    """Import a file. Raises NotFound, BadRequest (faults are on the standard error then), storage errors."""
    with _opened(path, encoding) as file:
        found = check(file, _in_file("checking", file, lang))
        _tell_faults(path, found, lang)
        if found.fault_count and not skip_bad:
            raise BadRequest("import-refused", file=path, count=found.fault_count)
    ground = Ground(
        key=keys.programme_key,
        currency=currency,
        now_ms=now_ms,
        day=day_of(now_ms, programmes.zone(database) or DEFAULT_ZONE),
        epoch=int(meta.read(database, "epoch") or 0),
    )
    with _opened(path, encoding) as file:
        writing = Progress("writing", lang)
        return import_members(
            database,
            file,
            ground,
            tell=_in_file("reading", file, lang),
            wrote=lambda rows, of: writing(rows, rows, of),
        )


def counting(database: peewee.Database, lang: Lang) -> Callable[[int], None]:
    """Progress by how many of the members the hub has are done."""
    size, progress = roster.size(database), Progress("packing", lang)
    return lambda rows: progress(rows, rows, size)


def _opened(path: str, encoding: str) -> TextIO:
    if os.path.exists(path) and not os.path.isfile(path):
        # It is read twice, and a device may have no end.
        raise NotFound("file-unreadable", file=path, problem="not a file")
    try:
        return open(path, encoding=encoding, newline="")
    except OSError as error:
        raise NotFound("file-unreadable", file=path, problem=error.strerror or str(error)) from error
    except LookupError as error:
        raise BadRequest("file-unreadable", file=path, problem=str(error)) from error


def _in_file(what: str, file: TextIO, lang: Lang) -> Callable[[int], None]:
    """Progress by how far the file has been read."""
    size = os.fstat(file.fileno()).st_size
    progress = Progress(what, lang)
    return lambda rows: progress(rows, os.lseek(file.fileno(), 0, os.SEEK_CUR), size)


def _tell_faults(path: str, found: Checked, lang: Lang) -> None:
    for fault in found.faults:
        _say(f"{path}:{fault}")
    if found.fault_count > len(found.faults):
        _say(TEXTS[lang]["more"].format(count=found.fault_count - len(found.faults)))


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def told(imported: Imported, lang: Lang) -> str:
    """What an import did, in one sentence."""
    return TEXTS[lang]["done"].format(
        rows=imported.rows, fresh=imported.fresh, points=imported.points, skipped=imported.skipped
    )
