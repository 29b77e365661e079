"""A file and a folder nobody may write: told by name, and never a raw error. Run as an ordinary user where the tests are root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

import pytest
from store_kit import booted

TRY = """
import os, sys
from agent.errors import KopilkaError
from agent.store.till_store import TillStore
from agent.store.verify import journal_verify
from sync.wire import NoticeBody
import cryptography, msgspec, peewee, sqlite3, encodings.idna
path = sys.argv[1]
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)

def write():
    store = TillStore(path, till="T1")
    with store.transaction():
        store.journal.append(NoticeBody(what="x"), at=1, id="id")

def copy():
    store = TillStore(path, till="T1")
    store.backup(path + ".copy")

for step in (write, copy, lambda: journal_verify(path)):
    try:
        step()
        print("done")
    except KopilkaError as fault:
        print(type(fault).__name__, os.path.basename(str(fault.fields["path"])))
"""


@pytest.fixture
def folder():
    # Not tmp_path: its parents are closed to other users.
    folder = tempfile.mkdtemp(prefix="kopilka-test-")
    os.chmod(folder, 0o755)
    yield folder
    os.chmod(folder, 0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "expected"),
    [
        (0o555, 0o444, ["StorageBroken till.sqlite3", "StorageBroken till.sqlite3", "StorageBroken till.sqlite3"]),
        (0o777, 0o444, ["StorageBroken till.sqlite3", "done", "done"]),
        (0o777, 0o000, ["StorageBroken till.sqlite3", "StorageBroken till.sqlite3", "StorageBroken till.sqlite3"]),
    ],
)
def test_told_by_name(folder, folder_mode, file_mode, expected):
    path = os.path.join(folder, "till.sqlite3")
    booted(path, 3).close()
    os.chmod(path, file_mode)
    os.chmod(folder, folder_mode)
    done = subprocess.run(
        [sys.executable, "-c", TRY, path],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == expected, done.stderr
