"""Read the configuration file: all faults at once, cross-checks between tables included."""

from __future__ import annotations

import os

from agent.config import Fault, convert, read_toml
from agent.errors import ConfigFault
from agent.runtime.settings import Settings
from drivers.printer.settings import setting_faults

DEFAULT_PATH = "/etc/kopilka/config.toml"
MAX_BYTES = 1024 * 1024


def load(path: str) -> Settings:
    """The settings of a file. Raises ConfigFault with every fault found."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigFault([Fault(path, 0, "", f"cannot be read: {error.strerror}")], file=path) from None
    if len(data) > MAX_BYTES:
        raise ConfigFault([Fault(path, 0, "", "is larger than 1 MiB")], file=path)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigFault([Fault(path, line, "", "is not UTF-8")], file=path) from None
    return read(text, path)


def read(text: str, path: str) -> Settings:
    """The settings of a text. Raises ConfigFault."""
    found, lines, faults = read_toml(text, path)
    if faults:
        raise ConfigFault(faults, file=path)
    settings, faults = convert(found, Settings, lines=lines, file=path)
    if settings is None or faults:
        raise ConfigFault(faults, file=path)
    faults = [Fault(path, lines.of(key), dotted(key), what, allowed) for key, what, allowed in _crossed(settings)]
    if faults:
        raise ConfigFault(faults, file=path)
    return settings


def dotted(key: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in key)


Crossed = list[tuple[tuple[str | int, ...], str, str]]


def _crossed(settings: Settings) -> Crossed:
    """What no single key shows: names that repeat or lead nowhere."""
    found: Crossed = []
    for table, names in (
        ("scanner", [row.name for row in settings.scanner]),
        ("printer", [row.name for row in settings.printer]),
    ):
        for n, name in enumerate(names):
            if name in names[:n]:
                found.append(((table, n, "name"), f"{name!r} is there already", "a name of its own"))
    for n, row in enumerate(settings.printer):
        for fault in setting_faults(row):
            found.append((("printer", n, fault.key), fault.code, ", ".join(fault.allowed)))
    printers = [row.name for row in settings.printer]
    if settings.receipt.printer is not None and settings.receipt.printer not in printers:
        found.append(
            (("receipt", "printer"), f"no [[printer]] is named {settings.receipt.printer!r}", ", ".join(printers))
        )
    if settings.till.programme is not None and not os.path.exists(settings.till.programme):
        found.append((("till", "programme"), f"there is no file {settings.till.programme}", "a programme file"))
    return found
