"""What can still be read of a file some of whose tables are broken, so that the faults of the others are told in the same breath."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from agent.config import Fault
from agent.loyalty.programme.grammar import (
    DiscountTable,
    Head,
    OfferTable,
    PointsTable,
    ProgrammeFile,
    TierTable,
)

T = TypeVar("T")
UNKNOWN = "unknown key"
_STAND_IN_HEAD = {"id": "x", "version": 1, "currency": "RUB"}
_OFFER = re.compile(r"offer\[(\d+)\]\.?(.*)", re.DOTALL)


def salvage(document: dict[str, Any], faults: Sequence[Fault]) -> tuple[ProgrammeFile, list[int]]:
    """The tables that can be read, and the places of the offers among them.

    An offer with nothing worse than unknown keys is read without them. Tables others refer to are kept by name whatever is
    wrong with them: their absence would be told as faults nobody made.
    """
    offers, places = [], []
    told = _by_offer(faults)
    for place, table in enumerate(_list(document.get("offer"))):
        found = _read(_without(table, told[place]), OfferTable) if _mild(told[place]) else None
        if found is not None:
            offers.append(found)
            places.append(place)
    head = document.get("programme")
    known = {key: head[key] for key in Head.__struct_fields__ if key in head} if isinstance(head, dict) else {}
    points = document.get("points")
    return (
        ProgrammeFile(
            programme=_read(known, Head) or msgspec.convert(_STAND_IN_HEAD | _currency(known), Head),
            points={
                name: _read(table, PointsTable) or PointsTable(worth="1")
                for name, table in (points.items() if isinstance(points, dict) else ())
            },
            discount=_read(document.get("discount", {}), DiscountTable) or DiscountTable(),
            tier=tuple(_tier(table) for table in _list(document.get("tier")) if isinstance(table, dict)),
            offer=tuple(offers),
        ),
        places,
    )


def _by_offer(faults: Sequence[Fault]) -> defaultdict[int, list[tuple[str, str]]]:
    """What is wrong by the offer's place: key within the offer, and the fault."""
    told: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for fault in faults:
        found = _OFFER.fullmatch(fault.key)
        if found:
            told[int(found[1])].append((found[2], fault.what))
    return told


def _mild(told: Sequence[tuple[str, str]]) -> bool:
    # Without an unknown reward there would be no reward: a fault nobody made.
    return all(what == UNKNOWN and not key.startswith("then") for key, what in told)


def _without(table: Any, told: Sequence[tuple[str, str]]) -> Any:
    """The table without the unknown keys; only the branches that change are copied."""
    for key, _ in told:
        table = _dropped(table, key.split("."))
    return table


def _dropped(table: Any, steps: Sequence[str]) -> Any:
    if not isinstance(table, dict) or steps[0] not in table:
        return table
    if len(steps) == 1:
        return {key: value for key, value in table.items() if key != steps[0]}
    return {**table, steps[0]: _dropped(table[steps[0]], steps[1:])}


def _tier(table: dict[str, Any]) -> TierTable:
    name = table.get("id")
    return _read(table, TierTable) or TierTable(id=name if isinstance(name, str) else "?")


def _currency(head: dict[str, Any]) -> dict[str, Any]:
    currency = head.get("currency")
    good = isinstance(currency, str) and re.fullmatch("[A-Z]{3}", currency)
    return {"currency": currency} if good else {}


def _read(table: Any, shape: type[T]) -> T | None:
    try:
        return msgspec.convert(table, shape)
    except msgspec.ValidationError:
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
