"""Faults gathered with their lines and paths."""

from __future__ import annotations

from types import SimpleNamespace

from agent.loyalty.programme.desk import Desk
from agent.loyalty.programme.words import percent
from agent.toml_lines import find_lines


def test_faults_have_the_line_of_the_nearest_key() -> None:
    desk = Desk(find_lines('[[offer]]\nid = "a"\n[[offer]]\nid = "b"\nthen = { percent = "5" }\n'), "p.toml")
    desk.base = ("offer", 1)
    assert desk.read(("then", "percent"), percent, "5") is None
    assert desk.read(("then", "percent"), percent, "5%") == 500
    desk.later(SimpleNamespace(visit=1, store=None), ("visit", "store"), ("when",))
    desk.warn(("id",), "odd")
    assert [(fault.line, fault.key) for fault in desk.faults] == [
        (5, "offer[1].then.percent"),
        (3, "offer[1].when.visit"),
    ]
    assert [str(warning) for warning in desk.warnings] == ["p.toml:4: offer[1].id: odd"]
