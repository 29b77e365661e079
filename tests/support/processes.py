"""What runs on this machine, by its command line."""

from __future__ import annotations

import os
import pathlib


def left_of(folder: str | os.PathLike[str]) -> list[int]:
    """The processes whose command line names the folder."""
    name = os.fsencode(folder)
    return [int(found.name) for found in pathlib.Path("/proc").glob("[0-9]*") if name in _command_line(found)]


def _command_line(process: pathlib.Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
