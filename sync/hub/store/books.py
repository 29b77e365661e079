"""Members' books out of the tables and back: one read of each table a batch, differences written in bulk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import peewee

from agent.loyalty.leases import Grant, Lease
from agent.loyalty.lots import Lot, Part
from sync.hub.book import SHOP, Book, HubLease, Profile, Purse, other_name
from sync.hub.store import aliases, bulk
from sync.hub.store import late as late_store
from sync.hub.store.feed import News
from sync.wire import encode

_grant = msgspec.json.Decoder(Grant)


class Change(NamedTuple):
    """One member's book as it was loaded and as it stands after a batch."""

    before: Book
    after: Book


def load(
    database: peewee.Database,
    members: Iterable[str],
    *,
    lots: Iterable[str] = (),
    leases: Iterable[str] = (),
    returned: Iterable[str] = (),
    lock: bool = False,
) -> dict[str, Book]:
    """Books of members, known or not, and of those they were merged into. Of spent lots and closed leases only those named,
    of late spends those of the `returned` sales, with the lots they took and the books these lie in.

    With `lock`, as whoever writes them must, nobody else changes them until the caller's step ends. One who is not there yet
    cannot be held: of two steps that meet somebody first at once, one fails on the key and is run again.
    """
    asked = set(members)
    named = Named(frozenset(lots), frozenset(leases), frozenset(returned))
    if not lock or isinstance(database, peewee.SqliteDatabase):
        return _load(database, asked, named)
    held = bulk.lock(database, "member", "member", sorted(asked))
    books = _load(database, asked, named)
    while late := {name for name, book in books.items() if book.profile is not None and name not in held}:
        # Who was first met meanwhile, or is an heir: what was read of anybody before he was held counts for nothing.
        held |= bulk.lock(database, "member", "member", sorted(late))
        books = _load(database, asked, named)
    if SHOP in books and books[SHOP].late:
        # Nobody's row stands for the shop: what it bears of these sales is held itself.
        bulk.lock(database, "late_spend", "sale", sorted({sale for sale, _ in books[SHOP].late}), member=SHOP)
        books = _load(database, asked, named)
    return books


class Named(NamedTuple):
    """What a book is to have beyond what is open in it."""

    lots: frozenset[str]
    leases: frozenset[str]
    returned: frozenset[str]


def _load(database: peewee.Database, asked: set[str], named: Named) -> dict[str, Book]:
    late = late_store.of(database, asked, named.returned)
    taken = [part for spends in late.values() for parts in spends.values() for part in parts]
    asked = asked | {part.member for part in taken}
    heirs = aliases.of(database, asked)
    names = sorted(asked | set(heirs.values()))
    books = {member: Book(member) for member in names}
    for member, heir in heirs.items():
        books[member].heir = books[heir]
    for member, spends in late.items():
        books[member].late = spends
        books[member].kin = {part.member: books[part.member] for parts in spends.values() for part in parts}
    if names:
        _load_profiles(database, names, books)
        _load_purses(database, names, books, sorted(named.lots | {part.lot for part in taken if part.lot is not None}))
        _load_leases(database, names, books, sorted(named.leases))
    if heirs:
        _load_heirs_lots(database, books)
    return books


def _load_heirs_lots(database: peewee.Database, books: Mapping[str, Book]) -> None:
    """Of a lot that was parted between a merged member and the heir, the heir's part too, spent or not: more may come to it."""
    merged = [book for book in books.values() if book.heir is not None]
    named = {(lot, book.member) for book in merged for purse in book.purses.values() for lot in purse.lots}
    lots = {name for lot, member in named for name in (lot, other_name(lot, member))}
    if lots:
        heirs = sorted({book.heir.member for book in merged if book.heir is not None})
        _load_purses(database, heirs, books, sorted(lots))


def load_whole(database: peewee.Database, members: Sequence[str]) -> dict[str, Book]:
    """Books with every lot and lease there ever was, for whoever writes them."""
    # Held first: what is named must be all there is when they are read.
    bulk.lock(database, "member", "member", sorted(members))
    lots = [lot for member in members for lot in lot_ids(database, member)]
    held = (_rows(database, "SELECT lease FROM lease WHERE member = ?", [member]) for member in members)
    leases = [str(row[0]) for rows in held for row in rows]
    sales = [sale for member in members for sale in late_store.sales(database, member)]
    return load(database, members, lots=lots, leases=leases, returned=sales, lock=True)


def lot_ids(database: peewee.Database, member: str) -> list[str]:
    """Every lot of a member there ever was."""
    return [str(row[0]) for row in database.execute_sql("SELECT lot FROM lot WHERE member = ?", (member,)).fetchall()]


def totals(database: peewee.Database, member: str) -> dict[tuple[str, str], int]:
    """What all postings of a member come to, by unit and account."""
    rows = database.execute_sql(
        "SELECT unit, account, sum(amount) FROM entry WHERE member = ? GROUP BY unit, account", (member,)
    ).fetchall()
    return {(str(unit), str(account)): int(amount) for unit, account, amount in rows}


