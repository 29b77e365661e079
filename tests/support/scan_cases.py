"""The byte captures of tests/golden/scans.json, and how a Scan is held against what a capture expects."""

from __future__ import annotations

import json
import pathlib

CAPTURES = json.loads((pathlib.Path(__file__).parent.parent / "golden" / "scans.json").read_text(encoding="utf-8"))[
    "captures"
]
NAMED = [(capture["id"], capture) for capture in CAPTURES]


def expected(capture):
    """What must come out, one a scan, in order."""
    expect = capture["expect"]
    wanted = expect if isinstance(expect, list) else [expect]
    return [{key: value for key, value in one.items() if key != "note"} for one in wanted]


def shown(scan, wanted):
    """Of a Scan, the keys a capture speaks of, in its shapes."""
    return {key: [list(e) for e in scan.gs1] if key == "gs1" else getattr(scan, key) for key in wanted}


def pieces(capture):
    return [capture["hex"]] if isinstance(capture["hex"], str) else capture["hex"]
