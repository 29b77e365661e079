"""The line of one till: the real calls (signed, compressed) reach the real application, or do not, or their answers do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.violation import need

from sync.line import Call, LineFault, Reply

if TYPE_CHECKING:
    from simulation.till import Machine
    from simulation.world import World

FATES = ("drop", "late", "deaf", "twice", "stale")


class SimLine:
    """sync.line.Transport. `rates` are chances of each fate; `cut` is a partition."""

    def __init__(self, world: World, machine: Machine) -> None:
        self.world = world
        self.machine = machine
        self.cut = False
        self.rates: dict[str, float] = {}
        self._last: dict[str, Reply] = {}

    def send(self, call: Call) -> Reply:
        """Carries one call; raises LineFault."""
        world = self.world
        need(
            not world.at_counter,
            "the cashier never waits for the line",
            f"{call.method} {call.path} from a cashier's call",
        )
        world.watch.take(self.machine)
        world.count("calls")
        fate = self._fate()
        if self.cut or fate == "drop":
            world.count("lost requests")
            raise LineFault("unreachable" if self.cut else "timeout")
        if fate == "late":
            world.count("late requests")
            world.mail.append((world.true_ms + world.chance.randrange(1000, 400_000), call))
            raise LineFault("timeout")
        if fate == "stale" and (former := self._last.get(call.path.partition("?")[0])) is not None:
            world.count("stale answers")
            return former
        reply = world.hub.answer(call)
        if fate == "twice":
            world.count("repeated requests")
            world.hub.answer(call)
        self._last[call.path.partition("?")[0]] = reply
        if fate == "deaf":
            world.count("lost answers")
            raise LineFault("cut")
        return reply

    def connect(self) -> None:
        """A machine that starts opens connections of its own: no answer of former ones can reach it."""
        self._last.clear()

    def hang_up(self) -> None:
        """Nobody waits on this line."""

    def _fate(self) -> str:
        roll = self.world.chance.random()
        for fate in FATES:
            roll -= self.rates.get(fate, 0.0)
            if roll < 0:
                return fate
        return ""
