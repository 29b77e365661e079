"""`kopilka programme check|explain`: every fault of a programme file at once; why an offer did or did not act on a basket."""

from __future__ import annotations

import argparse
import json
from typing import Any

from agent.cli.quote import HELP as QUOTE_HELP
from agent.cli.quote import add_inputs, language, load_inputs, load_programme
from agent.cli.reading import CONFIG, NO_INPUT, Stop, read_file, told
from agent.command_line import lang

HELP = {
    "ru": {
        "about": "Проверить или объяснить программу.",
        "check": "показать все ошибки файла программы сразу",
        "explain": "почему акция сработала или не сработала на корзине",
        "file": "файл программы (TOML)",
        "offer": "id акции; без него — все, что могли коснуться корзины",
        "json": "ответ в JSON",
        "fine": "{path}: всё верно. Программа «{id}», версия {version}, акций: {offers}.",
    },
    "en": {
        "about": "Check or explain a programme.",
        "check": "show every fault of a programme file at once",
        "explain": "why an offer did or did not act on a basket",
        "file": "the programme's file (TOML)",
        "offer": "the offer's id; without it all that could touch the basket",
        "json": "answer in JSON",
        "fine": "{path}: all is well. Programme {id}, version {version}, offers: {offers}.",
    },
}


def add(subparsers: Any) -> None:
    said = HELP[lang()]
    parser = subparsers.add_parser("programme", help=said["about"], description=said["about"])
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    check_parser = verbs.add_parser("check", help=said["check"], description=said["check"])
    check_parser.add_argument("--lang", choices=("ru", "en"), help=QUOTE_HELP[lang()]["lang"])
    check_parser.set_defaults(func=check)
    explain_parser = verbs.add_parser("explain", help=said["explain"], description=said["explain"])
    add_inputs(explain_parser, QUOTE_HELP[lang()])
    explain_parser.add_argument("--offer", metavar="ID", help=said["offer"])
    explain_parser.set_defaults(func=explain_offer)
    for each in (check_parser, explain_parser):
        each.add_argument("file", metavar="FILE", help=said["file"])
        each.add_argument("--json", action="store_true", help=said["json"])


def check(args: argparse.Namespace) -> int:
    """Exit 0 for a sound file (warnings are shown), 78 with one line a fault, 66 where there is no file."""
    from agent.config import MAX_BYTES, Fault
    from agent.loyalty.programme.reader import Reading, read_programme

    try:
        raw = read_file(args.file, MAX_BYTES)
    except Stop as stop:
        return told(stop if stop.code == NO_INPUT else Stop(CONFIG, *stop.lines))
    try:
        reading = read_programme(raw.decode(), args.file)
    except UnicodeDecodeError:
        reading = Reading(None, (Fault(args.file, 1, "", "not UTF-8"),))
    programme = reading.programme
    if args.json:
        print(
            json.dumps(
                {
                    "ok": programme is not None,
                    "faults": [fault.said(language(args)) for fault in reading.faults],
                    "warnings": [warning.said(language(args)) for warning in reading.warnings],
                },
                ensure_ascii=False,
                indent=1,
            )
        )
        return CONFIG if programme is None else 0
    for warning in reading.warnings:
        place, _, what = warning.said(language(args)).partition(f"{warning.key}: ")
        print(f"{place}{warning.key}: {_warning(language(args))}: {what}")
    if programme is None:
        return told(Stop(CONFIG, *(fault.said(language(args)) for fault in reading.faults)))
    print(
        HELP[language(args)]["fine"].format(
            path=args.file, id=programme.id, version=programme.version, offers=len(programme.offers)
        )
    )
    return 0


def _warning(lang: str) -> str:
    return "внимание" if lang == "ru" else "warning"


def explain_offer(args: argparse.Namespace) -> int:
    """Exit 0 with one line an offer; 65 where the programme has no such offer."""
    try:
        return _explain(args)
    except Stop as stop:
        return told(stop)


def _explain(args: argparse.Namespace) -> int:
    from agent.loyalty.engine import evaluate, explain
    from agent.loyalty.texts import Speaker

    lang = language(args)
    programme = load_programme(args.file, lang)
    member, basket, at_ms = load_inputs(args, lang)
    decision = evaluate(programme, member, basket, at_ms)
    traces = list(decision.trace)
    if args.offer is not None:
        traces = [explain(decision, args.offer, programme=programme, inputs=(member, basket, None))]
    speaker = Speaker(programme, lang)
    said = [
        {
            "offer": trace.offer,
            "code": trace.code,
            "text": speaker.trace(trace.offer, trace.code, trace.numbers),
            "numbers": trace.numbers,
        }
        for trace in traces
    ]
    if args.json:
        print(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        for each in said:
            print(f"{each['offer']}: {each['text']}")
    return 65 if args.offer is not None and traces[0].code == "unknown-offer" else 0
