"""kopilka-hub till add|list|revoke: the tills that may push."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import add_reason, answer, opened, settings_of, verbs_of, who
from sync.hub.cli.tables import table


def add(commands: Any, common: Any) -> None:
    told = speak("кассы: добавить, показать, отозвать", "tills: add, list, revoke")
    verbs = verbs_of(commands.add_parser("till", parents=[common], help=told))
    adding = verbs.add_parser("add", parents=[common], help=speak("код для новой кассы", "a code for a new till"))
    adding.add_argument("till")
    adding.add_argument("--store", required=True, help=speak("номер магазина", "the store's id"))
    adding.add_argument("--store-name", default="")
    adding.set_defaults(func=till_add)
    listing = verbs.add_parser("list", parents=[common], help=speak("все кассы", "all tills"))
    listing.set_defaults(func=till_list)
    end = verbs.add_parser("revoke", parents=[common], help=speak("больше не пускать", "let it in no more"))
    end.add_argument("till")
    end.set_defaults(func=till_revoke)
    told = speak("не ждать кассу после восстановления центра", "wait for it no longer after a restore of the hub")
    more = speak(
        "Что касса успеет списать по правам, которых копия не знает, несёт магазин (loss:store).",
        "What it spends of rights the copy does not know, the shop bears (loss:store).",
    )
    waiving = verbs.add_parser("waive", parents=[common], help=told, description=more)
    waiving.add_argument("till")
    add_reason(waiving)
    waiving.set_defaults(func=till_waive)


def till_add(args: argparse.Namespace) -> int:
    """Invite a till; the one-time code is shown once."""
    from sync.hub import wiring
    from sync.hub.enrolment import add_till
    from sync.hub.store import tills
    from sync.hub.store.steps import transaction

    with opened(args) as (database, _), transaction(database):
        former = tills.find(database, args.till)
        code = add_till(
            database,
            args.till,
            store=args.store,
            store_name=args.store_name,
            now_ms=wiring.clock(),
            chance=wiring.chance,
        )
    told = speak("Код для кассы {} (на сутки, на один раз): {}", "Code for till {} (for a day, for one use): {}")
    lines = [told.format(args.till, code)]
    joined = bool(former and former.enrolled and not former.revoked)
    if joined:
        warning = speak(
            "Такая касса уже подключена: кто введёт код, займёт её место, и прежнюю центр больше не впустит."
            " Если код не нужен, не вводите его: через сутки он истечёт.",
            "A till of that name has joined already: whoever types the code takes its place, and the former one is let in no more."
            " If the code is not wanted, do not type it: in a day it is void.",
        )
        lines.append(warning)
    if former and former.store != args.store:
        moved = speak(
            "Её магазин с этой минуты {new}, был {old}: продажи, записанные ею в {old}, попадут в карантин."
            " Вернуть: kopilka-hub till add {till} --store {old}",
            "Its store is {new} from now on, was {old}: sales it records in {old} go to quarantine."
            " To undo: kopilka-hub till add {till} --store {old}",
        )
        lines.append(moved.format(new=args.store, old=former.store, till=args.till))
    answer(args, {"till": args.till, "code": code, "joined": joined}, "\n".join(lines))
    return 0


def till_list(args: argparse.Namespace) -> int:
    """Every till ever invited."""
    from sync.hub.showing import tills_shown

    with opened(args) as (database, _):
        rows = tills_shown(database)
    answer(args, rows, table(rows))
    return 0


def till_revoke(args: argparse.Namespace) -> int:
    """End a till's right to call."""
    from sync.hub import fleet, wiring
    from sync.hub.enrolment import revoke_till
    from sync.hub.store.steps import transaction

    with opened(args) as (database, _):
        now_ms = wiring.clock()
        with transaction(database):
            revoke_till(database, args.till, now_ms=now_ms)
            fleet.renew(database, settings_of(args).fleet_files, now_ms=now_ms)
    told = speak("Касса {} отозвана.", "Till {} is revoked.").format(args.till)
    answer(args, {"till": args.till, "state": "revoked"}, told)
    return 0


def till_waive(args: argparse.Namespace) -> int:
    """End waiting for a till that will not come."""
    from sync.hub import wiring
    from sync.hub.ground import DEFAULT_ZONE, day_of
    from sync.hub.recovering import end_if_all, waive
    from sync.hub.store import meta, programmes, waiting
    from sync.hub.store.audits import Audit
    from sync.hub.store.steps import transaction

    with opened(args) as (database, _):
        act = Audit(at=wiring.clock(), who=who(), what="till-waived", subject=args.till, reason=args.reason)
        with transaction(database):
            day = day_of(act.at, programmes.zone(database) or DEFAULT_ZONE)
            epoch = int(meta.read(database, "epoch") or 0)
            ended = waive(database, args.till, act=act, day=day)
            left = waiting.left(database)
        # Merges are made again some at a time, and maybe no till is left whose pushes go on with them.
        while not (left or ended):
            with transaction(database):
                ended = end_if_all(database, epoch=epoch, day=day, now_ms=act.at)
    told = speak("Касса {} больше не ожидается. Осталось: {}.", "Till {} is awaited no longer. Left: {}.")
    answer(args, {"till": args.till, "left": left, "recovered": ended}, told.format(args.till, left))
    return 0
