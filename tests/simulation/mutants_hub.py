"""Bugs planted in the hub."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any
from unittest import mock

import msgspec
from simulation.disk import Disk

from agent.loyalty import leases as algebra
from agent.sqlite import transaction
from sync.hub import apply, late, ledger, merging, postings, reception, restoring, rights
from sync.hub.book import Purse, copied
from sync.hub.leases import Desk
from sync.hub.postings import Mover
from sync.hub.rights import release_lease
from sync.hub.store import books as book_store
from sync.hub.store import bulk, feed, journal
from sync.hub.upkeep import Upkeep
from sync.wire import CloseBody, LeaseAnswer, SaleBody

HOUR_MS = 3_600_000


def by_clock() -> Any:
    """Leases older than two hours are given back when the hub's job runs."""
    plain = Upkeep.new_day

    def new_day(self: Upkeep, limit: int = 500) -> int:
        with transaction(self.database):
            rows = self.database.execute_sql(
                "SELECT member, lease FROM lease WHERE state = 'open' AND at < ?", (self.clock() - 2 * HOUR_MS,)
            ).fetchall()
            before = book_store.load(self.database, [row[0] for row in rows])
            after = copied(before)
            for member, lease in rows:
                release_lease(
                    Mover(after[member], "hub", self.epoch, 10**6 + self.clock() % 10**9, "2026-11-22"),
                    lease,
                    now_ms=self.clock(),
                )
            changed = [book_store.Change(before[name], after[name]) for name in before]
            feed.announce(
                self.database,
                book_store.save(self.database, changed, at=self.clock()),
                feed.By("hub", self.epoch, 10**6 + self.clock() % 10**9),
            )
        return plain(self, limit)

    return mock.patch.object(Upkeep, "new_day", new_day)


@contextlib.contextmanager
def no_dedupe() -> Iterator[None]:
    """What is pushed again is applied again; keys that are there already are passed by."""
    plain = reception.stand

    def stand(head: Any, batch: Any, mark: Any, hash_at: Any) -> Any:
        found = plain(head, batch, mark, hash_at)
        return (
            found
            if found.gap or found.fork
            else msgspec.structs.replace(found, fresh=tuple(batch))
            if hasattr(found, "__struct_fields__")
            else reception.Stand(fresh=tuple(batch))
        )

    with mock.patch.object(reception, "stand", stand), ignoring(journal, "append"), ignoring(journal, "park"):
        yield


@contextlib.contextmanager
def ignoring(module: Any, name: str) -> Iterator[None]:
    """Inserts of one function of the store pass by what is there."""
    plain, insert = getattr(module, name), bulk.insert

    def quiet(database: Any, table: str, columns: str, rows: Any) -> None:
        for row in rows:
            with contextlib.suppress(Exception):
                insert(database, table, columns, [row])

    def called(*args: Any, **more: Any) -> Any:
        with mock.patch.object(module.bulk, "insert", quiet):
            return plain(*args, **more)

    with mock.patch.object(module, name, called):
        yield


@contextlib.contextmanager
def no_net() -> Iterator[None]:
    """A sale under another key is a sale."""
    with mock.patch.object(journal, "known", return_value={}), ignoring(journal, "remember"):
        yield


def twice() -> Any:
    """A wish that is repeated after a lost answer gets a second lease."""
    plain, count = Desk.answer, itertools.count()

    def answer(self: Desk, book: Any, record: Any, want: Any, *, answered: bool = False) -> LeaseAnswer:
        id_ = algebra.lease_id(record.till, record.inc, record.seq)
        if id_ in book.leases and book.leases[id_].state == "open":
            with mock.patch.object(algebra, "lease_id", return_value=f"{next(count):064x}"):
                return plain(self, book, record, want)
        return plain(self, book, record, want, answered=answered)

    return mock.patch.object(Desk, "answer", answer)


def larger() -> Any:
    """A repeated grant is topped up to what the wish was for, without taking it from what is available."""
    plain = Desk.answer

    def answer(self: Desk, book: Any, record: Any, want: Any, *, answered: bool = False) -> LeaseAnswer:
        found = plain(self, book, record, want, answered=answered)
        if found.grant is None or found.grant.granted >= want.points:
            return found
        more = want.points - found.grant.granted
        first = found.grant.backing[0]
        backing = (msgspec.structs.replace(first, points=first.points + more), *found.grant.backing[1:])
        from sync.signing import sign_grant

        grant = msgspec.structs.replace(found.grant, granted=want.points, backing=backing)
        return msgspec.structs.replace(found, grant=sign_grant(self.signer, grant))

    return mock.patch.object(Desk, "answer", answer)


def lazy_disk() -> Any:
    """Commits are answered before they are on the disk (synchronous=NORMAL): the last one is gone after a power cut."""
    return mock.patch.object(Disk, "lazy", "hub")


def debt_from_accruals() -> Any:
    """Debt is paid from new points only, not from what else becomes free."""
    plain, sale = postings.settle, ledger.apply_sale
    inside = [False]

    def settle(debt: int, lots: Any, day: str) -> Any:
        return plain(debt, lots, day) if inside[0] else ((), debt)

    def apply_sale(*args: Any) -> None:
        inside[0] = True
        try:
            sale(*args)
        finally:
            inside[0] = False

    return _both(mock.patch.object(postings, "settle", settle), mock.patch.dict(apply.STEPS, {SaleBody: apply_sale}))


