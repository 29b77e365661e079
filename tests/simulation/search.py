"""Every interleaving of two tills and a hub over one balance that a bounded search reaches: `./run search`.

Actions: at a till want (a scan while the line is up), spend, overcharge (told after the payment), return, close, heal (a new
incarnation), a disk set back to the morning, a push whose answer arrives (with grants and recalls) and one whose answer is lost; at the hub
a forced release of a till's leases, a merge of the member into another, a backup, a restore of it (there is one of the morning from the
beginning) and a person who waives a till that a restored hub waits for.

**Parts.** A state is (hub, its backup, till 1, till 2). Each action is carried out by the real code on one part, or on one till and the hub when it
pushes; its outcome depends on those parts alone. So it is carried out once for each state of the parts and remembered; what is searched is the
product of what is remembered. What an onlooker has to keep in mind (what released and forgotten leases may cost, that a lease was taken
from its till) the hub does not know, so it tells states of the product apart, and none of the hub's.

**Reduction.** What a till does by itself touches that till only, so it commutes with everything but its own actions. Any interleaving of n
actions therefore leads to the same state as one in which each till's own actions stand right before its next push, or at the end, and
that one has n actions too. Searched are those: a step is (own actions of one till, push) or one action of the hub. The states in between are
not left out of the check. The rules for one part, and for one till against the hub, are checked in every state of it that is met, and
the own actions that may follow in the depth that is left are carried out for each till by itself. The one rule over both tills, I5, is
a sum of two terms each till moves alone: checked is the largest sum that the depth left allows.

**Symmetry.** In the morning both tills are alike, and for what a person does to one there is the same for the other, so the first push is the
first till's.

**Not cut.** Two states are one only when every row that later steps read is the same.

**The end.** In every state that is stepped to, also those of the last depth, both tills push until nothing moves, and all sums must agree. Where that
leads depends on the hub and the tills, not on the backup or the onlooker, so it is worked out once for each of those.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from simulation import bugs
from simulation.facts import need
from simulation.parts import NAMES, OPENING
from simulation.remembered import AT_HUB, OWN, Parts, State, searching


class Found(Exception):
    """A rule was broken: the shortest way there, as far as the search goes by depth."""

    def __init__(self, wrong: str, trace: list[str]) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.trace = trace


class Search:
    """By depth, so that the first violation has the shortest trace."""

    def __init__(self, parts: Parts, *, depth: int, at_hub: tuple[str, ...], settle: int) -> None:
        """`settle`: from every state up to that depth both tills also push until nothing moves, and all sums must agree."""
        self.parts, self.depth, self._at_hub, self._settle = parts, depth, at_hub, settle
        self.came: dict[State, tuple[State | None, str]] = {parts.first: (None, "")}
        self.layers: list[list[State]] = [[] for _ in range(depth + 1)]
        self.layers[0].append(parts.first)
        self.transitions = 0
        self.settled = 0
        self._way = ""
        self._ends: dict[tuple[int, tuple[int, int]], tuple[int, tuple[int, int]]] = {}
        self._most: dict[tuple[int, int, int], list[int]] = {}

    def run(self, tell: Callable[[int], None] = lambda _depth: None) -> None:
        """Raises Found."""
        for depth in range(self.depth + 1):
            for state in self.layers[depth]:
                self._at(state, depth)
            tell(depth)

    def _at(self, state: State, depth: int) -> None:
        label = ""
        try:
            self.parts.check(state)
            self._i5(state, self.depth - depth)
            if depth <= self._settle:
                label = "everybody pushes"
                self._settles(state)
            for cost, label, move in self._moves(state, self.depth - depth):
                after = move()
                if after is None:
                    continue
                self.transitions += 1
                if after not in self.came:
                    self.came[after] = (state, label)
                    self.layers[depth + cost].append(after)
        except Exception as error:
            last = f"{self._way} {self.parts.doing}" if self.parts.doing else label
            raise Found(f"{type(error).__name__} {error}", [*self.trace(state), last]) from error

    def _moves(self, state: State, room: int) -> Iterator[tuple[int, str, Callable[[], State | None]]]:
        """(cost, what, how): each till's own actions up to a push of it, and the hub's."""
        if not room:
            return
        for action in self._at_hub:
            yield 1, f"hub: {action}", lambda action=action: self._hub_moved(state, action)
        # The tills are alike: who pushes first is called the first one.
        for at in range(2 if state.hub.heard else 1):
            for number, (cost, said) in self._ways(at, state.tills[at], room - 1).items():
                label = f"{NAMES[at]}: {said}".rstrip() + " push"
                yield cost + 1, label, lambda at=at, number=number: self._pushed(state, at, number, lost=False)
                yield (
                    cost + 1,
                    label + " (answer lost)",
                    lambda at=at, number=number: self._pushed(state, at, number, lost=True),
                )

    def _hub_moved(self, state: State, action: str) -> State | None:
        hub = self.parts.at_hub(action, state.hub)
        return None if hub is None else state._replace(hub=hub)

    def _pushed(self, state: State, at: int, number: int, *, lost: bool) -> State:
        till, hub = self.parts.push(at, number, state.hub)
        tills = list(state.tills)
        tills[at] = number if lost else till
        return State(hub, (tills[0], tills[1]))

    def _ways(self, at: int, start: int, room: int) -> dict[int, tuple[int, str]]:
        """States a till reaches by itself in `room` actions: how many it takes, and which."""
        found, edge = {start: (0, "")}, [start]
        for cost in range(1, room + 1):
            after = []
            for number in edge:
                self._way = f"{NAMES[at]}: {found[number][1]}".rstrip()
                for action, to in self.parts.own(at, number):
                    self.transitions += 1
                    if to not in found:
                        found[to] = (cost, f"{found[number][1]} {action}".strip())
                        after.append(to)
            edge = after
        return found

    def _i5(self, state: State, room: int) -> None:
        """Redemptions beyond what was there are the shop's told loss, or at most what was taken from a till behind its back."""
        one, two = (self._growth(at, state.tills[at], room) for at in range(2))
        most = max(one[n] + two[room - n] for n in range(room + 1))
        limit = OPENING + state.hub.exposed
        need(most <= limit, "I5 redeemed by both tills", most, "of", limit)

    def _growth(self, at: int, start: int, room: int) -> list[int]:
        """Most that a till has redeemed within its rights after 0, 1, ... own actions from here."""
        key = (at, start, room)
        if key not in self._most:
            most = [-(10**9)] * (room + 1)
            for number, (cost, _) in self._ways(at, start, room).items():
                till = self.parts.tills[at][number]
                most[cost] = max(most[cost], till.redeemed - till.loss + till.made_good)
            for n in range(1, room + 1):
                most[n] = max(most[n], most[n - 1])
            self._most[key] = most
        return self._most[key]

    def _settles(self, state: State) -> None:
        """When everybody has pushed all that was redeemed is known, and I6: no balance below 0, nothing dropped."""
        self.settled += 1
        state = self._end(state)
        hub, tills = state.hub, [self.parts.tills[at][state.tills[at]] for at in range(2)]
        facts = self.parts.hub_facts[hub.now]
        told, lost = sum(till.redeemed for till in tills), sum(till.borne() for till in tills)
        need(facts.balance >= 0, "I6 a balance below 0", facts.balance)
        need(facts.balance == OPENING - facts.redeemed + facts.loss, "balance = opening - redeemed + loss", facts)
        need(facts.loss <= lost + hub.exposed, "I5 the shop's loss", facts.loss, lost, hub.exposed)
        if not any(till.forgot for till in tills):
            need(facts.redeemed == told, "I6 a redemption is not known", facts.redeemed, "of", told)
            need(facts.loss >= lost, "I5 a loss that was told is not booked", facts.loss, lost)

    def _end(self, state: State) -> State:
        """Where pushes in turn lead, once nothing moves any more."""
        met = []
        while (key := (state.hub.now, state.tills)) not in self._ends:
            need(len(met) < MOST_ROUNDS, "everybody pushes, and it comes to no end")
            met.append(key)
            for at in range(2):
                state = self._pushed(state, at, state.tills[at], lost=False)
            if (state.hub.now, state.tills) == key:
                self._ends[key] = key
        now, tills = self._ends[key]
        self._ends.update(dict.fromkeys(met, (now, tills)))
        return State(state.hub._replace(now=now), tills)

    def rooms(self) -> Iterator[tuple[State, int]]:
        """The states that were stepped to, with the depth that was left there."""
        for depth, layer in enumerate(self.layers):
            for state in layer:
                yield state, self.depth - depth

    def tails(self, at: int, number: int, room: int) -> list[tuple[int, int]]:
        """(state, actions) a till reaches by itself from there."""
        return [(to, cost) for to, (cost, _) in self._ways(at, number, room).items()]

    def trace(self, state: State) -> list[str]:
        """What led to a state, first step first."""
        steps: list[str] = []
        at: State | None = state
        while at is not None:
            at, label = self.came[at]
            steps.append(label)
        return [step for step in reversed(steps) if step]


