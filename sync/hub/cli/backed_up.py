"""kopilka-hub backed-up: copies that the database's server or its operator makes, told to the hub in two steps."""

from __future__ import annotations

import argparse
from typing import Any

from agent.command_line import speak
from sync.hub.cli.common import answer, opened, verbs_of, who

TOKEN_BYTES = 8


def add(commands: Any, common: Any) -> None:
    told = speak(
        "копия сделана средствами сервера (pg_dump, pg_basebackup, снимок диска)",
        "a copy made by the server's own means (pg_dump, pg_basebackup, a disk's snapshot)",
    )
    more = speak(
        "Пока копия не подтверждена, кассы ничего из журнала не забывают. begin - до копии, check - на восстановленной копии, done - после"
        " проверки.",
        "Until a copy is confirmed, tills forget nothing of their journals. begin: before the copy; check: on the restored copy; done: after"
        " it was verified.",
    )
    verbs = verbs_of(commands.add_parser("backed-up", parents=[common], help=told, description=more))
    told = speak("до начала копии; печатает её метку", "before the copy is begun; prints its token")
    verbs.add_parser("begin", parents=[common], help=told).set_defaults(func=begin)
    for verb, func, russian, english in (
        ("check", check, "есть ли метка в восстановленной копии (--database КОПИЯ)", "whether a restored copy (--database COPY) holds it"),
        ("done", done, "копия с этой меткой проверена", "the copy of this token was verified"),
    ):  # fmt: skip
        parser = verbs.add_parser(verb, parents=[common], help=speak(russian, english))
        parser.add_argument("token", metavar=speak("МЕТКА", "TOKEN"))
        parser.set_defaults(func=func)
        if func is done:
            told = speak("где копия; остаётся в журнале", "where the copy is; kept in the audit")
            parser.add_argument("--reason", default="", help=told)


def begin(args: argparse.Namespace) -> int:
    """Note how far each till has come. Only the token is printed, for a script."""
    from sync.hub import copying, wiring
    from sync.hub.store.steps import transaction

    with opened(args) as (database, _), transaction(database):
        made = copying.begin(database, wiring.chance(TOKEN_BYTES).hex(), now_ms=wiring.clock())
    answer(args, _shown(made), made.token)
    return 0


def check(args: argparse.Namespace) -> int:
    """Look into a restored copy. Raises NotFound: it is of an earlier moment."""
    from sync.hub import copying

    with opened(args) as (database, _):
        made = copying.found(database, args.token)
    told = speak(
        "Копия начата после метки {}: в ней всё до неё.", "The copy was begun after token {}: all before it is inside."
    )
    answer(args, _shown(made), told.format(made.token))
    return 0


def done(args: argparse.Namespace) -> int:
    """Tills may forget what the copy holds. Raises NotFound, Conflict."""
    from sync.hub import copying, wiring
    from sync.hub.store.audits import Audit
    from sync.hub.store.steps import transaction

    act = Audit(at=wiring.clock(), who=who(), what="backed-up", subject=args.token, reason=args.reason)
    with opened(args) as (database, _), transaction(database):
        made = copying.vouch(database, act)
    told = speak("Записано: копия {} проверена, касс в ней {}.", "Noted: copy {} is verified, tills in it: {}.")
    answer(args, _shown(made), told.format(made.token, len({till for till, _, _ in made.marks})))
    return 0


def _shown(made: Any) -> dict[str, Any]:
    marks = [{"till": till, "incarnation": inc, "applied": wm} for till, inc, wm in made.marks]
    return {"token": made.token, "began": made.at, "epoch": made.epoch, "marks": marks}
