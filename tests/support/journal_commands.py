"""A journal of two incarnations, and the commands that look at it run in this process."""

from __future__ import annotations

import sqlite3

from store_kit import boot, booted, notices

from agent.cli import main
from agent.rows import position


def journal(folder) -> str:
    """Path of a till's database: four records, then three of a second incarnation; the hub has the first three."""
    path = str(folder / "till.sqlite3")
    store = booted(path, 3)
    boot(store)
    notices(store, 2)
    with store.transaction():
        store.meta.put("acked", str(position(1, 3)))
    store.close()
    return path


def run(capsys, *words):
    """(exit code, output, errors) of one command."""
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def spoil(path, sql) -> None:
    """Change the file behind the program's back."""
    with sqlite3.connect(path) as raw:
        raw.execute(sql)
    raw.close()
