"""500 receipts through every fault at random places: each on paper at least once, every further one marked a copy."""

from __future__ import annotations

import random
import re
import time

import pytest
from printing import HASTY, Clock, fast, print_job, receipt, simulated

from drivers.printer.settings import PrinterSettings
from drivers.printer.spool import PrinterWorker
from drivers.shapes import Document, JobState, PrintJob
from drivers.sim.memory_spool import MemorySpool
from drivers.sim.paper import Paper
from drivers.sim.printer_faults import random_faults

RECEIPTS = 500
RECEIPT_BYTES = 400


class Crash(BaseException):
    """The power of the till goes: no handler of ours may catch it."""


class CrashingSpool:
    """A spool in whose calls the till may die, before or after the row is durable."""

    def __init__(self, rows: MemorySpool, chance: random.Random, every: int) -> None:
        self.rows = rows
        self._chance = chance
        self._every = every

    def next(self, printer: str, now_ms: int) -> PrintJob | None:
        return self.rows.next(printer, now_ms)

    def mark(self, job: str, state: JobState, *, now_ms: int, cause: str = "", attempt: bool = False) -> None:
        fate = self._chance.randrange(self._every)
        if fate == 0:
            raise Crash
        self.rows.mark(job, state, now_ms=now_ms, cause=cause, attempt=attempt)
        if fate == 1:
            raise Crash


def assert_paper(paper: Paper, receipts: int) -> int:
    """The property itself; returns how many copies there were."""
    whole: dict[int, int] = {}
    plain: dict[int, int] = {}
    copies = 0
    for slip in paper.receipts:
        text = slip.text
        numbers = {int(number) for number in re.findall(r"(?:BEGIN|END) (\d{5})", text)}
        assert len(numbers) <= 1, f"two receipts on one slip:\n{text}"
        for n in numbers:
            is_whole = f"BEGIN {n:05d}" in text and f"END {n:05d}" in text
            whole[n] = whole.get(n, 0) + is_whole
            plain[n] = plain.get(n, 0) + (not slip.is_copy)
            copies += slip.is_copy
    missing = [n for n in range(receipts) if not whole.get(n)]
    assert missing == [], "missing"
    unmarked = {n: count for n, count in plain.items() if count > 1}
    assert unmarked == {}, "unmarked"
    assert paper.kicks == 0
    return copies


def run_till_done(settings: PrinterSettings, rows: MemorySpool, chance: random.Random, *, crash_every: int) -> int:
    """Workers one after the other, each until it dies, as a till that starts again; returns how many there were."""
    clock = Clock()
    lives = 0
    deadline = time.monotonic() + 90
    while rows.unfinished():
        lives += 1
        worker = PrinterWorker(settings, CrashingSpool(rows, chance, crash_every), now_ms=clock)
        try:
            while rows.unfinished():
                assert time.monotonic() < deadline, f"{rows.unfinished()} receipts not done"
                time.sleep(min(worker.step() or 0.0, 0.02))
        except Crash:
            continue
        finally:
            worker._close()  # what the system does with a dead process's sockets
    return lives


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "ack", "policy"), [(1, "gs_h", "wait"), (2, "gs_h", "reprint"), (3, "gs_r", "wait"), (4, "gs_h", "wait")]
)
def test_every_receipt_comes_out_and_every_further_one_is_a_copy(seed: int, ack: str, policy: str) -> None:
    chance = random.Random(seed)
    receipts = RECEIPTS // 4
    faults = random_faults(chance, count=24, bytes_total=receipts * RECEIPT_BYTES, hold_ms=60)
    rows = MemorySpool()
    for n in range(receipts):
        rows.put(print_job(n))
    with simulated(faults=faults, buffer_bytes=chance.choice([256, 4096]), bytes_per_s=400_000) as printer:
        settings = fast(printer.listen(), ack=ack, copies_policy=policy, **HASTY)
        lives = run_till_done(settings, rows, chance, crash_every=40)
        assert printer.settled(time.monotonic() + 5)
        copies = assert_paper(printer.paper, receipts)
        assert all(rows.get(f"j{n:05d}").state == "printed" for n in range(receipts))
        assert printer.device.received > faults[-1].at_byte, "not every fault struck"
    assert lives > 5
    assert copies > 10


@pytest.mark.parametrize(
    ("jobs", "fault"),
    [
        ([print_job(0), print_job(2)], "missing"),
        ([print_job(0), print_job(1), print_job(2), print_job(3, receipt(1))], "unmarked"),
        ([print_job(0, Document((*receipt(0).blocks[:-1], *receipt(1).blocks))), print_job(2)], "two receipts"),
    ],
)
def test_the_property_can_fail(jobs: list[PrintJob], fault: str) -> None:
    rows = MemorySpool()
    for row in jobs:
        rows.put(row)
    with simulated() as printer:
        run_till_done(fast(printer.listen()), rows, random.Random(1), crash_every=10**9)
        with pytest.raises(AssertionError, match=fault):
            assert_paper(printer.paper, 3)
