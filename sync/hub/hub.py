"""The hub itself: plain calls on one database. Who may call, over what line and in which thread is the skin's matter.

Every method that writes is one transaction and belongs on the writer; reads belong on the reader (the same connection where
there is one thread only). Clock and keys are handed in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec
import peewee

from agent.errors import Forbidden, Unauthorised, Unavailable
from agent.sqlite import in_transaction, named, path_of, savepoint
from sync.hub import (
    apply,
    changes,
    enrolment,
    former,
    lateness,
    order,
    overdue,
    reception,
    recovering,
    repeated,
    saving,
)
from sync.hub.arrivals import SEEN_MS, Arrived, Mark
from sync.hub.book import Book, copied
from sync.hub.filling import Fills
from sync.hub.ground import Ground
from sync.hub.grounds import ground_of
from sync.hub.keys import Keys
from sync.hub.leases import HUB, Desk
from sync.hub.policy import Policy
from sync.hub.store import books as book_store
from sync.hub.store import bulk, feed, flags, journal, meta, recalls, tills, waiting
from sync.hub.store.books import Change
from sync.hub.store.server import Server
from sync.hub.store.steps import Steps
from sync.hub.upkeep import Upkeep
from sync.joining import EnrolAnswer, EnrolRequest, RotateAnswer, RotateRequest
from sync.wire import GENESIS, Changes, Head, LeaseAnswer, PushAnswer, Record, Verdict, WantBody

_log = logging.getLogger("kopilka.hub")
T = TypeVar("T")


FAILED_PARKS = 3
"""So many failures in a row on one record park it unread."""


Asked = tuple[str, Head, Sequence[bytes]]
"""A push as it came: who signed it, head, records."""


class Hub:
    """One hub over one database that is open and migrated."""

    def __init__(
        self,
        database: peewee.Database,
        *,
        reader: peewee.Database | None = None,
        keys: Keys,
        clock: Callable[[], int],
        policy: Policy | None = None,
        fills: Fills | None = None,
        steps: Steps | None = None,
    ) -> None:
        """`steps` runs what writes; by default on `database`, without waiting before a repetition."""
        self.database = database
        self.reader = reader or database
        self.keys = keys
        self.clock = clock
        self.policy = policy or Policy()
        self.fills = fills
        self._steps = steps or Steps(database)
        self._shared = isinstance(database, Server)
        self.keep_fleet: Callable[[], None] = lambda: None
        """Writes what is kept outside the database; called in the step that changed it, maybe again."""
        self.epoch = 0
        self.recovering = False
        self._look()

    def _look(self) -> None:
        """How the hub stands; a person may have changed it beside us."""
        self.epoch = int(meta.read(self.database, "epoch") or 0)
        self.recovering = waiting.recovering(self.database)
        self.upkeep = Upkeep(self.database, self._steps, epoch=self.epoch, clock=self.now_ms)

    def now_ms(self) -> int:
        """The hub's time, UTC ms."""
        return self.clock()

    def push(self, till: tills.Till, head: Head, lines: Sequence[bytes]) -> PushAnswer:
        """Apply a batch and answer its wishes, in one transaction. Raises BadPush, TooLarge, Forbidden; storage errors as agent.sqlite's."""
        batch = _read(till, head, lines)
        answer = self._steps.run(lambda: self._push(till, head, batch))
        return self._later(head, answer) if self._shared else answer

    def push_from(self, name: str, head: Head, lines: Sequence[bytes]) -> PushAnswer:
        """As `push`, for a till as the database knows it in that step. Raises also Unauthorised for one nobody knows."""
        return self.push(self._steps.run(lambda: self.known_till(name)), head, lines)

    def _later(self, head: Head, answer: PushAnswer) -> PushAnswer:
        """News for an answer whose push is committed: on a server they are published after it, and read at one moment."""
        try:
            self.publish()
            news = self._steps.look(self.database, lambda: self._news(head))
        except Unavailable:
            # The push stands; what is new the till hears by its next poll.
            return answer
        return msgspec.structs.replace(answer, changes=news)

    def push_all(self, asked: Iterable[Asked]) -> list[PushAnswer | Exception]:
        """Several batches in one transaction: an answer or a refusal for each, one that fails leaves nothing behind.

        Raises what ends the whole transaction (StorageFull, StorageBroken, CorruptDatabase): nothing is written then.
        """
        return self._steps.run(lambda: [self._tried(*one) for one in asked])

    def _tried(self, name: str, head: Head, lines: Sequence[bytes]) -> PushAnswer | Exception:
        assert isinstance(self.database, peewee.SqliteDatabase)
        path = path_of(self.database)
        try:
            with savepoint(self.database):
                till = self.known_till(name)
                return self._push(till, head, _read(till, head, lines))
        except Exception as error:
            # What the disk says concerns all; anything else is this batch's own.
            if not in_transaction(self.database) or named(error, path) is not error:
                raise
            return error

    def _push(self, till: tills.Till, head: Head, batch: Sequence[Arrived]) -> PushAnswer:
        bulk.lock(self.database, "till", "till", [till.till])
        mark = journal.mark(self.database, till.till, head.inc)

        def hash_at(seq: int) -> str | None:
            return journal.hash_at(self.database, mark.till, mark.inc, seq)

        self._look()
        stand = reception.stand(head, batch, mark, hash_at)
        if stand.fork:
            _log.error("fork", extra={"till": till.till, "inc": head.inc, "first": head.first, "wm": mark.wm})
            mark = msgspec.structs.replace(mark, forks=mark.forks + 1)
            journal.advance(self.database, mark, at=self.clock())
        if stand.fork or stand.gap:
            common = msgspec.structs.replace(
                mark, wm=stand.common, hash=hash_at(stand.common) or GENESIS, durable=min(mark.durable, stand.common)
            )
            return self._answer(head, common if stand.fork else mark, fork=stand.fork)
        if 0 < head.epoch < self.epoch:
            # The till has not heard of the restore. From this answer it goes back and tells everything again in its order; what is in this
            # batch may speak of records, also of former incarnations, that are forgotten here.
            return self._answer(head, mark)
        said = repeated.verdicts(self.database, mark, head.first)
        answer = self._apply(till, head, mark, stand.fresh)
        return msgspec.structs.replace(answer, exceptions=(*said, *answer.exceptions)) if said else answer

    def _apply(self, till: tills.Till, head: Head, mark: Mark, fresh: tuple[Arrived, ...]) -> PushAnswer:
        """Apply what is new, answer what is wished, write the differences and the mark."""
        ground = ground_of(self.database, till, now_ms=self.clock())
        batch = apply.read(fresh, mark.till, mark.inc)
        if head.failed >= FAILED_PARKS and len(batch) == 1:
            # Reading it is what brings this hub down, as far as the till can tell: a person shall look, the others go on.
            batch = [apply.Readable(mark.inc, batch[0].arrived, None, "fails-the-hub")]
        pending = self._pending(mark, head.pending_wants)
        named = apply.references([*batch, *pending])
        # Asked before the books are read: a sale that comes between is told by its key, and this step is run again.
        known = journal.known(self.database, named.sales)
        before = book_store.load(
            self.database,
            named.members,
            lots=named.lots,
            leases=named.leases,
            returned=named.returned,
            lock=True,
        )
        after = copied(before)
        outcome = apply.apply(batch, after, known, ground)
        wants = [one.record for one in pending if one.record]
        wants += [record for record in outcome.wants if record.seq in head.pending_wants]
        answers = self._grant(ground, mark, wants, after)
        written = self._write(mark, outcome, [Change(before[member], after[member]) for member in before])
        places = order.places((one.record for one in batch if one.record), ground.now_ms, mark.place)
        lateness.note(self.database, outcome.applied, places, ground)
        written = msgspec.structs.replace(written, place=max(places.values(), default=mark.place))
        mark = self._advance(written.answering(answers), mark, fresh, hlc=outcome.hlc)
        flags.put(self.database, overdue.flags(outcome.applied, after, ground), at=ground.now_ms)
        former.end(self.database, (one.record for one in batch if one.record), ground, epoch=self.epoch)
        if self.recovering:
            recovering.heard(self.database, head, mark, day=ground.day, now_ms=ground.now_ms)
        return self._answer(head, mark, verdicts=outcome.verdicts, answers=answers)

    def _advance(self, mark: Mark, before: Mark, fresh: Sequence[Arrived], *, hlc: int) -> Mark:
        """Write the mark and the records; a push that changed nothing is only noted now and then."""
        now_ms = self.clock()
        mark = msgspec.structs.replace(mark, hlc=max(mark.hlc, hlc))
        if fresh:
            mark = msgspec.structs.replace(mark, wm=fresh[-1].seq, hash=fresh[-1].hash)
            journal.append(self.database, mark, fresh, at=now_ms)
        if mark != before or (before.wm and not 0 <= now_ms - before.at < SEEN_MS):
            journal.advance(self.database, mark, at=now_ms)
        return mark

    def _pending(self, mark: Mark, seqs: Iterable[int]) -> list[apply.Readable]:
        """Wishes of earlier pushes whose answer was lost, as their records say."""
        found = []
        for seq in sorted({seq for seq in seqs if 0 < seq <= mark.wm}):
            line = journal.line(self.database, mark.till, mark.inc, seq)
            if line is not None:
                found += apply.read([Arrived(seq, line, "")], mark.till, mark.inc)
        return [one for one in found if one.record and isinstance(one.record.body, WantBody)]

    def _grant(
        self, ground: Ground, mark: Mark, wants: Sequence[Record], after: dict[str, Book]
    ) -> tuple[LeaseAnswer, ...]:
        if not wants:
            return ()
        desk = Desk(
            ground=ground,
            policy=self.policy,
            signer=self.keys.now(self.database).signer,
            epoch=self.epoch,
            alone=tills.stores(self.database) <= 1,
            superseded=max(journal.marks(self.database, mark.till), default=mark.inc) > mark.inc,
            by=feed.By(f"{HUB}/{mark.till}", mark.inc, mark.writes + 1),
            seen=lambda names: journal.seen(self.database, names),
        )
        return tuple(
            desk.answer(after[record.body.member], record, record.body, answered=mark.has_answered(record.seq))
            for record in wants
            if isinstance(record.body, WantBody)
        )

    def _write(self, mark: Mark, outcome: apply.Outcome, changed: Sequence[Change]) -> Mark:
        """Write what a push changed; returns the mark with this push counted where it changed any member."""
        now_ms = self.clock()
        news = book_store.save(self.database, changed, at=now_ms)
        feed.announce(self.database, news, feed.By(mark.till, mark.inc, mark.writes + 1))
        journal.remember(self.database, outcome.sales)
        journal.rename(self.database, outcome.named)
        journal.park(self.database, outcome.parked, at=now_ms)
        for parked in outcome.parked:
            extra = {"till": mark.till, "inc": mark.inc, "seq": parked.seq, "reason": parked.reason}
            _log.warning("quarantined", extra=extra)
        return msgspec.structs.replace(mark, writes=mark.writes + 1) if news else mark

    def _answer(
        self,
        head: Head,
        mark: Mark,
        *,
        verdicts: Iterable[Verdict] = (),
        answers: tuple[LeaseAnswer, ...] = (),
        fork: bool = False,
    ) -> PushAnswer:
        return PushAnswer(
            wm=mark.wm,
            durable=mark.durable,
            hash=mark.hash,
            epoch=self.epoch,
            at=self.clock(),
            exceptions=tuple(verdicts),
            leases=answers,
            changes=None if self._shared else self._news(head),
            fork=fork,
            incarnation=max(journal.marks(self.database, mark.till), default=mark.inc),
        )

    def _news(self, head: Head) -> Changes | None:
        """What the till has not heard since its cursor; without one, only what it is asked to give back."""
        now_ms = self.clock()
        if head.cursor:
            return changes.since(self.database, head.cursor, till=head.till, epoch=self.epoch, now_ms=now_ms)
        revokes = recalls.due(self.database, head.till)
        return Changes(cursor="", revokes=revokes, at=now_ms) if revokes else None

    @property
    def engine(self) -> str:
        """What the hub keeps its facts in."""
        return "postgresql" if self._shared else "sqlite"

    def publish(self) -> None:
        """On a server: give numbers to what was announced, by whomever. Raises Unavailable."""
        if self._shared:
            self._steps.run(lambda: feed.is_due(self.database) and feed.publish(self.database))

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """A till shows its code and key. Raises Forbidden."""

        def work() -> EnrolAnswer:
            keys = self.keys.now(self.database)
            return enrolment.enrol(self.database, request, keys=keys, epoch=self.epoch, now_ms=self.clock())

        return self._kept(work)

    def rotate(self, till: str, request: RotateRequest) -> RotateAnswer:
        """A till changes its key. Raises Forbidden, Unauthorised."""
        return self._kept(lambda: enrolment.rotate(self.database, self.known_till(till), request, now_ms=self.clock()))

    def _kept(self, work: Callable[[], T]) -> T:
        """A step that changes the list of tills, which is kept outside before a till hears of it: a restored hub must wait for it."""

        def step() -> T:
            answer = work()
            self.keep_fleet()
            return answer

        return self._steps.run(step)

    def till(self, name: str) -> tills.Till | None:
        """A till as the reader knows it."""
        return self._steps.look(self.reader, lambda: tills.find(self.reader, name))

    def known_till(self, name: str) -> tills.Till:
        """A till as the writer knows it: whoever was revoked between door and desk is refused. Raises Unauthorised, Forbidden."""
        bulk.lock(self.database, "till", "till", [name])
        till = tills.find(self.database, name)
        if till is None:
            raise Unauthorised("till-unknown", till=name)
        if till.revoked is not None:
            raise Forbidden("till-revoked", till=name)
        return till

    def changes(self, till: str, cursor: str, *, limit: int = changes.PAGE) -> Changes:
        """What is new for a till since its cursor; at once, maybe nothing."""
        self.publish()
        return self._steps.look(self.reader, lambda: self._changes(till, cursor, limit))

    def _changes(self, till: str, cursor: str, limit: int) -> Changes:
        found = changes.since(self.reader, cursor, till=till, epoch=self.epoch, now_ms=self.clock(), limit=limit)
        last = feed.last(self.reader)
        if self.fills is not None and self.fills.worth(cursor, epoch=self.epoch, last=last):
            # The fill's cursor passes over rows that ask for leases back: all of them are asked for here.
            return msgspec.structs.replace(found, fill=True, revokes=recalls.due(self.reader, till))
        return found

    def moved(self, cursor: str) -> str:
        """What `changes` would have to say: nothing (""), news of members, or something that must not wait."""
        self.publish()
        return self._steps.look(self.reader, lambda: changes.moved(self.reader, cursor, epoch=self.epoch))

    def durable(self, saved: Iterable[tuple[str, int, int]]) -> None:
        """Note what a verified copy holds: (till, incarnation, watermark) rows."""
        self._steps.run(lambda: saving.note(self.database, saved, at=self.clock()))


def _read(till: tills.Till, head: Head, lines: Sequence[bytes]) -> tuple[Arrived, ...]:
    """A batch's records. Raises Forbidden, BadPush, TooLarge."""
    if head.till != till.till:
        raise Forbidden("other-till", till=till.till, found=head.till[:80])
    return reception.arrivals(head, lines)
