"""Rows for people: columns under names in their language, moments in this machine's zone; one below the other where a line is too short."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agent.command_line import lang

MOMENTS = {"at", "since", "saved", "last_push", "published", "revoked"}
"""Columns that hold UTC ms."""
NAMES = {
    "applied": "принято до", "at": "время", "awaited": "ждём", "balance": "баланс", "began": "начата", "code": "что", "debt": "долг",
    "epoch": "эпоха", "expires_on": "сгорают", "flags": "отметки", "forks": "развилки", "granted": "выдано", "held": "держит",
    "id": "номер", "incarnation": "жизнь", "lease": "право", "leased": "под правами", "leases": "права", "left": "осталось", "lot": "партия",
    "masked": "карта", "member": "участник", "members": "участники", "merges": "объединения", "missing": "не хватает",
    "name": "имя", "now": "теперь", "numbers": "числа", "open_leases": "права", "pending": "к рассылке", "points": "баллы",
    "pot": "копилка", "published": "издана", "quarantine": "карантин", "reason": "почему", "recalled": "отозвано", "record": "запись",
    "remedy": "что делать", "saved": "копия", "seq": "№", "serial": "выпуск", "since": "с", "spendable_from": "тратить с", "spent": "потрачено",
    "standby": "резерв", "state": "состояние", "status": "статус", "store": "магазин", "store_name": "название", "style": "вид", "subject": "о чём",
    "tier": "уровень", "till": "касса", "unbacked": "без покрытия", "unit": "единица", "version": "версия", "was": "было", "what": "что",
    "who": "кто", "last_push": "на связи", "hash": "отпечаток",
}  # fmt: skip
"""Columns in Russian; in English they go by their own names."""


def name_of(column: str) -> str:
    """A column's name for people."""
    return NAMES.get(column, column) if lang() == "ru" else column.replace("_", " ")


def table(rows: Sequence[dict[str, Any]], *, width: int | None = None) -> str:
    """Rows of one shape; "-" when there is none. `width` in signs, the terminal's when it is not given."""
    if not rows:
        return "-"
    cells = [[name_of(column) for column in rows[0]], *([cell(*item) for item in row.items()] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(cells[0]))]
    if sum(widths) + 2 * (len(widths) - 1) <= (width or shutil.get_terminal_size().columns):
        lines = ("  ".join(text.ljust(room) for text, room in zip(line, widths, strict=True)) for line in cells)
        return "\n".join(line.rstrip() for line in lines)
    return "\n\n".join(_listed(cells[0], line) for line in cells[1:])


def _listed(names: Sequence[str], line: Sequence[str]) -> str:
    room = max(map(len, names))
    return "\n".join(f"{name.ljust(room)}  {text}" for name, text in zip(names, line, strict=True) if text != "-")


def cell(column: str, value: object) -> str:
    """A value as people read it."""
    if isinstance(value, dict):
        return " ".join(f"{name}={inner}" for name, inner in value.items()) or "-"
    if column in MOMENTS and isinstance(value, int) and not isinstance(value, bool) and value:
        return datetime.fromtimestamp(value / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return "-" if value is None or value == "" else str(value)