def search(
    depth: int, own: tuple[str, ...] = OWN, at_hub: tuple[str, ...] = AT_HUB, *, settle: int = 0, tell: Any = None
) -> Search:
    """Search; raises Found."""
    with searching(own) as parts:
        made = Search(parts, depth=depth, at_hub=at_hub, settle=settle)
        made.run(tell or (lambda _depth: None))
        return made


class Menu(NamedTuple):
    """What may happen, and how deep; `less` is taken off the depth asked for."""

    own: tuple[str, ...]
    at_hub: tuple[str, ...]
    less: int = 0


MENUS = {
    "all": Menu(OWN, AT_HUB, less=1),
    "together": Menu(("want", "spend", "close", "give_back"), AT_HUB),
    "incarnation": Menu(("want", "spend", "close", "heal", "set_back"), ()),
}
"""The longest first. All actions are searched one step less deep: each step more multiplies the states by three."""
PROCESSES = 2
MOST_ROUNDS = 12
"""Of pushes in turn, until nothing moves."""


class Told(NamedTuple):
    """What a search came to."""

    menu: str
    depth: int
    states: int = 0
    transitions: int = 0
    carried: int = 0
    settled: int = 0
    cpu_s: float = 0
    violation: str = ""

    def __str__(self) -> str:
        return (
            f"{self.menu}, depth {self.depth}: {self.states} distinct states, {self.transitions} transitions, {self.carried} actions "
            f"carried out by the real code, {self.settled} states settled to the end, {self.cpu_s:.0f} s CPU; "
            + (f"VIOLATION: {self.violation}" if self.violation else "violations: 0")
        )


