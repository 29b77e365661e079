"""Programmes by the moment they are in force: compiled once, kept by hash; the hub's signed ones go before the local file."""

from __future__ import annotations

from collections.abc import Iterable

from agent.loyalty.programme.values import Programme


class Shelf:
    """Versions with their `effective_from` (UTC ms); at a moment the latest one begun is in force."""

    def __init__(self, base: Programme) -> None:
        self._base = base
        self._later: list[tuple[int, int, Programme]] = []

    def put(self, programme: Programme, effective_from: int) -> None:
        """Add a version; the same version again replaces it."""
        kept = [row for row in self._later if row[1] != programme.version]
        self._later = sorted([*kept, (effective_from, programme.version, programme)], key=lambda row: row[:2])

    def put_all(self, rows: Iterable[tuple[Programme, int]]) -> None:
        for programme, effective_from in rows:
            self.put(programme, effective_from)

    def at(self, moment_ms: int) -> Programme:
        """The programme in force."""
        found = self._base
        for begins, _, programme in self._later:
            if begins <= moment_ms:
                found = programme
        return found
