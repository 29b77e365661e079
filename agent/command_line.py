"""In which language a command speaks; of every command, the till's and the hub's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.messages import Lang


def lang() -> Lang:
    """KOPILKA_LANG, else the locale."""
    found = os.environ.get("KOPILKA_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "ru" if found.startswith("ru") else "en"


def speak(russian: str, english: str) -> str:
    """One of the two, in the command line's language."""
    return russian if lang() == "ru" else english
