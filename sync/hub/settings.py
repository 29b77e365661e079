"""hub.toml: where the hub listens, where it keeps its database and its copies, how much a till may hold. All of it has defaults."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from agent.config import Fault, convert, read_toml
from agent.errors import ConfigFault
from sync.hub import fleet
from sync.hub.policy import DAY_MS, HOUR_MS, Policy
from sync.hub.store.server import is_server

MAX_FILE_BYTES = 256 * 1024


class Listen(Struct, frozen=True, forbid_unknown_fields=True):
    """Where tills reach the hub. Anything but this machine wants [tls], or a proxy that ends it."""

    host: Annotated[str, Meta(min_length=1, max_length=255)] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8780


class TlsFiles(Struct, frozen=True, forbid_unknown_fields=True):
    """[tls]: the hub ends TLS by itself. `client_ca` lets in only tills that show a certificate it signed."""

    cert: Annotated[str, Meta(min_length=1, max_length=4096)]
    key: Annotated[str, Meta(min_length=1, max_length=4096)]
    client_ca: Annotated[str, Meta(min_length=1, max_length=4096)] | None = None


class Backup(Struct, frozen=True, forbid_unknown_fields=True):
    """Verified copies of the database; only what is inside one may be pruned at tills. An empty folder makes none."""

    folder: str = ""
    keep: Annotated[int, Meta(ge=1, le=365)] = 7
    every_hours: Annotated[int, Meta(ge=1, le=168)] = 24


class FillSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The first fill of new tills; several hubs behind one balancer share the folder. Empty: beside the database."""

    folder: str = ""
    every_hours: Annotated[int, Meta(ge=1, le=720)] = 24
    """How often it is looked whether a new one is worth making."""


class LeaseLimits(Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a member's points one till may hold, in smallest points."""

    visit_cap: Annotated[int, Meta(ge=1, le=10**12)] = 10**9
    visit_hours: Annotated[int, Meta(ge=1, le=72)] = 12
    standing_cap: Annotated[int, Meta(ge=0, le=10**12)] = 10**9
    standing_days: Annotated[int, Meta(ge=1, le=365)] = 60
    shared_percent: Annotated[int, Meta(ge=0, le=50)] = 50
    """Of what is available, where there is more than one store."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    database: Annotated[str, Meta(min_length=1, max_length=4096)] = "hub.db"
    """A file, or a server: postgresql://USER@HOST:PORT/DATABASE."""
    database_file: Annotated[str, Meta(max_length=4096)] = ""
    """Where the name of a server is read from instead, since it may hold a password; a bare name is a credential of systemd."""
    listen: Listen = Listen()
    tls: TlsFiles | None = None
    backup: Backup = Backup()
    leases: LeaseLimits = LeaseLimits()
    fill: FillSettings = FillSettings()

    @property
    def fill_folder(self) -> str:
        """Empty: no fills are made. A server needs to be told of a folder, one that all its hubs share."""
        return self.fill.folder or ("" if is_server(self.database) else self.database + ".fill")

    @property
    def fleet_files(self) -> tuple[str, ...]:
        """Where epoch and tills are kept outside the database: beside a file, and with the copies."""
        with_copies = (fleet.in_folder(self.backup.folder),) if self.backup.folder else ()
        return with_copies if is_server(self.database) else (fleet.beside(self.database), *with_copies)

    @property
    def policy(self) -> Policy:
        limits = self.leases
        return Policy(
            visit_cap=limits.visit_cap,
            visit_life_ms=limits.visit_hours * HOUR_MS,
            standing_cap=limits.standing_cap,
            standing_life_ms=limits.standing_days * DAY_MS,
            shared=Fraction(limits.shared_percent, 100),
        )


def read_settings(text: str, file: str) -> Settings:
    """Settings out of a file's text. Raises ConfigFault with every fault at once."""
    data, lines, faults = read_toml(text, file)
    settings: Settings | None = None
    if not faults:
        settings, faults = convert(data, Settings, lines=lines, file=file)
    if settings is None:
        raise ConfigFault(faults, file=file)
    return settings


def with_secret(settings: Settings, credentials: str) -> Settings:
    """The settings with `database` read from `database_file`; `credentials` is systemd's folder of them. Raises ConfigFault."""
    if not settings.database_file:
        return settings
    path = settings.database_file
    if "/" not in path and credentials:
        path = os.path.join(credentials, path)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(4096).strip()
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "not UTF-8"
        raise ConfigFault([f"database_file: {path}: {problem}"], file=path) from error
    if not is_server(text) or "\n" in text:
        raise ConfigFault([f"database_file: {path}: no postgresql://... in one line"], file=path)
    return msgspec.structs.replace(settings, database=text)


def listen_at(address: str) -> Listen:
    """An address, host:port or "[::1]:port, of the command line. Raises ConfigFault."""
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        return msgspec.convert({"host": host, "port": port}, Listen, strict=False)
    except msgspec.ValidationError as error:
        fault = Fault("--listen", 1, "", f"not an address: {address[:80]}", allowed="HOST:PORT")
        raise ConfigFault([fault], file="--listen") from error
