"""Seeds that once found something, run first ever after; and the seed on which each planted bug is caught."""

from __future__ import annotations

import functools
import pathlib
import tomllib
from typing import Any

PATH = pathlib.Path(__file__).with_name("pinned.toml")


@functools.cache
def _read() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


def seeds() -> list[int]:
    return [found["seed"] for found in _read().get("found", [])]


def mutants() -> dict[str, int]:
    return dict(_read().get("mutants", {}))