def _rows(database: peewee.Database, sql: str, *values: Sequence[str]) -> list[Any]:
    return list(database.execute_sql(sql, [value for group in values for value in group]).fetchall())


def _load_profiles(database: peewee.Database, names: list[str], books: Mapping[str, Book]) -> None:
    ours = bulk.marks(names)
    sql = "SELECT member, status, tier, name, masked, birthday, joined, added FROM member WHERE member IN"
    for member, status, tier, name, masked, birthday, joined, added in _rows(database, f"{sql} ({ours})", names):
        books[member].profile = Profile(
            status=status, tier=tier, name=name, masked=masked, birthday=birthday, joined=joined, added=added
        )
    for member, hmac, kind in _rows(
        database,
        f"SELECT member, hmac, kind FROM card WHERE member IN ({ours}) ORDER BY member, hmac",  # noqa: S608 - marks only
        names,
    ):
        books[member].cards[hmac] = kind


def _load_purses(database: peewee.Database, names: list[str], books: Mapping[str, Book], lots: list[str]) -> None:
    ours = bulk.marks(names)
    for member, unit, debt in _rows(
        database,
        f"SELECT member, unit, debt FROM account WHERE member IN ({ours})",  # noqa: S608 - marks only
        names,
    ):
        books[member].purse(unit).debt = debt
    columns = "member, unit, lot, points, remaining, leased, lapsed, unbacked, unborn, born, spendable_from, expires_on"
    sql = (
        f"SELECT {columns} FROM lot"  # noqa: S608 - marks only
        f" WHERE member IN ({ours}) AND (remaining > 0 OR unbacked > 0 OR lot IN ({bulk.marks(lots)})) ORDER BY member, unit, lot"
    )
    for member, unit, lot, points, remaining, leased, lapsed, unbacked, unborn, born, first, last in _rows(
        database, sql, names, lots
    ):
        purse = books[member].purse(unit)
        purse.lots[lot] = Lot(
            id=lot, unit=unit, points=points, left=remaining, born=born, spendable_from=first, expires_on=last
        )
        if leased:
            purse.leased[lot] = leased
        if lapsed:
            purse.lapsed[lot] = lapsed
        if unbacked:
            purse.unbacked[lot] = unbacked
        if unborn:
            purse.unborn.add(lot)


def _load_leases(database: peewee.Database, names: list[str], books: Mapping[str, Book], leases: list[str]) -> None:
    sql = (
        "SELECT member, lease, inc, spent, back, state, recalled, at, parts, signed FROM lease"  # noqa: S608 - marks only
        f" WHERE member IN ({bulk.marks(names)}) AND (state NOT IN ('closed', 'released') OR lease IN ({bulk.marks(leases)}))"
        " ORDER BY member, lease"
    )
    for member, lease, inc, spent, back, state, recalled, at, parts, signed in _rows(database, sql, names, leases):
        gone = tuple(Part(lot, points) for lot, points in json.loads(parts))
        books[member].leases[lease] = HubLease(
            lease=Lease(grant=_grant.decode(bytes(signed)), spent=gone, closed=state != "open"),
            inc=inc,
            spent=spent,
            back=back,
            state=state,
            recalled=recalled,
            at=at,
        )


def save(database: peewee.Database, changes: Iterable[Change], *, at: int) -> list[News]:
    """Write what differs, inside the caller's transaction; returns what the feed is to tell of it, by member.

    Raises peewee.IntegrityError when a CHECK or key would be broken: a fault of the code, nothing is written then.
    """
    ordered = sorted((c for c in changes if c.before != c.after), key=lambda c: c.after.member)
    _save_profiles(database, ordered, at)
    _save_accounts(database, ordered)
    _save_lots(database, ordered)
    _save_leases(database, ordered)
    late_store.save(database, [(change.after.member, change.before.late, change.after.late) for change in ordered])
    _save_entries(database, ordered)
    return [News(change.after.member, tuple(_recalled(change))) for change in ordered if change.after.member != SHOP]


def _recalled(change: Change) -> Iterator[str]:
    """Leases whose tills are to hear of them: asked back, or ended by a person."""
    for id_, held in sorted(change.after.leases.items()):
        was = change.before.leases.get(id_)
        if held.recalled and (
            was is None or (was.recalled, was.state == "released") != (held.recalled, held.state == "released")
        ):
            yield id_


def _save_profiles(database: peewee.Database, changes: Sequence[Change], at: int) -> None:
    fresh, told = [], []
    for before, after in changes:
        if after.profile is None:
            continue
        p = after.profile
        row = (p.status, p.tier, p.name, p.masked, p.birthday, p.joined)
        if before.profile is None:
            fresh.append((after.member, *row, p.added or at))
        elif before.profile != p:
            told.append((*row, after.member))
    bulk.insert(database, "member", "member, status, tier, name, masked, birthday, joined, added", fresh)
    bulk.many(
        database,
        "UPDATE member SET status = ?, tier = ?, name = ?, masked = ?, birthday = ?, joined = ? WHERE member = ?",
        told,
    )
    cards = [
        (after.member, hmac, kind)
        for before, after in changes
        for hmac, kind in after.cards.items()
        if hmac not in before.cards
    ]
    bulk.insert(database, "card", "member, hmac, kind", cards)


