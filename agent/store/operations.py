"""What the POS asked for, by its own ids: sales, returns, voids, enrolments; and holds. The net under every replay."""

from __future__ import annotations

import msgspec
import peewee

from agent.rows import Hold, Operation
from agent.sqlite import Row, Statements
from agent.store.kept import decoded

_OPERATION = "SELECT kind, id, n, content, of, member, at, state, answer FROM operation"
_HOLD = "SELECT id, content, state, member, created, expires, points, quote FROM hold"
_points = msgspec.json.Decoder(dict[str, int])


class Operations:
    """Rows of `operation` and `hold`."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._sql = Statements(database)

    def get(self, kind: str, id: str) -> Operation | None:
        row = self._sql.one(f"{_OPERATION} WHERE kind = ? AND id = ?", (kind, id))
        return _operation(row) if row else None

    def put(self, operation: Operation) -> None:
        """Keep an operation and its answer. A second one of the same kind and id is a fault of the caller (peewee.IntegrityError)."""
        self._sql.run(
            "INSERT INTO operation (kind, id, n, content, of, member, at, state, answer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                operation.kind, operation.id, operation.n, operation.content, operation.of, operation.member,
                operation.at, operation.state, operation.answer,
            ),
        )  # fmt: skip

    def state(self, kind: str, id: str, state: str) -> None:
        """Mark an operation, as a sale `voided`. Raises KeyError for one that is not there."""
        if not self._sql.run("UPDATE operation SET state = ? WHERE kind = ? AND id = ?", (state, kind, id)):
            raise KeyError((kind, id))

    def of(self, id: str) -> list[Operation]:
        """Returns and voids of a sale, in the order they were made."""
        return [_operation(row) for row in self._sql.all(f"{_OPERATION} WHERE of = ? ORDER BY n", (id,))]

    def hold(self, id: str) -> Hold | None:
        row = self._sql.one(f"{_HOLD} WHERE id = ?", (id,))
        return self._hold(row) if row else None

    def hold_of(self, content: str) -> Hold | None:
        """The newest hold of a content that was not captured, open ones first."""
        row = self._sql.one(
            f"{_HOLD} WHERE content = ? AND state <> 'captured' ORDER BY state <> 'open', created DESC, id LIMIT 1",
            (content,),
        )
        return self._hold(row) if row else None

    def holds(self, state: str, member: str | None = None) -> list[Hold]:
        """Holds in a state, oldest first, at most 500."""
        # The word itself, not a parameter: only so does SQLite take the index over open holds, of which there are few for ever.
        where, values = ("state = 'open'", ()) if state == "open" else ("state = ?", (state,))
        if member is not None:
            where, values = f"{where} AND member = ?", (*values, member)
        rows = self._sql.all(f"{_HOLD} WHERE {where} ORDER BY created, id LIMIT 500", values)
        return [self._hold(row) for row in rows]

    def put_hold(self, hold: Hold) -> None:
        """Keep a new hold, or the new state of one."""
        self._sql.run(
            "INSERT INTO hold (id, content, state, member, created, expires, points, quote)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, quote = excluded.quote",
            (
                hold.id, hold.content, hold.state, hold.member, hold.created, hold.expires,
                msgspec.json.encode(hold.points).decode(), hold.quote,
            ),
        )  # fmt: skip

    def stale_holds(self, now: int, *, made_by: int) -> int:
        """Mark open holds past their time `stale`, and those made after `made_by`: their points are free again. Returns how many."""
        return self._sql.run(
            "UPDATE hold SET state = 'stale' WHERE state = 'open' AND (expires <= ? OR created > ?)", (now, made_by)
        )

    def _hold(self, row: Row) -> Hold:
        id_, content, state, member, created, expires, points, quote = row
        return Hold(
            id=id_,
            content=content,
            state=state,
            member=member,
            created=created,
            expires=expires,
            points=decoded(_points, points, path=self._sql.path, table="hold"),
            quote=bytes(quote),
        )


def _operation(row: Row) -> Operation:
    kind, id_, n, content, of, member, at, state, answer = row
    return Operation(
        kind=kind, id=id_, n=n, content=content, of=of, member=member, at=at, state=state, answer=bytes(answer)
    )
