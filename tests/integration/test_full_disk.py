"""A real full disk: a tmpfs of two megabytes in a mount namespace of its own; SQLite's own limit where no such can be made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import full_disk_day
import pytest

MOUNT = 'mount -t tmpfs -o size=2m none "$1" && exec "$2" "$3" "$1"'


def namespaces() -> bool:
    """Whether this machine lets us mount something of our own."""
    if shutil.which("unshare") is None:
        return False
    words = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def real() -> bool:
    return namespaces()


def test_the_day_of_a_full_disk(tmp_path, real):
    script = full_disk_day.__file__
    direct = [sys.executable, script, str(tmp_path), "200"]
    mounted = ["unshare", "-rm", "sh", "-c", MOUNT, "sh", str(tmp_path), sys.executable, script]
    path = os.pathsep.join(part for part in sys.path if part)
    done = subprocess.run(
        mounted if real else direct,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
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