def _save_accounts(database: peewee.Database, changes: Sequence[Change]) -> None:
    """New accounts with 0 first, then deltas: an upsert with a negative delta would fail the CHECK on its inserted half."""
    fresh, deltas = [], []
    for before, after in changes:
        for unit, purse in sorted(after.purses.items()):
            if unit not in before.purses:
                fresh.append((after.member, unit, 0, 0, 0))
            old = before.purses.get(unit)
            old_sums = (old.posted, old.held, old.debt) if old else (0, 0, 0)
            moved = [new - was for new, was in zip((purse.posted, purse.held, purse.debt), old_sums, strict=True)]
            if any(moved):
                deltas.append((after.member, unit, *moved))
    bulk.insert(database, "account", "member, unit, posted, leased, debt", fresh)
    bulk.add(database, "account", deltas, keys="member, unit", deltas="posted, leased, debt")


def _save_lots(database: peewee.Database, changes: Sequence[Change]) -> None:
    fresh, deltas = [], []
    for before, after in changes:
        for unit, purse in sorted(after.purses.items()):
            old = before.purses.get(unit)
            for lot in sorted(_touched(old, purse), key=lambda lot: lot.id):
                was = _figures(old, lot.id) if old and lot.id in old.lots else None
                figures = _figures(purse, lot.id)
                if was is None:
                    fresh.append((after.member, unit, lot.id, *figures, lot.born, lot.spendable_from, lot.expires_on))
                elif figures != was:
                    moved = [new - before for new, before in zip(figures, was, strict=True)]
                    deltas.append((after.member, unit, lot.id, *moved))
    figures_named = "points, remaining, leased, lapsed, unbacked, unborn"
    columns = f"member, unit, lot, {figures_named}, born, spendable_from, expires_on"
    bulk.insert(database, "lot", columns, fresh)
    bulk.add(database, "lot", deltas, keys="member, unit, lot", deltas=figures_named)


def _touched(old: Purse | None, purse: Purse) -> list[Lot]:
    """Lots that may differ: a lot is a value, so one that nobody changed is the very one that was loaded."""
    if old is None or any(
        getattr(old, name) != getattr(purse, name) for name in ("leased", "lapsed", "unbacked", "unborn")
    ):
        return list(purse.lots.values())
    return [lot for lot in purse.lots.values() if old.lots.get(lot.id) is not lot]


def _figures(purse: Purse, id_: str) -> tuple[int, ...]:
    """A lot's columns that change, in the order of `_save_lots`."""
    lot, figures = purse.lots[id_], (purse.leased, purse.lapsed, purse.unbacked)
    return (lot.points, lot.left, *(sums.get(id_, 0) for sums in figures), int(id_ in purse.unborn))


def _save_leases(database: peewee.Database, changes: Sequence[Change]) -> None:
    fresh, told, other = [], [], []
    for before, after in changes:
        for id_, held in sorted(after.leases.items()):
            was = before.leases.get(id_)
            if was == held:
                continue
            parts = json.dumps([(part.lot, part.points) for part in held.lease.spent], separators=(",", ":"))
            row = (held.spent, held.back, held.state, held.recalled, parts)
            grant = held.lease.grant
            if was is None:
                key = (after.member, id_, grant.till, held.inc, grant.unit, grant.style, grant.granted)
                fresh.append((*key, *row, held.at, encode(grant)))
            else:
                told.append((*row, after.member, id_))
                if was.lease.grant != grant:
                    other.append((held.inc, grant.style, grant.granted, held.at, encode(grant), after.member, id_))
    columns = "member, lease, till, inc, unit, style, granted, spent, back, state, recalled, parts, at, signed"
    bulk.insert(database, "lease", columns, fresh)
    bulk.many(
        database,
        "UPDATE lease SET spent = ?, back = ?, state = ?, recalled = ?, parts = ? WHERE member = ? AND lease = ?",
        told,
    )
    bulk.many(
        database,
        "UPDATE lease SET inc = ?, style = ?, granted = ?, at = ?, signed = ? WHERE member = ? AND lease = ?",
        other,
    )


def _save_entries(database: peewee.Database, changes: Sequence[Change]) -> None:
    rows = []
    for before, after in changes:
        count: Counter[tuple[str, int, int]] = Counter()
        for entry in after.entries[len(before.entries) :]:
            key = (entry.till, entry.inc, entry.seq)
            count[key] += 1
            posting = entry.posting
            rows.append((after.member, *key, count[key], posting.unit, posting.account, posting.amount))
    bulk.insert(database, "entry", "member, till, inc, seq, n, unit, account, amount", rows)
