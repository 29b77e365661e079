from __future__ import annotations

from drivers.printer.state import StateTeller
from drivers.shapes import DeviceState


def test_a_state_is_told_once() -> None:
    told: list[DeviceState] = []
    state = StateTeller("p", told.append)
    state.waiting("gone")
    state.waiting("gone")
    state.waiting("paper_out")
    state.ready(paper_low=True)
    state.printed = 3
    state.ready()
    state.ready()
    state.degraded("driver_fault")
    assert [(one.state, one.cause) for one in told] == [
        ("absent", "gone"),
        ("waiting", "paper_out"),
        ("ready", "paper_low"),
        ("ready", ""),
        ("degraded", "driver_fault"),
    ]
    assert told[-1].numbers == {"printed": 3, "copies": 0}
