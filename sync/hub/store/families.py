"""Who shares a pot, and points on their way there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import peewee

from agent.loyalty.lots import Lot
from sync.hub.store import bulk

_MOVE = "member, step, unit, lot, pot, points, born, spendable_from, expires_on"


class PotMove(NamedTuple):
    """Part of a member's lot that left them at the hub's step `step` and is not in the pot yet."""

    member: str
    step: int
    unit: str
    lot: str
    pot: str
    points: int
    born: int
    spendable_from: str
    expires_on: str | None

    @property
    def part(self) -> Lot:
        """The same as a lot of its own."""
        return Lot(
            id=self.lot,
            unit=self.unit,
            points=self.points,
            left=self.points,
            born=self.born,
            spendable_from=self.spendable_from,
            expires_on=self.expires_on,
        )


def put(database: peewee.Database, member: str, pot: str, *, at: int) -> None:
    database.execute_sql("INSERT INTO family (member, pot, at) VALUES (?, ?, ?)", (member, pot, at))


def leave(database: peewee.Database, member: str) -> None:
    database.execute_sql("DELETE FROM family WHERE member = ?", (member,))


def pot_of(database: peewee.Database, member: str) -> str | None:
    row = database.execute_sql("SELECT pot FROM family WHERE member = ?", (member,)).fetchone()
    return str(row[0]) if row else None


def of_pot(database: peewee.Database, pot: str) -> list[str]:
    """Whose points go to a pot."""
    rows = database.execute_sql("SELECT member FROM family WHERE pot = ? ORDER BY member", (pot,)).fetchall()
    return [str(row[0]) for row in rows]


def listed(database: peewee.Database) -> list[tuple[str, str, int]]:
    """(pot, member, since when) of all."""
    rows = database.execute_sql("SELECT pot, member, at FROM family ORDER BY pot, member").fetchall()
    return [(str(pot), str(member), int(at)) for pot, member, at in rows]


def giving(database: peewee.Database, limit: int) -> dict[str, str]:
    """Members with something free for their pot, and the pots."""
    rows = database.execute_sql(
        "SELECT DISTINCT f.member, f.pot FROM family f JOIN lot l ON l.member = f.member"
        " WHERE l.remaining > l.leased ORDER BY f.member LIMIT ?",
        (limit,),
    ).fetchall()
    return {str(member): str(pot) for member, pot in rows}


def send(database: peewee.Database, moves: Sequence[PotMove]) -> None:
    bulk.insert(database, "pot_move", _MOVE, moves)


def sent(database: peewee.Database, limit: int) -> list[PotMove]:
    """Points on their way, oldest first."""
    sql = f"SELECT {_MOVE} FROM pot_move ORDER BY step, member, unit, lot LIMIT ?"  # noqa: S608 - constant
    return [PotMove(*row) for row in database.execute_sql(sql, (limit,)).fetchall()]


def arrived(database: peewee.Database, move: PotMove) -> None:
    database.execute_sql(
        "DELETE FROM pot_move WHERE member = ? AND step = ? AND unit = ? AND lot = ?",
        (move.member, move.step, move.unit, move.lot),
    )