def of_menu(name: str, depth: int) -> Told:
    """Search one menu, telling each depth on the error output."""
    menu = MENUS[name]
    began, depth = time.process_time(), depth - menu.less
    with searching(menu.own) as parts:
        made = Search(parts, depth=depth, at_hub=menu.at_hub, settle=depth)

        def tell(at: int) -> None:
            sizes = f"{parts.hubs} states of the hub, {len(parts.tills[0])} and {len(parts.tills[1])} of the tills"
            sys.stderr.write(f"{name}: depth {at} of {depth}, {len(made.came)} states, {sizes}\n")

        wrong = ""
        try:
            made.run(tell)
        except Found as found:
            wrong = "\n  ".join([found.wrong, *found.trace])
        figures = (len(made.came), made.transitions, sum(parts.carried.values()), made.settled)
        return Told(name, depth, *figures, time.process_time() - began, wrong)


def planted_all() -> Iterator[tuple[str, str, list[str]]]:
    """(bug, what was found, the way there) for each planted bug; nothing found is told as an empty word."""
    for name in bugs.BUGS:
        with bugs.planted(name) as bug:
            try:
                search(bug.depth, bug.own, bug.at_hub, settle=bug.depth)
            except Found as found:
                yield name, found.wrong, found.trace
            else:
                yield name, "", []


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./run search", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--depth", type=int, default=8)
    parser.add_argument("--menu", choices=MENUS, help="only this one (all of them, in two processes)")
    parser.add_argument("--no-bugs", action="store_true", help="leave the planted bugs out")
    asked = parser.parse_args(words)
    names = [asked.menu] if asked.menu else list(MENUS)
    bad = 0
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        for told in pool.imap_unordered(partial(of_menu, depth=asked.depth), names):
            print(told, flush=True)
            bad += bool(told.violation)
    for name, wrong, trace in [] if asked.no_bugs else planted_all():
        print(f"planted {name}: " + (f"found: {wrong}\n  " + "\n  ".join(trace) if wrong else "NOT FOUND"), flush=True)
        bad += not wrong
    return bool(bad)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
