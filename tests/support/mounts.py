"""A small disk of one's own for a program: a tmpfs in a mount namespace, where this machine lets us make one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def namespaces() -> bool:
    """Whether this machine lets us mount something of our own."""
    if shutil.which("unshare") is None:
        return False
    words = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def on_disk(script: str, folder: str, *, size: str | int, otherwise: str) -> tuple[str, bool]:
    """What a script prints that runs in `folder` on a disk of that size, and whether the disk was real; else with a word more."""
    real = namespaces()
    mount = f'mount -t tmpfs -o size={size} none "$1" && exec "$2" "$3" "$1"'
    direct = [sys.executable, script, folder, otherwise]
    mounted = ["unshare", "-rm", "sh", "-c", mount, "sh", folder, sys.executable, script]
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
    return done.stdout, real
