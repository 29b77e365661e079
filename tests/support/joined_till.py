"""A till joined in this process on a real file, with the system's clock and no threads."""

from __future__ import annotations

from till_process import PROGRAMME

from agent.runtime import wiring
from agent.runtime.clock import SystemClock, SystemIds
from agent.runtime.settings import Settings, TillSettings
from agent.sqlite import InlineWriter


class Deaf:
    """Nobody listens."""

    def publish(self, kind: str, data: object) -> None:
        """Heard by nobody."""


def settings(folder, **more) -> Settings:
    """A configuration with its programme beside it."""
    path = folder / "programme.toml"
    path.write_text(PROGRAMME, encoding="utf-8")
    return Settings(till=TillSettings(data=str(folder / "data"), programme=str(path), **more))


def join(given: Settings) -> wiring.Parts:
    """Join as a service would, on this thread."""
    world = wiring.World(clock=SystemClock(), ids=SystemIds(), writer=InlineWriter())
    return wiring.join(given, Deaf(), world)


def joined(folder) -> wiring.Parts:
    """A till in a folder."""
    return join(settings(folder))
