"""What must hold when a day is over, whatever stopped it on the way; and the day's end in figures that any two such days share."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from day import ANNA, BORIS, PRINTER, VERA, Day
from day_shop import HUB, DayTill, Violation

from agent.rows import place
from agent.store.verify import MARK_DIGITS, journal_verify
from sync.hub.apply import net_key
from sync.wire import EnrolBody, Record, ReturnBody, SaleBody, VoidBody, decode

WORDS = {"S": SaleBody, "B": SaleBody, "R": ReturnBody, "V": VoidBody, "E": EnrolBody}
"""What the POS asked for, by the first letter of its name."""


def close_of(day: Day) -> dict[str, Any]:
    """Check everything; the figures. Raises Violation."""
    try:
        _books(day)
        _records(day)
        _papers(day)
        _files(day)
    except AssertionError as error:
        raise Violation(str(error) or repr(error)) from error
    return figures(day)


def figures(day: Day) -> dict[str, Any]:
    """Nothing in it depends on ids or on how often something was tried."""
    bench, found = day.shop.bench, {}
    for number in (ANNA, BORIS, VERA):
        member = day.one.member_id(number)
        found[f"account {number}"] = bench.account(member)
        columns = "points, remaining, leased, lapsed, born, spendable_from, expires_on"
        found[f"lots {number}"] = sorted(map(str, bench.sql(f"SELECT {columns} FROM lot WHERE member = ?", member)))
        for name, till in day.shop.tills.items():
            balance = till.balance(number)
            found[f"at {name} {number}"] = (balance.whole, balance.debt)
    found["accounts"] = bench.sql("SELECT account, sum(amount) FROM entry GROUP BY account ORDER BY account")
    found["sales"] = sorted(bench.sql("SELECT hash, content FROM sale"))
    found["members"] = sorted(
        bench.sql("SELECT m.member, hmac, kind, birthday FROM member m LEFT JOIN card c ON c.member = m.member")
    )
    found["programme"] = bench.sql("SELECT max(serial) FROM programme")
    found["paper"] = sorted(_of(day, receipt) for receipt, _ in day.paper)
    found["confirmed"] = sorted(day.confirmed)
    return found


def _books(day: Day) -> None:
    """The hub's sums, each till's chain and leases, and that nothing waits anywhere."""
    bench = day.shop.bench
    bench.audit()
    assert bench.sql("SELECT till, seq, reason FROM quarantine") == [], "something was parked"
    assert bench.sql("SELECT till, forks FROM watermark WHERE forks > 0") == [], "a fork was told"
    for name, till in day.shop.tills.items():
        till.check()
        tail = till.store.journal.tail
        assert tail.inc == 1, f"{name} began incarnation {tail.inc}"
        assert bench.sql("SELECT wm, hash FROM watermark WHERE till = ?", name) == [(tail.seq, tail.hash)], (
            f"{name} is ahead"
        )
        acked = int(till.store.meta.get("acked", "0"))
        assert place(acked) == (1, tail.seq), f"{name}: acked {place(acked)}, tail {tail.seq}"
        assert till.store.database.execute_sql("SELECT * FROM rejected").fetchall() == []
        _leases(day, till)


def _leases(day: Day, till: DayTill) -> None:
    """At rest both ends say the same of every lease; I2, and no wish has two (I4)."""
    sql = "SELECT lease, granted, spent, state FROM lease WHERE till = ?"
    ours = {str(row[0]): row[1:] for row in day.shop.bench.sql(sql, till.store.till)}
    held = {lease.grant.id: lease for lease in till.store.rights.leases()}
    assert set(held) == {id_ for id_, (_, _, state) in ours.items() if state == "open"}
    for id_, lease in held.items():
        spent = sum(part.points for part in lease.spent)
        assert (lease.grant.granted, spent) == ours[id_][:2], (lease, ours[id_])
        assert 0 <= spent <= lease.grant.granted


def _records(day: Day) -> None:
    """Each thing confirmed stands at the hub exactly once, as it was confirmed."""
    records = [decode(bytes(row[0])) for row in day.shop.bench.sql("SELECT line FROM record WHERE till <> 't1'")]
    count = Counter(name for record in records if (name := _name(record)))
    assert max(count.values()) == 1, f"twice: {count.most_common(3)}"
    for name, answer in day.confirmed.items():
        if name.startswith("H"):
            continue
        found = [record for record in records if _name(record) == name]
        assert len(found) == 1, f"{name}: {len(found)} records"
        assert found[0].seq == answer["seq"], (name, found[0].seq, answer["seq"])
        assert isinstance(found[0].body, WORDS[name[0]]), name
        if key := net_key(found[0]):
            assert len(day.shop.bench.sql("SELECT 1 FROM sale WHERE hash = ?", key[0])) == 1, name
    named = {name for name in count if not name.startswith("card-")}
    assert named == {name for name in day.confirmed if not name.startswith("H")}, named ^ set(day.confirmed)


def _name(record: Record) -> str:
    """The POS's own name of a record; of an enrolment the card it met."""
    body = record.body
    if isinstance(body, SaleBody):
        return body.sale.id or ""
    if isinstance(body, ReturnBody | VoidBody):
        return body.id
    if isinstance(body, EnrolBody):
        return "E-1" if body.phone else f"card-{body.masked}-{record.till}"
    return ""


def _of(day: Day, receipt: str) -> str:
    """What the POS calls the thing a paper is of."""
    for till in day.shop.tills.values():
        if row := till.store.prints.receipt(receipt):
            stored = till.store.journal.read(row.n)
            return _name(decode(stored.line)) if stored else ""
    return ""


def _papers(day: Day) -> None:
    """Printed => committed: each paper is a receipt of a record that stands, with its mark; and each was printed once."""
    for receipt, document in day.paper:
        row = next((found for till in day.shop.tills.values() if (found := till.store.prints.receipt(receipt))), None)
        assert row is not None, f"paper without a receipt: {receipt}"
        assert row.document == document
        inc, seq = place(row.n)
        marks = day.shop.bench.sql("SELECT hash FROM record WHERE inc = ? AND seq = ?", inc, seq)
        assert any(str(mark[0])[:MARK_DIGITS].encode() in document for mark in marks), receipt
    twice = [receipt for receipt, count in Counter(receipt for receipt, _ in day.paper).items() if count > 1]
    assert not twice, f"printed twice: {twice}"
    for till in day.shop.tills.values():
        assert till.store.prints.next(PRINTER) is None, "something waits for the printer"


def _files(day: Day) -> None:
    """Nothing was put aside as damaged, every copy is whole, and the journals verify from the files alone."""
    for machine in day.shop.machines.values():
        names = [os.path.join(folder, name) for folder, _, files in os.walk(machine.disk.root) for name in files]
        odd = [name for name in names if "damaged" in name or name.endswith(".healing")]
        assert odd == [], odd
    copies = [path for path in _copies(day) if path.endswith(".sqlite3")]
    assert len(copies) in (1, 2), copies
    for path in copies:
        assert journal_verify(path).good, path


def _copies(day: Day) -> list[str]:
    folders = [f"{day.shop.machines[name].disk.root}/backup" for name in ("T1", HUB)]
    return [os.path.join(folder, name) for folder in folders if os.path.isdir(folder) for name in os.listdir(folder)]
