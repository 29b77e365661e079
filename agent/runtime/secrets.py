"""The till's secrets: its signing key, the programme key, the hub's key. One file, readable by the service alone."""

from __future__ import annotations

import os
import stat

import msgspec
from msgspec import Struct

from agent.errors import ConfigFault
from agent.sqlite import replace_file, sync_folder

NAME = "secrets.json"


class Secrets(Struct, frozen=True, kw_only=True):
    """Hex texts. `hub_key` is empty while the till works alone."""

    till_key: str
    """Ed25519 seed of the till."""
    next_key: str = ""
    """The seed that takes its place, until the hub is known to know it."""
    programme_key: str
    """Names cards and phones."""
    hub_key: str = ""
    """Ed25519 public key of the hub: grants and programmes are checked against it."""
    hub_url: str = ""
    till: str = ""
    store: str = ""
    store_name: str = ""
    epoch: int = 0
    incarnation: int = 0
    """The last one this till began, kept beside the database so that a database set back in time cannot hide it."""

    def __repr__(self) -> str:
        return f"Secrets(till={self.till!r}, enrolled={bool(self.hub_key)})"


def read(folder: str) -> Secrets | None:
    """What an earlier start or an enrolment kept. Raises ConfigFault for a damaged file or one others may read."""
    path = os.path.join(folder, NAME)
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(64 * 1024)
    except FileNotFoundError:
        return None
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigFault([f"{path}: others may read it; mend: chmod 600 {path}"], file=path)
    try:
        return msgspec.json.decode(data, type=Secrets)
    except msgspec.MsgspecError:
        raise ConfigFault([f"{path}: damaged; restore it from a backup or enrol the till again"], file=path) from None


def write(folder: str, secrets: Secrets) -> None:
    """Keep them, whole or not at all."""
    replace_file(os.path.join(folder, NAME), msgspec.json.encode(secrets))
    sync_folder(folder)


def ensure(folder: str) -> Secrets:
    """The kept secrets, or new ones at a first start."""
    kept = read(folder)
    if kept is None:
        kept = Secrets(till_key=os.urandom(32).hex(), programme_key=os.urandom(32).hex())
        write(folder, kept)
    return kept
