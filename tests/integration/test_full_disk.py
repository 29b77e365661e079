"""A real full disk: a tmpfs of two megabytes in a mount namespace of its own; SQLite's own limit where no such can be made."""

from __future__ import annotations

import json

import full_disk_day
from mounts import on_disk


def test_the_day_of_a_full_disk(tmp_path):
    said, real = on_disk(full_disk_day.__file__, str(tmp_path), size="2m", otherwise="200")
    seen = json.loads(said)
    assert 10 < seen.pop("before") == seen.pop("reads") - 1
    opening = seen.pop("opening", None)
    assert seen == {
        "whole_when_full": True,
        "refused_again": [0, 0, 0],
        "after": 20,
        "whole_after": True,
        "whole_again": True,
        "more": 5,
        "good": True,
    }
    # With no byte left a new database is refused and leaves nothing half; neither does a copy.
    assert opening == (["new StorageFull", "copy StorageFull"] if real else None)
