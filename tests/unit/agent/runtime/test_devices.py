"""What is done with a scan nobody waits for: its fault is told."""

import logging
from concurrent.futures import Future

from agent.errors import StorageFull
from agent.runtime.devices import _looked_at


def test_a_scan_that_failed_is_told(caplog):
    failed: Future[object] = Future()
    failed.set_exception(StorageFull(path="x"))
    fine: Future[object] = Future()
    fine.set_result({})
    with caplog.at_level(logging.ERROR, logger="kopilka.devices"):
        _looked_at(fine)
        assert not caplog.records
        _looked_at(failed)
    assert [record.message for record in caplog.records] == ["scan-failed"]
