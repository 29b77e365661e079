"""What was met of the hub and of each till, and every action's outcome: carried out once by the real code, then remembered."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from simulation.facts import HubFacts, TillFacts, hub_facts, pair, till_facts
from simulation.parts import HEIR, NAMES, Image, Slot, TillState, begin

from agent.runtime import secrets

OWN = ("want", "spend", "overcharge", "give_back", "close", "heal", "set_back")
AT_HUB = ("release T1", "release T2", "merge", "save", "restore", "waive T1", "waive T2")
UNREAD = frozenset({"journal", "record", "receipt", "print_job", "operation", "programme", "till_hour", "flag"})
"""Tables that no step here reads again, and the two whose rows the chain's hash stands for."""


CHAIN = {
    "hub": "SELECT till, inc, seq, hash FROM record",
    "till": "SELECT n, hash FROM journal ORDER BY n DESC LIMIT 1",
}
"""What stands for the journals' rows: their hashes, of which the last holds all before it."""


class Hub(NamedTuple):
    """Numbers of the hub's state and of that in its backup, and what an onlooker keeps in mind, of which the hub knows nothing."""

    now: int
    saved: int
    exposed: int = 0
    """What released and forgotten leases may cost at most."""
    taken: bool = False
    """A person or a restore took leases away behind their tills' backs."""
    forgotten: tuple[int, int] = (0, 0)
    """What leases held, by till, that a restored hub does not know."""
    heard: bool = False
    """A till has pushed."""


class State(NamedTuple):
    """The hub, and numbers of the tills' states."""

    hub: Hub
    tills: tuple[int, int]