def close_first() -> Any:
    """Closings of a batch are applied first and give back all that is not known to be spent."""
    plain, close = apply.apply, rights.close_lease

    def closing(mover: Any, body: CloseBody) -> None:
        held = mover.book.leases.get(body.lease)
        close(mover, msgspec.structs.replace(body, left=held.held) if held else body)

    def sorted_apply(batch: Any, *rest: Any) -> Any:
        first = sorted(batch, key=lambda one: not (one.record and isinstance(one.record.body, CloseBody)))
        return plain(first, *rest)

    return _both(mock.patch.object(apply, "apply", sorted_apply), mock.patch.object(rights, "close_lease", closing))


def blocked() -> Any:
    """A record that cannot be applied is refused, and the queue waits behind it."""
    plain = apply.apply

    def whole(*args: Any) -> Any:
        outcome = plain(*args)
        if outcome.parked:
            raise reception.BadPush("bad-record")
        return outcome

    return mock.patch.object(apply, "apply", whole)


def not_handed_back() -> Any:
    """What a till spent on a sale that another till's record counts stays charged to its lease."""
    return mock.patch.object(ledger, "apply_duplicate")


def feed_gap() -> Any:
    """Of the members of one push only the first is told to the tills."""
    plain = feed.announce
    return mock.patch.object(feed, "announce", lambda database, news, by: plain(database, news[:1], by))


def merge_loses() -> Any:
    """A merge ends the merged member's leases."""

    def recall(book: Any, _number: int) -> None:
        for id_, held in book.leases.items():
            if held.state == "open":
                book.purse(held.lease.grant.unit).lease_out(rights.negative(algebra.left_parts(held.lease)))
                book.leases[id_] = msgspec.structs.replace(
                    held, state="closed", back=held.granted_left if hasattr(held, "granted_left") else held.held
                )

    return mock.patch.object(merging, "_recall", recall)


def no_expiry_in_grants() -> Any:
    """A lease is backed without its lots' last days."""
    plain = algebra.grant

    def grant(*args: Any) -> Any:
        found = plain(*args)
        if found is None:
            return None
        return msgspec.structs.replace(
            found, backing=tuple(msgspec.structs.replace(part, expires_on=None) for part in found.backing)
        )

    return mock.patch.object(algebra, "grant", grant)


def expires_under_lease() -> Any:
    """The hub books what expired though a lease holds it."""

    def settle(self: Mover, unit: str) -> None:
        purse = self.book.purse(unit)
        gone = [
            (lot, lot.left) for lot in purse.lots.values() if lot.left and lot.expires_on and lot.expires_on < self.day
        ]
        for lot, points in gone:
            purse.lots[lot.id] = msgspec.structs.replace(lot, left=0)
            self.post(unit, points, source="member", target="expired")
        plain(self, unit)

    plain = Mover.settle
    return mock.patch.object(Mover, "settle", settle)


def no_recovery() -> Any:
    """A hub that came back from a backup waits for nobody and grants at once."""
    plain = restoring.begin
    return mock.patch.object(restoring, "begin", lambda database, **how: plain(database, **how | {"tills": ()}))


def same_epoch() -> Any:
    """A hub that came back from a backup does not say so: tills believe that it has what they once sent."""
    plain = restoring.begin
    return mock.patch.object(restoring, "begin", lambda database, **how: plain(database, **how | {"epoch": 1}))


def lent_is_given() -> Any:
    """What a recovery lent to lots and nobody brought is the member's for nothing."""

    def own_up(self: Purse) -> None:
        self.unbacked = dict.fromkeys(self.unbacked, 0)

    return mock.patch.object(Purse, "own_up", own_up)


def loss_stays() -> Any:
    """The shop bears what a till charged of nobody's points, though the sale is returned."""
    return mock.patch.object(late, "make_good", return_value=None)


@contextlib.contextmanager
def _both(*patches: Any) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch)
        yield


HUB = {
    "hub-releases-by-clock": ("the hub ends leases by its own clock", by_clock),
    "no-dedupe": ("the watermark does not stop what is pushed again", no_dedupe),
    "no-sale-net": ("a sale under another key is counted again", no_net),
    "grant-twice": ("a repeated wish gets a second lease", twice),
    "grant-larger": ("a repeated or first grant is as large as the wish, whatever is there", larger),
    "hub-acks-before-disk": ("the hub answers before its commit is on the disk", lazy_disk),
    "debt-from-accruals-only": ("debt is not paid from closed leases and returns", debt_from_accruals),
    "close-before-spends": ("a close is applied before the spends that came with it", close_first),
    "quarantine-blocks": ("one bad record stops the queue behind it", blocked),
    "duplicate-not-handed-back": ("a duplicate's spends stay charged to the lease", not_handed_back),
    "feed-loses-members": ("only one member of a push is told to the tills", feed_gap),
    "merge-loses-leases": ("a merge ends open leases", merge_loses),
    "grant-without-days": ("a lease does not know when its parts expire", no_expiry_in_grants),
    "restored-hub-grants-at-once": ("a hub restored from a backup waits for no till", no_recovery),
    "restored-hub-keeps-its-epoch": ("tills do not hear that a hub was restored", same_epoch),
    "lent-is-given": ("what nobody brought after a restore is not owed", lent_is_given),
    "loss-stays": ("a told loss is not made good by the return of its sale", loss_stays),
    "expires-under-lease": ("points under a lease expire at the hub", expires_under_lease),
}
