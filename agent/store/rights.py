"""What may be spent here and what this till's records did that the hub has not told back: wants, leases, own lots, deltas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import peewee

from agent.loyalty.leases import Lease
from agent.loyalty.lots import Lot
from agent.rows import MAX_INC, MAX_SEQ, Delta, WantRow, position
from agent.sqlite import Row, Statements
from agent.store.kept import decoded
from sync.wire import MemberState, encode

_lease = msgspec.json.Decoder(Lease)
_parts = msgspec.json.Decoder(dict[str, int])
_WANT = "SELECT n, member, unit, points, style, at, state, reason, told, recalled FROM want"


_OWN = "SELECT id, unit, points, left, born, spendable_from, expires_on FROM own_lot"


class Rights:
    """Rows of `want`, `lease`, `own_lot`, `own_sum`, `own_part` and `delta`; the algebra is agent.loyalty's."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._sql = Statements(database)

    def wanted(self, want: WantRow) -> None:
        self._sql.run(
            "INSERT INTO want (n, member, unit, points, style, at, state) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (want.n, want.member, want.unit, want.points, want.style, want.at, want.state),
        )

    def answered(self, n: int, state: str, reason: str = "", told: str = "") -> None:
        """The answer to a pending want, `pending` for one to ask again; a later one to an answered want changes nothing."""
        self._sql.run(
            "UPDATE want SET state = ?, reason = ?, told = ? WHERE n = ? AND state = 'pending'",
            (state, reason, told, n),
        )

    def wants(self, member: str, unit: str, after: int) -> list[WantRow]:
        """What became of a member's wishes for a unit since position `after`, oldest first."""
        rows = self._sql.all(f"{_WANT} WHERE n > ? AND member = ? AND unit = ? ORDER BY n", (after, member, unit))
        return [WantRow(*row) for row in rows]

    def pending(self, member: str | None = None) -> list[WantRow]:
        """Wants without an answer, oldest first, at most 500."""
        rows = (
            self._sql.all(f"{_WANT} WHERE state = 'pending' ORDER BY n LIMIT 500")
            if member is None
            else self._sql.all(f"{_WANT} WHERE state = 'pending' AND member = ? ORDER BY n LIMIT 500", (member,))
        )
        return [WantRow(*row) for row in rows]

    def last_refusal(self, member: str, unit: str) -> WantRow | None:
        """The newest answered want of a member's unit that was refused."""
        row = self._sql.one(
            f"{_WANT} WHERE member = ? AND unit = ? AND state = 'refused' ORDER BY n DESC LIMIT 1", (member, unit)
        )
        return WantRow(*row) if row else None

    def lease(self, id: str) -> Lease | None:
        row = self._sql.one("SELECT body FROM lease WHERE id = ?", (id,))
        return self._lease(row) if row else None

    def leases(self, member: str | None = None) -> list[Lease]:
        """Open leases of one member, or of all."""
        rows = (
            self._sql.all("SELECT body FROM lease WHERE state = 'open' ORDER BY id")
            if member is None
            else self._sql.all("SELECT body FROM lease WHERE state = 'open' AND member = ? ORDER BY id", (member,))
        )
        return [self._lease(row) for row in rows]

    def open_ids(self) -> tuple[str, ...]:
        """Ids of open leases."""
        return tuple(
            str(row[0]) for row in self._sql.all("SELECT id FROM lease WHERE state = 'open' ORDER BY used, id")
        )

    def open_leases(self) -> list[tuple[Lease, int]]:
        """Open leases with the moment of their last use (UTC ms), those asked back and the longest idle first, at most 2,000."""
        rows = self._sql.all(
            "SELECT body, used FROM lease WHERE state = 'open' ORDER BY recalled DESC, used, id LIMIT 2000"
        )
        return [(self._lease(row), int(row[1])) for row in rows]

    def keep(self, lease: Lease, *, used: int) -> None:
        """Insert or replace one lease; `used` is UTC ms. A closed one stays closed."""
        grant = lease.grant
        self._sql.run(
            "INSERT INTO lease (id, member, unit, state, body, used) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body, used = excluded.used"
            " WHERE lease.state = 'open'",
            (grant.id, grant.member, grant.unit, "closed" if lease.closed else "open", encode(lease), used),
        )

    def recall(self, ids: Iterable[str]) -> None:
        """The hub asks for these back: kept until each is closed, however long a hold stands in it."""
        for id_ in ids:
            self._sql.run("UPDATE lease SET recalled = 1 WHERE id = ? AND state = 'open'", (id_,))

    def recall_wished(self, n: int) -> None:
        """The lease that the wish at `n` will get is asked back already: the recall overtook the grant."""
        self._sql.run("UPDATE want SET recalled = 1 WHERE n = ? AND state = 'pending'", (n,))

    def recalled(self, member: str | None = None) -> frozenset[str]:
        """Ids of open leases the hub asks back, of one member or of all."""
        rows = (
            self._sql.all("SELECT id FROM lease WHERE recalled = 1 AND state = 'open'")
            if member is None
            else self._sql.all("SELECT id FROM lease WHERE recalled = 1 AND state = 'open' AND member = ?", (member,))
        )
        return frozenset(str(row[0]) for row in rows)

    def bear(self, lots: Iterable[Lot], *, member: str, n: int) -> None:
        """Lots a record of this till gave."""
        for lot in lots:
            self._sql.run(
                "INSERT INTO own_lot (id, member, n, unit, points, left, born, spendable_from, expires_on)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    lot.id, member, n, lot.unit, lot.points, lot.left, lot.born, lot.spendable_from, lot.expires_on or "",
                ),
            )  # fmt: skip

    def own_lots(self, member: str) -> list[Lot]:
        """Each by itself, as returns need them; there may be thousands."""
        return [_lot(row) for row in self._sql.all(f"{_OWN} WHERE member = ? ORDER BY n, id", (member,))]

    def own_lot(self, id: str) -> Lot | None:
        row = self._sql.one(f"{_OWN} WHERE id = ?", (id,))
        return _lot(row) if row else None

    def own_sums(self, member: str) -> list[Lot]:
        """Own lots of the same days as one, for balances; their ids are nobody's."""
        rows = self._sql.all(
            "SELECT unit, spendable_from, expires_on, left, born FROM own_sum WHERE member = ? AND left > 0", (member,)
        )
        return [
            Lot(
                id=f"own {first} {last}",
                unit=unit,
                points=left,
                left=left,
                born=born,
                spendable_from=first,
                expires_on=last or None,
            )
            for unit, first, last, left, born in rows
        ]

    def relot(self, lot: Lot, *, n: int) -> None:
        """Write an own lot's smaller `left`, which the record at `n` took. Raises KeyError when it is no longer our own.

        The taking is kept by itself too: the hub may tell the lot before it knows of the taking, and tells it whole then.
        """
        row = self._sql.one("SELECT member, left FROM own_lot WHERE id = ?", (lot.id,))
        if row is None:
            raise KeyError(lot.id)
        taken = row[1] - lot.left
        self._sql.run("UPDATE own_lot SET left = ? WHERE id = ?", (lot.left, lot.id))
        self._sql.run(
            "INSERT INTO own_part (n, lot, unit, member, points) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (n, lot) DO UPDATE SET points = points + excluded.points",
            (n, lot.id, lot.unit, row[0], taken),
        )

    def moved(self, delta: Delta, *, member: str, n: int) -> None:
        self._sql.run(
            "INSERT INTO delta (n, unit, member, spent, restored, taken_back, lots) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (n, delta.unit, member, delta.spent, delta.restored, delta.taken_back, encode(delta.lots).decode()),
        )

    def deltas(self, member: str) -> list[Delta]:
        """A member's movements the hub has not told back, added up by unit; takings from own lots that became the hub's included."""
        rows = self._sql.all(
            "SELECT unit, spent, restored, taken_back, lots FROM delta WHERE member = ?1 UNION ALL"
            " SELECT unit, 0, 0, points, '{}' FROM own_part WHERE member = ?1"
            "  AND NOT EXISTS (SELECT 1 FROM own_lot WHERE own_lot.id = own_part.lot)",
            (member,),
        )
        sums: dict[str, Delta] = {}
        for unit, spent, restored, taken_back, text in rows:
            so_far = sums.get(unit, Delta(unit))
            lots = dict(so_far.lots)
            for lot, points in decoded(_parts, text, path=self._sql.path, table="delta").items():
                lots[lot] = lots.get(lot, 0) + points
            sums[unit] = Delta(
                unit, so_far.spent + spent, so_far.restored + restored, so_far.taken_back + taken_back, lots
            )
        return [sums[unit] for unit in sorted(sums)]

    def told(self, state: MemberState, till: str) -> None:
        """Drop what the hub's word of a member now includes, by its watermark of this till's incarnations."""
        for key, seq in state.applied.items():
            name, _, inc = key.rpartition("/")
            if name != till or not (inc.isascii() and inc.isdecimal() and len(inc) < 9) or int(inc) > MAX_INC:
                continue
            low, high = position(int(inc), 0), position(int(inc), max(0, min(seq, MAX_SEQ)))
            for table in ("own_lot", "own_part", "delta"):
                self._sql.run(
                    f"DELETE FROM {table} WHERE member = ? AND n > ? AND n <= ?",  # noqa: S608 - three fixed names
                    (state.member, low, high),
                )

    def included(self, marks: Mapping[int, int]) -> None:
        """Drop what every member's state now includes: this till's records up to a seq of each incarnation."""
        for inc, seq in marks.items():
            for table in ("own_lot", "own_part", "delta"):
                self._sql.run(
                    f"DELETE FROM {table} WHERE n > ? AND n <= ?",  # noqa: S608 - three fixed names
                    (position(inc, 0), position(inc, seq)),
                )

    def retold(self, n: int, again: int, member: str) -> None:
        """The member's record at `n` was written once more at `again`: the hub will tell of it under that place."""
        for table in ("own_lot", "own_part", "delta"):
            self._sql.run(
                f"UPDATE {table} SET n = ? WHERE n = ? AND member = ?",  # noqa: S608 - three fixed names
                (again, n, member),
            )

    def rejected(self, n: int, reason: str, at: int) -> None:
        """The hub's verdict on a record that was not simply applied; a person looks at it there.

        What it moved is nothing the hub will tell back: a duplicate was counted from another record, and the member may not change.
        """
        self._sql.run(
            "INSERT INTO rejected (n, reason, at) VALUES (?, ?, ?) ON CONFLICT (n) DO NOTHING", (n, reason, at)
        )
        for table in ("own_lot", "own_part", "delta"):
            self._sql.run(f"DELETE FROM {table} WHERE n = ?", (n,))  # noqa: S608 - three fixed names

    def _lease(self, row: Row) -> Lease:
        return decoded(_lease, row[0], path=self._sql.path, table="lease")

    def forget(self) -> None:
        """Wishes and leases of a former incarnation: nobody answers the ones, and the others may be spent by nobody here."""
        self._sql.run("UPDATE want SET state = 'refused', reason = 'incarnation' WHERE state = 'pending'")
        self._sql.run("UPDATE lease SET state = 'forfeit' WHERE state = 'open'")


def _lot(row: Row) -> Lot:
    id_, unit, points, left, born, first, last = row
    return Lot(id=id_, unit=unit, points=points, left=left, born=born, spendable_from=first, expires_on=last or None)
