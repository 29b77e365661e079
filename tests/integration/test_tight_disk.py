"""A disk that fills up under a till, on a real tmpfs of its own: copies go first, then caches, then the ballast, sales last."""

from __future__ import annotations

import json

import pytest
import tight_disk_day
from mounts import on_disk

SIZE = 24 * 1024 * 1024


@pytest.mark.timeout(120)
def test_what_gives_way_when(tmp_path):
    said, _ = on_disk(tight_disk_day.__file__, str(tmp_path), size=SIZE, otherwise=str(SIZE))
    seen = json.loads(said)
    assert seen.pop("sold_without_reserve") > 100
    assert seen == {
        "held": True,
        "room": True,
        "no_room": False,
        "order": ["backups", "caches", "reserve", "refused"],
        "whole": True,
        "after": 5,
        "held_again": True,
    }
