"""What the hub does with its books when no till asks: new days, late records, a second look, families' pots. Each in small steps."""

from __future__ import annotations

import logging
from collections.abc import Callable

import peewee

from sync.hub import correcting, days, families, reviewing
from sync.hub.ground import DEFAULT_ZONE, Moment, day_of
from sync.hub.store import meta, programmes
from sync.hub.store.steps import Steps

_log = logging.getLogger("kopilka.hub")


class Upkeep:
    """Every method is one or two short transactions on some members; call it again until it returns 0. On the writer."""

    def __init__(self, database: peewee.Database, steps: Steps, *, epoch: int, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock
        self.epoch = epoch
        self._steps = steps

    def new_day(self, limit: int = 500) -> int:
        """Book what expired and pay debts from what can be spent now; returns for how many members."""
        return self._steps.run(lambda: days.new_day(self.database, self.moment(), limit))

    def correct(self) -> int:
        """Work out anew one member for whom a record came late; returns how many were looked at."""
        due = self._steps.run(lambda: correcting.next_due(self.database))
        if due is None:
            return 0
        try:
            self._steps.run(lambda: correcting.correct(self.database, due, self.moment()))
        except peewee.IntegrityError:
            # A fault of ours; the others are not to wait for its mending.
            _log.exception("not-corrected")
            self._steps.run(lambda: correcting.pass_by(self.database, due, self.moment()))
        return 1

    def review(self) -> int:
        """Judge some records again and flag what is odd; returns how many were read."""

        def work() -> int:
            # Sums of a till's hours are no place for two processes at once.
            meta.read(self.database, "epoch", lock=True)
            return reviewing.review(self.database, now_ms=self.clock())

        return self._steps.run(work)

    def gather(self) -> int:
        """Bring some families' points nearer to their pots; returns how much was done."""
        given = self._steps.run(lambda: families.give(self.database, self.moment()))
        return given + self._steps.run(lambda: families.take(self.database, self.moment()))

    def moment(self) -> Moment:
        """Now, in the newest programme's zone."""
        now_ms, zone = self.clock(), programmes.zone(self.database) or DEFAULT_ZONE
        return Moment(epoch=self.epoch, zone=zone, day=day_of(now_ms, zone), now_ms=now_ms)
