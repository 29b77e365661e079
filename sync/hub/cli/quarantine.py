"""kopilka-hub quarantine ls|show|apply|note: records that could not be applied, and what a person does about them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from agent.command_line import speak
from sync.hub.cli.common import add_reason, answer, opened, verbs_of, who
from sync.hub.cli.tables import table

if TYPE_CHECKING:
    import peewee

    from sync.hub.ground import Ground

MOST = 10_000


def add(commands: Any, common: Any) -> None:
    told = speak("записи, которые не удалось применить", "records that could not be applied")
    verbs = verbs_of(commands.add_parser("quarantine", parents=[common], help=told))
    listing = verbs.add_parser("ls", parents=[common], help=speak("все такие записи", "all of them"))
    listing.add_argument("--limit", type=int, default=100)
    listing.set_defaults(func=ls)
    key = speak("КАССА/ИНКАРНАЦИЯ/НОМЕР, как в ls", "TILL/INCARNATION/SEQ, as ls shows")
    showing = verbs.add_parser("show", parents=[common], help=speak("одна запись целиком", "one record whole"))
    showing.add_argument("record", help=key)
    showing.set_defaults(func=show)
    told = speak("применить ещё раз, когда причина устранена", "try again when the cause is mended")
    applying = verbs.add_parser("apply", parents=[common], help=told)
    applying.add_argument("record", nargs="?", default="", help=f"{key}; {speak('иначе все', 'else all')}")
    applying.set_defaults(func=apply)
    told = speak("закрыть вручную: списанное несёт магазин", "settle by hand: what it spent the shop bears")
    noting = verbs.add_parser("note", parents=[common], help=told)
    noting.add_argument("record", help=key)
    add_reason(noting)
    noting.set_defaults(func=note)


def ls(args: argparse.Namespace) -> int:
    """The oldest parked records."""
    from sync.hub.showing import parked_shown

    with opened(args) as (database, _):
        rows = parked_shown(database, args.limit)
    answer(args, rows, table(rows))
    return 0


def _key(text: str) -> tuple[str, int, int]:
    from agent.errors import BadRequest

    till, _, rest = text.partition("/")
    inc, _, seq = rest.partition("/")
    if not (till and all(part.isascii() and part.isdecimal() and len(part) < 14 for part in (inc, seq))):
        raise BadRequest("not-a-record", text=text[:80])
    return till, int(inc), int(seq)


def show(args: argparse.Namespace) -> int:
    """The record's own bytes, and why it waits."""
    from sync.hub import parking

    with opened(args) as (database, _):
        row = parking.find(database, *_key(args.record))
    text = row.line.decode("utf-8", "backslashreplace")
    data = {"till": row.till, "incarnation": row.inc, "seq": row.seq, "reason": row.reason, "record": text}
    answer(args, data, f"{row.reason}\n{text}")
    return 0


def _ground(database: peewee.Database, till: str) -> tuple[Ground, int]:
    from sync.hub import wiring
    from sync.hub.grounds import ground_of
    from sync.hub.store import meta, tills

    store = found.store if (found := tills.find(database, till)) else ""
    ground = ground_of(database, tills.Till(till=till, store=store), now_ms=wiring.clock())
    return ground, int(meta.read(database, "epoch") or 0)


def apply(args: argparse.Namespace) -> int:
    """One record, or all, each in a transaction of its own."""
    from sync.hub import parking
    from sync.hub.store import journal
    from sync.hub.store.steps import transaction

    with opened(args) as (database, _):
        parked = [parking.find(database, *_key(args.record))] if args.record else journal.parked(database, MOST)
        rows = []
        for one in parked:
            with transaction(database):
                ground, epoch = _ground(database, one.till)
                act = parking.told(one, "parked-applied", who=who(), reason="", at=ground.now_ms)
                verdict = parking.settle(database, one, ground, epoch=epoch, act=act)
            rows.append({"record": f"{one.till}/{one.inc}/{one.seq}", "was": one.reason, "now": verdict})
    answer(args, rows, table(rows))
    return 0


def note(args: argparse.Namespace) -> int:
    """Close one by a person's word."""
    from sync.hub import parking
    from sync.hub.store import audits
    from sync.hub.store.steps import transaction

    with opened(args) as (database, _), transaction(database):
        one = parking.find(database, *_key(args.record))
        ground, epoch = _ground(database, one.till)
        lost = parking.note(database, one, ground, epoch=epoch)
        act = parking.told(one, "parked-noted", who=who(), reason=args.reason, at=ground.now_ms, points=lost)
        audits.note(database, act)
    told = speak("Закрыто: {}. На счёт магазина: {}.", "Settled: {}. Booked to the shop: {}.")
    answer(args, {"record": args.record, "loss": lost}, told.format(args.record, lost))
    return 0
