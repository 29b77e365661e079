"""Small files beside a database: replaced whole or not at all, for nobody else's eyes."""

from __future__ import annotations

import contextlib
import os


def read_file(path: str) -> bytes:
    """All of it; nothing where there is no file. Raises OSError."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def replace_file(path: str, data: bytes) -> None:
    """Put a file of this content in place, whatever was there; its name lasts when the folder is synced too (`sync_folder`).

    It stays the former one's owner's: what root's command writes the service must be able to read.

    Raises OSError, with the former file in its place and nothing beside it.
    """
    part = f"{path}.part"
    try:
        # What lies there is nobody's, maybe a link to another's file: a file of our own takes its place.
        remove_file(part)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            if os.geteuid() == 0 and os.path.exists(path):
                was = os.stat(path)
                os.fchown(file.fileno(), was.st_uid, was.st_gid)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def remove_file(path: str) -> None:
    """Take a file away where there is one. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
