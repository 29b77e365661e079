"""What may be spent here and what this till's records did that the hub has not told back: wants, leases, own lots, deltas."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import peewee

from agent.loyalty.leases import Lease
from agent.loyalty.lots import Lot
from agent.rows import Delta, WantRow, position
from sync.wire import MemberState, encode

_lease = msgspec.json.Decoder(Lease)
_lot = msgspec.json.Decoder(Lot)


class Rights:
    """Rows of `want`, `lease`, `own_lot` and `delta`; the algebra is agent.loyalty's."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._database = database

    def wanted(self, want: WantRow) -> None:
        self._database.execute_sql(
            "INSERT INTO want (n, member, unit, points, style, at, state) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (want.n, want.member, want.unit, want.points, want.style, want.at, want.state),
        )

    def answered(self, n: int, state: str, reason: str = "") -> None:
        self._database.execute_sql("UPDATE want SET state = ?, reason = ? WHERE n = ?", (state, reason, n))

    def pending(self, member: str | None = None) -> list[WantRow]:
        """Wants without an answer, oldest first."""
        sql = "SELECT n, member, unit, points, style, at, state, reason FROM want WHERE state = 'pending'"
        rows = (
            self._database.execute_sql(sql + " ORDER BY n LIMIT 500")
            if member is None
            else self._database.execute_sql(sql + " AND member = ? ORDER BY n", (member,))
        )
        return [WantRow(*row) for row in rows.fetchall()]

    def last_refusal(self, member: str, unit: str) -> WantRow | None:
        """The newest answered want of a member's unit that was refused."""
        row = self._database.execute_sql(
            "SELECT n, member, unit, points, style, at, state, reason FROM want"
            " WHERE member = ? AND unit = ? AND state = 'refused' ORDER BY n DESC LIMIT 1",
            (member, unit),
        ).fetchone()
        return WantRow(*row) if row else None

    def lease(self, id: str) -> Lease | None:
        row = self._database.execute_sql("SELECT body FROM lease WHERE id = ?", (id,)).fetchone()
        return _lease.decode(bytes(row[0])) if row else None

    def leases(self, member: str | None = None) -> list[Lease]:
        """Open leases of one member, or of all."""
        sql = "SELECT body FROM lease WHERE state = 'open'"
        rows = (
            self._database.execute_sql(sql + " ORDER BY id")
            if member is None
            else self._database.execute_sql(sql + " AND member = ? ORDER BY id", (member,))
        )
        return [_lease.decode(bytes(row[0])) for row in rows.fetchall()]

    def idle(self, before: int) -> list[Lease]:
        """Open leases last used before a moment (UTC ms)."""
        rows = self._database.execute_sql(
            "SELECT body FROM lease WHERE state = 'open' AND used < ? ORDER BY id LIMIT 200", (before,)
        )
        return [_lease.decode(bytes(row[0])) for row in rows.fetchall()]

    def keep(self, lease: Lease, *, used: int) -> None:
        """Insert or replace one lease; `used` is UTC ms."""
        grant = lease.grant
        self._database.execute_sql(
            "INSERT INTO lease (id, member, unit, state, body, used) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body, used = excluded.used",
            (grant.id, grant.member, grant.unit, "closed" if lease.closed else "open", encode(lease), used),
        )

    def bear(self, lots: Iterable[Lot], *, member: str, n: int) -> None:
        """Lots a record of this till gave."""
        for lot in lots:
            self._database.execute_sql(
                "INSERT INTO own_lot (id, member, n, body) VALUES (?, ?, ?, ?)", (lot.id, member, n, encode(lot))
            )

    def own_lots(self, member: str) -> list[Lot]:
        rows = self._database.execute_sql("SELECT body FROM own_lot WHERE member = ? ORDER BY n, id", (member,))
        return [_lot.decode(bytes(row[0])) for row in rows.fetchall()]

    def relot(self, lot: Lot) -> None:
        """Write an own lot's new `left`."""
        self._database.execute_sql("UPDATE own_lot SET body = ? WHERE id = ?", (encode(lot), lot.id))

    def moved(self, delta: Delta, *, member: str, n: int) -> None:
        self._database.execute_sql(
            "INSERT INTO delta (n, unit, member, spent, restored, taken_back) VALUES (?, ?, ?, ?, ?, ?)",
            (n, delta.unit, member, delta.spent, delta.restored, delta.taken_back),
        )

    def deltas(self, member: str) -> list[Delta]:
        """A member's movements the hub has not told back, added up by unit."""
        rows = self._database.execute_sql(
            "SELECT unit, sum(spent), sum(restored), sum(taken_back) FROM delta WHERE member = ? GROUP BY unit",
            (member,),
        )
        return [Delta(*row) for row in rows.fetchall()]

    def told(self, state: MemberState, till: str) -> None:
        """Drop what the hub's word of a member now includes, by its watermark of this till's incarnations."""
        for key, seq in state.applied.items():
            name, _, inc = key.rpartition("/")
            if name != till or not inc.isdigit():
                continue
            low, high = position(int(inc), 0), position(int(inc), seq)
            for table in ("own_lot", "delta"):
                self._database.execute_sql(
                    f"DELETE FROM {table} WHERE member = ? AND n > ? AND n <= ?",  # noqa: S608 - two fixed names
                    (state.member, low, high),
                )
