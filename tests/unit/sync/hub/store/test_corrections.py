"""Corrections are kept as they were made."""

from sync.hub.store import corrections
from sync.hub.store.corrections import Correction
from sync.hub.store.steps import transaction


def test_kept_by_member_and_step(bench):
    made = [
        Correction(member="m", step=step, till="t1", inc=1, seq=9, at=5, changes={"points:main": {"debt": [5, 0]}})
        for step in (2, 1)
    ]
    with transaction(bench.database):
        for one in made:
            corrections.put(bench.database, one)
    assert corrections.of(bench.database, "m") == made[::-1]
    assert corrections.of(bench.database, "n") == []
