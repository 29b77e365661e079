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
from sync.hub.ground import day_of
from sync.hub.hub import DEFAULT_ZONE
from sync.hub.importing import Checked, Ground, Imported, check, import_members
from sync.hub.keys import Keys
from sync.hub.store import meta, programmes

_TELL_S = 1.0
TEXTS = {
    "ru": {
        "checking": "проверка",
        "writing": "загрузка",
        "progress": "{what}: {rows} строк, {rate}/с, осталось {left} с",
        "more": "... и ещё {count}",
        "done": "Загружено участников: {rows}, из них новых {fresh}; баллов {points}; пропущено строк {skipped}.",
    },
    "en": {
        "checking": "checking",
        "writing": "importing",
        "progress": "{what}: {rows} rows, {rate}/s, {left} s left",
        "more": "... and {count} more",
        "done": "Members imported: {rows}, of them new {fresh}; points {points}; rows skipped {skipped}.",
    },
}


class Progress:
    """A line on the standard error at most once a second; how far is read from the file's own place."""

    def __init__(self, what: str, size: int, place: Callable[[], int], lang: Lang) -> None:
        self._what = what
        self._size = size
        self._place = place
        self._text = TEXTS[lang]["progress"]
        self._begun = self._told = time.monotonic()

    def __call__(self, rows: int) -> None:
        now = time.monotonic()
        if now - self._told < _TELL_S:
            return
        self._told = now
        taken, place = now - self._begun, max(1, self._place())
        left = round(taken * max(0, self._size - place) / place)
        line = self._text.format(what=self._what, rows=rows, rate=round(rows / taken), left=left)
        _say(line)


def load_members(
    database: peewee.SqliteDatabase,
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
        found = check(file, _progress("checking", file, lang))
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
        return import_members(database, file, ground, tell=_progress("writing", file, lang))


def _opened(path: str, encoding: str) -> TextIO:
    try:
        return open(path, encoding=encoding, newline="")
    except OSError as error:
        raise NotFound("file-unreadable", file=path, problem=error.strerror or str(error)) from error
    except LookupError as error:
        raise BadRequest("file-unreadable", file=path, problem=str(error)) from error


def _progress(what: str, file: TextIO, lang: Lang) -> Progress:
    size = os.fstat(file.fileno()).st_size
    return Progress(TEXTS[lang][what], size, lambda: os.lseek(file.fileno(), 0, os.SEEK_CUR), lang)


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
