"""What the POS asked for, by its own ids: sales, returns, voids, enrolments; and holds. The net under every replay."""

from __future__ import annotations

import msgspec
import peewee

from agent.rows import Hold, Operation


class Operations:
    """Rows of `operation` and `hold`."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._database = database

    def get(self, kind: str, id: str) -> Operation | None:
        row = self._database.execute_sql(
            "SELECT kind, id, n, content, of, member, at, state, answer FROM operation WHERE kind = ? AND id = ?",
            (kind, id),
        ).fetchone()
        return _operation(row) if row else None

    def put(self, operation: Operation) -> None:
        self._database.execute_sql(
            "INSERT INTO operation (kind, id, n, content, of, member, at, state, answer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                operation.kind, operation.id, operation.n, operation.content, operation.of, operation.member,
                operation.at, operation.state, operation.answer,
            ),
        )  # fmt: skip

    def state(self, kind: str, id: str, state: str) -> None:
        """Mark an operation, as a sale `voided`."""
        self._database.execute_sql("UPDATE operation SET state = ? WHERE kind = ? AND id = ?", (state, kind, id))

    def of(self, id: str) -> list[Operation]:
        """Returns and voids of a sale, in the order they were made."""
        rows = self._database.execute_sql(
            "SELECT kind, id, n, content, of, member, at, state, answer FROM operation WHERE of = ? ORDER BY n", (id,)
        )
        return [_operation(row) for row in rows.fetchall()]

    def hold(self, id: str) -> Hold | None:
        row = self._database.execute_sql(
            "SELECT id, content, state, member, created, expires, points, quote FROM hold WHERE id = ?", (id,)
        ).fetchone()
        return _hold(row) if row else None

    def holds(self, state: str, member: str | None = None) -> list[Hold]:
        """Holds in a state, oldest first, at most 500."""
        sql = "SELECT id, content, state, member, created, expires, points, quote FROM hold WHERE state = ?"
        rows = (
            self._database.execute_sql(sql + " ORDER BY created, id LIMIT 500", (state,))
            if member is None
            else self._database.execute_sql(sql + " AND member = ? ORDER BY created, id LIMIT 500", (state, member))
        )
        return [_hold(row) for row in rows.fetchall()]

    def put_hold(self, hold: Hold) -> None:
        self._database.execute_sql(
            "INSERT INTO hold (id, content, state, member, created, expires, points, quote)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
            (
                hold.id, hold.content, hold.state, hold.member, hold.created, hold.expires,
                msgspec.json.encode(hold.points), hold.quote,
            ),
        )  # fmt: skip

    def stale_holds(self, now: int) -> int:
        """Mark open holds past their time `stale`: their points are free again. Returns how many."""
        cursor = self._database.execute_sql(
            "UPDATE hold SET state = 'stale' WHERE state = 'open' AND expires <= ?", (now,)
        )
        return int(cursor.rowcount)


def _operation(row: tuple[str, str, int, str, str | None, str | None, int, str, bytes]) -> Operation:
    kind, id_, n, content, of, member, at, state, answer = row
    return Operation(
        kind=kind, id=id_, n=n, content=content, of=of, member=member, at=at, state=state, answer=bytes(answer)
    )


def _hold(row: tuple[str, str, str, str | None, int, int, bytes, bytes]) -> Hold:
    id_, content, state, member, created, expires, points, quote = row
    return Hold(
        id=id_,
        content=content,
        state=state,
        member=member,
        created=created,
        expires=expires,
        points=msgspec.json.decode(points, type=dict[str, int]),
        quote=bytes(quote),
    )