class Parts:
    """The states of hub and tills met so far, with what was read off them, and every action's outcome."""

    def __init__(self, folder: str, own: tuple[str, ...]) -> None:
        self._hub, self._tills, first, tills = begin(folder)
        self._own = own
        self._hubs: list[Image] = []
        self.hub_facts: list[HubFacts] = []
        self.tills: list[list[TillState]] = [[], []]
        self.till_facts: list[list[TillFacts]] = [[], []]
        self._numbers: dict[object, int] = {}
        self._named: dict[object, list[str]] = {}
        self._pages: dict[bytes, bytes] = {}
        self._apart = False
        self._moves: dict[object, Any] = {}
        self._pairs: set[object] = set()
        self.carried = Counter[str]()
        self.led = Counter[str]()
        """Actions carried out, and those of them that were possible where they were tried."""
        self.doing = ""
        """The action under way, for whoever tells what went wrong in it."""
        now = self._hub_number(first)
        self.first = State(Hub(now, saved=now), (self._till_number(0, tills["T1"]), self._till_number(1, tills["T2"])))
        self._heir = self._tills["T1"].till.member_id(HEIR)

    def _hub_number(self, image: Image) -> int:
        return self._number("hub", image, ())

    def _till_number(self, at: int, state: TillState) -> int:
        return self._number(at, state.image, state)

    def _number(self, of: str | int, image: Image, state: Any) -> int:
        """What number a state has; a new one for one that was never met."""
        slot = self._slot(of)
        if self._apart:
            slot.view(image)
            with slot.reading() as rows:
                return self._meet(of, image, state, rows)
        # A push that changed nothing leaves the very bytes.
        same = (of, "bytes", _digest(b"".join(image)), *state[1:])
        if same not in self._numbers:
            slot.view(image)
            with slot.reading() as rows:
                key = (*self._seen(of, rows), *state[1:])
                if key not in self._numbers:
                    self._numbers[key] = self._meet(of, image, state, rows)
            self._numbers[same] = self._numbers[key]
        return self._numbers[same]

    def _slot(self, of: str | int) -> Slot:
        return self._hub.slot if isinstance(of, str) else self._tills[NAMES[of]].slot

    def _seen(self, of: str | int, rows: Any) -> tuple[object, ...]:
        """All that a later step reads of a part."""
        seen = [rows(f"SELECT * FROM {table}") for table in self._tables(of, rows)]
        seen.append(rows(CHAIN["hub" if of == "hub" else "till"]))
        return of, _digest(repr(seen).encode())

    def walk_apart(self) -> None:
        """From now on nothing is remembered of what was met, and no two states are taken for one."""
        self._moves.clear()
        self._apart = True

    def alike(self, one: State, other: State) -> bool:
        """Whether two states are one to every later step, and to the onlooker."""
        mine, theirs = ([*self._looks(state)] for state in (one, other))
        return mine == theirs and one.hub[2:] == other.hub[2:]

    def _looks(self, state: State) -> Iterator[object]:
        parts = [("hub", self._hubs[number], ()) for number in state.hub[:2]]
        parts += [
            (at, self.tills[at][number].image, self.tills[at][number][1:]) for at, number in enumerate(state.tills)
        ]
        for of, image, beside in parts:
            slot = self._slot(of)
            slot.view(image)
            with slot.reading() as rows:
                yield *self._seen(of, rows), beside

    def _meet(self, of: str | int, image: Image, state: Any, rows: Any) -> int:
        image = tuple(self._pages.setdefault(page, page) for page in image)
        if isinstance(of, str):
            self._hubs.append(image)
            self.hub_facts.append(hub_facts(rows))
            return len(self._hubs) - 1
        self.tills[of].append(state._replace(image=image))
        self.till_facts[of].append(till_facts(rows))
        return len(self.tills[of]) - 1

    def _tables(self, of: str | int, rows: Any) -> list[str]:
        if of not in self._named:
            found = {str(row[0]) for row in rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
            self._named[of] = sorted(found - UNREAD)
        return self._named[of]

    @property
    def hubs(self) -> int:
        """How many states of the hub were met."""
        return len(self._hubs)

    def own(self, at: int, number: int) -> list[tuple[str, int]]:
        """What a till can do by itself: (action, state it leads to)."""
        if (at, number) not in self._moves:
            self._moves[at, number] = [*self._carry_own(at, number)]
        return self._moves[at, number]

    def _carry_own(self, at: int, number: int) -> Iterator[tuple[str, int]]:
        part, state = self._tills[NAMES[at]], self.tills[at][number]
        for action in self._own:
            self.doing = action
            more = (self.tills[at][0],) if action == "set_back" else ()
            after = getattr(part, action)(state, *more)
            self.carried[action] += 1
            if after is not None:
                self.led[action] += 1
                yield action, self._till_number(at, after)
        self.doing = ""

    def push(self, at: int, number: int, hub: Hub) -> tuple[int, Hub]:
        """States of till and hub after a push that was answered."""
        key = ("push", at, number, hub.now)
        if key not in self._moves:
            till, after = self._tills[NAMES[at]].push(self.tills[at][number], self._hubs[hub.now])
            self.carried["push"] += 1
            self._moves[key] = (self._till_number(at, till), self._hub_number(after))
        till_after, now = self._moves[key]
        return till_after, hub._replace(now=now, heard=True)

    def at_hub(self, action: str, hub: Hub) -> Hub | None:
        """The hub after an action of its own; None where it is not possible."""
        after = self._at_hub(action, hub)
        self.led[action] += after is not None
        return after

    def _at_hub(self, action: str, hub: Hub) -> Hub | None:
        facts = self.hub_facts[hub.now]
        if action == "save":
            return hub._replace(saved=hub.now) if hub.saved != hub.now else None
        if action == "restore":
            if hub.saved == hub.now:
                return None
            now = self._carry(action, hub.saved, facts.epoch, facts.merged)
            return hub._replace(now=now, taken=True, forgotten=self._forgotten(hub))
        if action == "merge":
            now = self._carry(action, hub.now, self._tills["T1"].member, self._heir)
            return None if now is None else hub._replace(now=now)
        what, till = action.split()
        now = self._carry(what, hub.now, till)
        if now is None:
            return None
        if what == "waive":
            return hub._replace(now=now, exposed=hub.exposed + hub.forgotten[NAMES.index(till)])
        held = sum(points for lease, points in facts.held.items() if facts.leases[lease][0] == till)
        return hub._replace(now=now, taken=True, exposed=hub.exposed + held)

    def _carry(self, action: str, number: int, *more: Any) -> Any:
        key = (action, number, *more)
        if key not in self._moves:
            self.carried[action] += 1
            after = getattr(self._hub, action)(self._hubs[number], *more)
            self._moves[key] = None if after is None else self._hub_number(after)
        return self._moves[key]

    def _forgotten(self, hub: Hub) -> tuple[int, int]:
        """What a restore makes the hub forget: what the leases hold, by till, that are not in the backup."""
        facts, known = self.hub_facts[hub.now], self.hub_facts[hub.saved].leases
        lost = Counter[str]()
        for lease, points in facts.held.items():
            if lease not in known:
                lost[facts.leases[lease][0]] += points
        before = hub.forgotten
        return before[0] + lost[NAMES[0]], before[1] + lost[NAMES[1]]

    def check(self, state: State) -> None:
        """The rules for each till against the hub."""
        for at, name in enumerate(NAMES):
            key = (at, state.tills[at], state.hub.now, state.hub.taken)
            if key not in self._pairs:
                facts = self.hub_facts[state.hub.now]
                pair(name, self.till_facts[at][state.tills[at]], facts, excused=state.hub.taken)
                self._pairs.add(key)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


@contextlib.contextmanager
def searching(own: tuple[str, ...]) -> Iterator[Parts]:
    """Parts in a folder of their own; what `_boot` keeps beside the database is part of a till's state here."""
    write, secrets.write = secrets.write, lambda _folder, _kept: None
    logging.disable(logging.CRITICAL)
    try:
        with tempfile.TemporaryDirectory(prefix="kopilka-search-") as folder:
            secrets.write = write
            parts = Parts(folder, own)
            secrets.write = lambda _folder, _kept: None
            yield parts
    finally:
        secrets.write = write
        logging.disable(logging.NOTSET)
