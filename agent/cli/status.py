"""kopilka status: one screen, from READY or not down to details; exit 0 ready, 1 degraded, 69 down."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from agent.cli.fill import state
from agent.cli.line_words import why
from agent.command_line import lang, speak

WORDS = {
    "READY": ("ГОТОВА", "READY"),
    "DEGRADED": ("РАБОТАЕТ С ОГРАНИЧЕНИЯМИ", "DEGRADED"),
    "DOWN": ("НЕ РАБОТАЕТ", "DOWN"),
    "online": ("есть", "up"),
    "offline": ("нет, продажи идут, баллы начисляются", "down; sales go on, points are earned"),
    "alone": ("без центра", "no hub configured"),
    "line": ("Связь", "Line"),
    "why": ("  почему", "  why"),
    "queue": ("Ждут связи", "Waiting to send"),
    "leases": ("Права на списание", "Rights to spend"),
    "printing": ("Ждут печати", "Waiting to print"),
    "members": ("Участники", "Members"),
    "aside": ("  отложено", "  put aside"),
    "fill": ("  загрузка", "  filling"),
    "programme": ("Программа", "Programme"),
    "anew": ("Начала заново", "Began anew"),
    "begun-restored": ("база восстановлена: списания после связи", "a restored database: spends once on line"),
    "begun-healed": ("база починена: списания после связи", "a healed database: spends once on line"),
    "begun-copied": ("есть вторая касса с этим именем", "another machine runs under this name"),
    "begun-forked": ("работает копия этой кассы", "a copy of this till is at work"),
    "disk": ("Диск", "Disk"),
    "tight": ("мало места; освободите", "little room; free some"),
    "clock": ("Часы", "Clock"),
    "trusted": ("верны", "trusted"),
    "untrusted": ("под сомнением", "not trusted"),
    "scanner": ("Сканер", "Scanner"),
    "printer": ("Принтер", "Printer"),
    "ready": ("готов", "ready"),
    "absent": ("отключён: проверьте кабель", "absent: check the cable"),
    "degraded": ("с ошибкой", "in trouble"),
    "waiting": ("ждёт", "waiting"),
}
TONES = {"READY": "32", "DEGRADED": "33", "DOWN": "31"}


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "status", help=speak("состояние кассы на одном экране", "one screen: how the till stands")
    )
    parser.add_argument("--config", default=None, metavar="FILE")
    parser.add_argument(
        "--token",
        default="",
        help=speak("ключ read, если у кассы нет сокета", "a read token, where the till has no socket"),
    )
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Ask the running till. Raises Unauthorised where it wants a token."""
    import json

    from agent.cli.local import ask
    from agent.errors import Unauthorised, Unavailable, words
    from agent.runtime.configure import DEFAULT_PATH, load

    settings = load(args.config or DEFAULT_PATH)
    try:
        code, found = ask(settings, "GET", "/v1/status", token=args.token)
    except Unavailable as fault:
        said = words(fault, lang="ru" if lang() == "ru" else "en")
        print(json.dumps({"state": "DOWN"}) if args.json else f"{_tone('DOWN')}\n  {said.why}\n  {said.next_step}")
        return fault.exit_code
    if code != 200:
        raise Unauthorised(scope="read")
    print(json.dumps(found, ensure_ascii=False) if args.json else "\n".join(lines(found)))
    return 0 if found["state"] == "READY" else 1


def _anew(found: dict[str, Any]) -> dict[str, Any] | None:
    """The journal of a till that began anew and has not met the hub since: it spends nothing."""
    journal: dict[str, Any] = found.get("journal") or {}
    new = journal.get("begun") in (None, "", "new")
    return None if new or journal.get("met") or not found["line"]["configured"] else journal


def word(name: str) -> str:
    pair = WORDS.get(name)
    return name if pair is None else pair[0 if lang() == "ru" else 1]


def _tone(state: str) -> str:
    text = word(state)
    return f"\x1b[{TONES[state]};1m{text}\x1b[0m" if sys.stdout.isatty() else text


def lines(found: dict[str, Any]) -> list[str]:
    """The screen, top down."""
    line = found["line"]
    link = word("online" if line["online"] else "offline") if line["configured"] else word("alone")
    cause = line.get("cause", "")
    rows = [
        ("line", link),
        *([("why", why(cause, lang()))] if cause and line["configured"] and not line["online"] else []),
        ("queue", f"{found['queue']['unsent']}"),
        *([("anew", word(f"begun-{journal['begun']}"))] if (journal := _anew(found)) else []),
        ("printing", f"{found['printing']['waiting']}"),
        ("leases", f"{found['leases']['open']}"),
        ("members", f"{found['members']}"),
        *([("aside", f"{found['members_aside']}")] if found.get("members_aside") else []),
        *([("fill", f"{fill['percent']}%  {state(fill)}")] if (fill := found.get("fill")) else []),
        ("programme", f"{found['programme']['id']} v{found['programme']['version']}"),
        ("clock", word("trusted" if found["clock"]["trusted"] else "untrusted")),
        *(
            [("disk", f"{disk['free_mb']} MB: {word('tight')}")]
            if (disk := found.get("disk")) and disk["tight"]
            else []
        ),
    ]
    head = f"{_tone(found['state'])}  {found['store_name'] or found['store']} / {found['till']}  {found['at']}  v{found['version']}"
    told = [head, *(f"  {word(name):20} {text}" for name, text in rows)]
    for row in found["devices"]:
        cause = f" ({row['cause']})" if row["cause"] else ""
        told.append(f"  {word(row['kind']):20} {row['device']}: {word(row['state'])}{cause}")
    return told
