"""Its contract is in tests/contract; here what only it has."""

from __future__ import annotations

import pytest
from printing import print_job

from drivers.sim.memory_spool import MemorySpool


def test_rows_are_got_and_counted() -> None:
    spool = MemorySpool()
    spool.put(print_job(0))
    assert spool.unfinished() == 1
    spool.mark("j00000", "printed", now_ms=1)
    assert spool.unfinished() == 0
    assert spool.get("j00000").state == "printed"
    with pytest.raises(KeyError):
        spool.get("nobody")
