from __future__ import annotations

import random

from drivers.sim.printer_faults import ALL_FAULTS, random_faults


def test_a_seed_gives_one_script() -> None:
    first, again, other = (
        random_faults(random.Random(seed), count=200, bytes_total=1000, hold_ms=50) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    assert {fault.kind for fault in first} == set(ALL_FAULTS)
    assert [fault.at_byte for fault in first] == sorted(fault.at_byte for fault in first)
    assert all(25 <= fault.hold_ms <= 50 and 1 <= fault.at_byte < 1000 for fault in first)
