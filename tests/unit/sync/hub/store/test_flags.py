"""Flags: the newest first, one of a code a record, whatever numbers they have."""

from sync.hub.store import flags
from sync.hub.store.flags import Flag
from sync.hub.store.steps import transaction


def test_newest_first_and_once(bench):
    odd = Flag("t1", 1, 7, "decision-differs", {"to_pay": "5 / 6", "why": "кириллица"})
    with transaction(bench.database):
        flags.put(bench.database, [odd, Flag("t1", 1, 8, "mismatch")], at=10)
        flags.put(bench.database, [Flag("t1", 1, 7, "decision-differs", {"to_pay": "7 / 8"})], at=20)
        flags.put(bench.database, [Flag("t2", 1, 1, "mismatch")], at=30)
    assert flags.listed(bench.database, 10) == [
        (Flag("t2", 1, 1, "mismatch"), 30),
        (odd, 10),
        (Flag("t1", 1, 8, "mismatch"), 10),
    ]
    assert len(flags.listed(bench.database, 1)) == 1
