"""kopilka-hub lease list|force-release: what tills hold of members' points, and how a person ends it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from agent.command_line import speak
from sync.hub.cli.common import add_reason, answer, opened, verbs_of, who
from sync.hub.cli.tables import table

if TYPE_CHECKING:
    import peewee

    from sync.hub.releasing import Released
    from sync.hub.store.held import Row

BATCH = 500
"""Leases of a till released in one transaction: a running hub waits no longer."""
SHORT = 16
"""Letters of a lease's id in a table; a command takes any beginning that is one lease's only."""


def add(commands: Any, common: Any) -> None:
    told = speak("права касс на списание: показать, отпустить", "tills' rights to spend: list, release")
    verbs = verbs_of(commands.add_parser("lease", parents=[common], help=told))
    listing = verbs.add_parser("list", parents=[common], help=speak("что у касс на руках", "what tills hold"))
    for name, told in (("till", speak("одной кассы", "of one till")), ("member", speak("участника", "of a member"))):
        listing.add_argument(f"--{name}", default="", help=told)
    listing.add_argument("--limit", type=int, default=1000)
    listing.set_defaults(func=list_)
    told = speak(
        "вернуть участникам баллы кассы, которой больше нет", "give members back the points of a till that is no more"
    )
    more = speak(
        "Баллы сразу снова у участника. Если касса успела их списать, недостачу несёт магазин (loss:store).",
        "The points are the member's at once. If the till had spent them, the shop bears what is short (loss:store).",
    )
    ending = verbs.add_parser("force-release", parents=[common], help=told, description=more)
    which = ending.add_mutually_exclusive_group(required=True)
    which.add_argument("lease", nargs="?", default="", help=speak("номер или его начало", "its id, or the beginning"))
    which.add_argument("--till", default="", help=speak("все права этой кассы", "all of this till"))
    add_reason(ending)
    ending.set_defaults(func=force_release)


def list_(args: argparse.Namespace) -> int:
    """Leases that are not closed, oldest first."""
    from sync.hub.store import held

    with opened(args) as (database, _):
        rows = held.rows(database, till=args.till, member=args.member, limit=args.limit)
    answer(args, [_shown(row) for row in rows], table([_shown(row) | {"lease": row.lease[:SHORT]} for row in rows]))
    return 0


def _shown(row: Row) -> dict[str, Any]:
    return {
        "lease": row.lease,
        "till": row.till,
        "incarnation": row.inc,
        "member": row.member,
        "unit": row.unit,
        "style": row.style,
        "granted": row.granted,
        "held": row.held,
        "state": row.state,
        "since": row.at,
        "remedy": _remedy(row),
    }


def _remedy(row: Row) -> str:
    """What a person can do about a lease its till will not give back."""
    if row.state == "released" or row.inc >= row.newest_inc:
        return ""
    return f"kopilka-hub lease force-release {row.lease[:SHORT]}"


def force_release(args: argparse.Namespace) -> int:
    """End one lease, or all of a till."""
    with opened(args) as (database, _):
        done = _all_of(database, args) if args.till else _one(database, args)
    points = sum(one.points for one in done)
    told = speak("Отпущено прав: {}, баллов: {}.", "Leases released: {}, points: {}.").format(len(done), points)
    shown = [
        {"lease": one.lease, "member": one.member, "till": one.till, "unit": one.unit, "points": one.points}
        for one in done
    ]
    answer(args, shown, told)
    return 0


def _one(database: peewee.Database, args: argparse.Namespace) -> list[Released]:
    from agent.errors import Conflict, NotFound
    from sync.hub.store import held

    rows = held.rows(database, lease=args.lease, limit=2)
    if not rows:
        raise NotFound("lease-not-found", lease=args.lease)
    if len(rows) > 1:
        raise Conflict("lease-ambiguous", lease=args.lease)
    return _released(database, rows, args.reason)


def _all_of(database: peewee.Database, args: argparse.Namespace) -> list[Released]:
    from agent.errors import NotFound
    from sync.hub.store import held, tills

    if tills.find(database, args.till) is None:
        raise NotFound("till-unknown", till=args.till)
    done: list[Released] = []
    while rows := held.rows(database, till=args.till, releasable=True, limit=BATCH):
        done += _released(database, rows, args.reason)
    return done


def _released(database: peewee.Database, rows: list[Row], reason: str) -> list[Released]:
    from sync.hub import wiring
    from sync.hub.ground import DEFAULT_ZONE, day_of
    from sync.hub.releasing import Release, release
    from sync.hub.store import meta, programmes
    from sync.hub.store.steps import transaction

    with transaction(database):
        now_ms = wiring.clock()
        told = Release(
            who=who(),
            reason=reason,
            epoch=int(meta.read(database, "epoch") or 0),
            day=day_of(now_ms, programmes.zone(database) or DEFAULT_ZONE),
            now_ms=now_ms,
        )
        return list(release(database, [(row.member, row.lease) for row in rows], told=told))
