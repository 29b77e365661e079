"""The spool in memory keeps the contract of every spool."""

from __future__ import annotations

import pytest
from spool_contract import SpoolContract, job

from drivers.shapes import PrintJob
from drivers.sim.memory_spool import MemorySpool


class TestMemorySpool(SpoolContract):
    @pytest.fixture
    def spool(self) -> MemorySpool:
        return MemorySpool()

    def put(self, spool: MemorySpool, row: PrintJob) -> None:
        spool.put(row)

    def get(self, spool: MemorySpool, name: str) -> PrintJob:
        return spool.get(name)

    def test_an_id_is_put_once(self, spool: MemorySpool) -> None:
        spool.put(job("a"))
        with pytest.raises(ValueError, match="there already"):
            spool.put(job("a"))
        assert spool.unfinished() == 1
