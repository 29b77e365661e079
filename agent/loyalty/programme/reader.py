"""A programme file's text read, checked and compiled. Text in, values out: no file is opened here."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import msgspec
from msgspec import Struct

from agent.config import Fault, convert, read_toml
from agent.loyalty.programme.compiling import compile_programme
from agent.loyalty.programme.desk import Desk
from agent.loyalty.programme.grammar import ProgrammeFile
from agent.loyalty.programme.meant import meant
from agent.loyalty.programme.salvage import salvage
from agent.loyalty.programme.values import Programme
from agent.toml_lines import Lines


class Reading(Struct, frozen=True):
    """What came of a text: the programme when there are no faults; warnings do not stop it."""

    programme: Programme | None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def read_programme(text: str, file: str) -> Reading:
    """The programme a text means, or every fault in it, by line."""
    document, lines, faults = read_toml(text, file)
    if faults:
        return Reading(None, tuple(faults))
    return compile_document(document, lines, file)


def compile_document(document: dict[str, Any], lines: Lines, file: str) -> Reading:
    """The same from a document already read."""
    try:
        tables = msgspec.convert(document, ProgrammeFile)
    except msgspec.ValidationError:
        # Only now the slow way: TOML's own dates as texts, and if that was not it, every fault.
        document = _plain(document)
        found, faults = convert(document, ProgrammeFile, lines=lines, file=file)
        if found is None:
            return Reading(None, _more(document, faults, lines))
        tables = found
    desk = Desk(lines, file)
    programme = compile_programme(tables, document, desk)
    return Reading(programme, tuple(sorted(desk.faults, key=_place)), tuple(sorted(desk.warnings, key=_place)))


def _more(document: dict[str, Any], faults: list[Fault], lines: Lines) -> tuple[Fault, ...]:
    """The faults of shape, and of what can be read in spite of them the faults of meaning."""
    desk = Desk(lines, faults[0].file)
    tables, places = salvage(document, faults)
    compile_programme(tables, document, desk, places)
    told = {fault.key for fault in faults}
    return tuple(sorted([*map(meant, faults), *(fault for fault in desk.faults if fault.key not in told)], key=_place))


def _place(fault: Fault) -> tuple[int, str]:
    return fault.line, fault.key


def _plain(value: Any) -> Any:
    """Dates and times as the texts they were written as. Depth is bounded by `read_toml`."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, (date, time)) else value
