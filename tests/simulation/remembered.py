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
from simulation.parts import HEIR, NAMES, HubState, TillState, begin

from agent.runtime import secrets

OWN = ("want", "spend", "overcharge", "give_back", "close", "heal", "set_back")
AT_HUB = ("release T1", "release T2", "merge", "save", "restore", "waive T1", "waive T2")
UNREAD = frozenset({"journal", "record", "receipt", "print_job", "operation", "programme", "till_hour", "flag"})
"""Tables that no step here reads again, and the two whose rows the chain's hash stands for."""


class State(NamedTuple):
    """Numbers of the parts' states."""

    hub: int
    tills: tuple[int, int]


class Parts:
    """The states of hub and tills met so far, with what was read off them, and every action's outcome."""

    def __init__(self, folder: str, own: tuple[str, ...]) -> None:
        self._hub, self._tills, first, tills = begin(folder)
        self._own = own
        self.hubs: list[HubState] = []
        self.hub_facts: list[HubFacts] = []
        self.tills: list[list[TillState]] = [[], []]
        self.till_facts: list[list[TillFacts]] = [[], []]
        self._numbers: dict[object, int] = {}
        self._moves: dict[object, Any] = {}
        self._pairs: set[object] = set()
        self.carried = Counter[str]()
        self.led = Counter[str]()
        """Actions carried out, and those of them that were possible where they were tried."""
        self.doing = ""
        """The action under way, for whoever tells what went wrong in it."""
        self.first = State(
            self._hub_number(first), (self._till_number(0, tills["T1"]), self._till_number(1, tills["T2"]))
        )
        self._heir = self._tills["T1"].till.member_id(HEIR)

    def _hub_number(self, state: HubState) -> int:
        self._hub.load(state)
        rows = self._hub.rows
        seen = [rows(f"SELECT * FROM {table}") for table in self._tables("hub", rows)]
        seen.append(rows("SELECT till, inc, seq, hash FROM record"))
        return self._number(
            "hub", (_digest(seen), _digest(state.saved), *state[2:]), state, self.hubs, self.hub_facts, rows
        )

    def _till_number(self, at: int, state: TillState) -> int:
        part = self._tills[NAMES[at]]
        part.load(state)

        def rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in part.till.store.database.execute_sql(sql, values).fetchall()]

        seen = [rows(f"SELECT * FROM {table}") for table in self._tables(at, rows)]
        seen.append(rows("SELECT n, hash FROM journal ORDER BY n DESC LIMIT 1"))
        return self._number(at, (_digest(seen), *state[1:]), state, self.tills[at], self.till_facts[at], rows)

    def _tables(self, of: object, rows: Any) -> list[str]:
        if ("tables", of) not in self._moves:
            found = {str(row[0]) for row in rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
            self._moves["tables", of] = sorted(found - UNREAD)
        return self._moves["tables", of]  # type: ignore[no-any-return]

    def _number(self, of: object, key: object, state: Any, states: list[Any], facts: list[Any], rows: Any) -> int:
        number = self._numbers.setdefault((of, key), len(states))
        if number == len(states):
            facts.append(hub_facts(rows) if of == "hub" else till_facts(rows))
            states.append(state)
        return number

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

    def push(self, at: int, number: int, hub: int) -> tuple[int, int]:
        """States of till and hub after a push that was answered."""
        key = ("push", at, number, hub)
        if key not in self._moves:
            till, after = self._tills[NAMES[at]].push(self.tills[at][number], self.hubs[hub])
            self.carried["push"] += 1
            self._moves[key] = (self._till_number(at, till), self._hub_number(after))
        return self._moves[key]

    def at_hub(self, action: str, hub: int) -> int | None:
        """The hub's state after an action of its own."""
        if (action, hub) not in self._moves:
            self.carried[action] += 1
            after = self._at_hub(action, self.hubs[hub])
            self.led[action] += after is not None
            self._moves[action, hub] = None if after is None else self._hub_number(after)
        return self._moves[action, hub]

    def _at_hub(self, action: str, state: HubState) -> HubState | None:
        if action.startswith("release"):
            return self._hub.release(state, action.split()[1])
        if action.startswith("waive"):
            return self._hub.waive(state, action.split()[1])
        if action == "merge":
            return self._hub.merge(state, self._tills["T1"].member, self._heir)
        return self._hub.save(state) if action == "save" else self._hub.restore(state)

    def check(self, state: State) -> None:
        """The rules for each till against the hub."""
        for at, name in enumerate(NAMES):
            key = (at, state.tills[at], state.hub)
            if key not in self._pairs:
                excused = self.hubs[state.hub].taken
                pair(name, self.till_facts[at][state.tills[at]], self.hub_facts[state.hub], excused=excused)
                self._pairs.add(key)


def _digest(seen: object) -> bytes:
    data = seen if isinstance(seen, bytes) else repr(seen).encode()
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
