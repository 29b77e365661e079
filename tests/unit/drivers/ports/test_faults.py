from __future__ import annotations

import pytest

from drivers.ports.faults import Busy, Denied, Gone, PortFault, TimedOut


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Gone("p", "EIO", written=3), "gone"),
        (Busy("p", "cupsd"), "busy"),
        (Denied("p"), "denied"),
        (TimedOut("p"), "timed_out"),
        (PortFault("p"), "port_fault"),
    ],
)
def test_faults_carry_their_fields(fault: PortFault, code: str) -> None:
    assert (fault.code, fault.port) == (code, "p")
    assert "p" in str(fault)


def test_fields() -> None:
    assert Gone("p", "EIO", written=3).written == 3
    assert Busy("p", "cupsd").holder == "cupsd"
    assert "cupsd" in str(Busy("p", "cupsd"))
