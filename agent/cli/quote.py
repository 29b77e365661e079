"""`kopilka quote`: the engine alone. A programme, a basket and a member from files; the answer of a quote on the standard output."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from agent.cli.reading import CONFIG, DATA, Stop, read_file, told
from agent.command_line import lang

if TYPE_CHECKING:
    from agent.messages.figures import Lang

HELP = {
    "ru": {
        "about": "Рассчитать корзину по программе, без кассы и связи.",
        "programme": "файл программы (TOML)",
        "basket": "файл корзины: тело продажи в JSON, нужны только lines; «-» — стандартный ввод",
        "member": "файл участника (JSON); без него — покупатель без карты, а если в корзине есть card — новая пустая карта",
        "at": "момент, RFC 3339 со смещением; по умолчанию closed_at корзины, иначе сейчас",
        "lang": "язык текстов",
        "json": "ответ в JSON (и без этого ключа тоже)",
        "text": "ответ для чтения на экране",
    },
    "en": {
        "about": "Work out a basket by a programme: no till, no network.",
        "programme": "the programme's file (TOML)",
        "basket": "the basket's file: a sale's body in JSON, only lines are needed; - is the standard input",
        "member": "the member's file (JSON); without it nobody's card, or a new empty card where the basket names one",
        "at": "the moment, RFC 3339 with an offset; by default the basket's closed_at, else now",
        "lang": "language of the texts",
        "json": "answer in JSON (so it is without this key too)",
        "text": "answer to be read on a screen",
    },
}
NEXT = {
    "ru": {
        "basket": "Исправьте корзину: это тело продажи из описания API, нужны только lines с n, sku, price и amount.",
        "member": 'Исправьте файл участника: {"id": "...", "points": {"main": {"spendable": 340}}, ...}.',
        "at": "Момент пишется так: 2026-11-22T10:15:00+03:00 — в --at или в closed_at корзины.",
        "programme": "Исправьте программу; kopilka programme check ФАЙЛ покажет то же самое.",
    },
    "en": {
        "basket": "Mend the basket: it is a sale's body as the API describes it; only lines with n, sku, price and amount are needed.",
        "member": 'Mend the member\'s file: {"id": "...", "points": {"main": {"spendable": 340}}, ...}.',
        "at": "A moment is written 2026-11-22T10:15:00+03:00, in --at or in the basket's closed_at.",
        "programme": "Mend the programme; kopilka programme check FILE shows the same.",
    },
}


def add(subparsers: Any) -> None:
    said = HELP[lang()]
    parser = subparsers.add_parser("quote", help=said["about"], description=said["about"])
    add_inputs(parser, said)
    parser.add_argument("--programme", required=True, metavar="P", help=said["programme"])
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=said["json"])
    form.add_argument("--text", action="store_true", help=said["text"])
    parser.set_defaults(func=run)


def add_inputs(parser: argparse.ArgumentParser, said: dict[str, str], *, required: bool = True) -> None:
    """The options that say what an evaluation is about; `programme explain` takes them too."""
    parser.add_argument("--basket", required=required, metavar="FILE", help=said["basket"])
    parser.add_argument("--member", metavar="FILE", help=said["member"])
    parser.add_argument("--at", metavar="TIME", help=said["at"])
    parser.add_argument("--lang", choices=("ru", "en"), help=said["lang"])


def run(args: argparse.Namespace) -> int:
    """Exit 0, 65 for a bad basket or member, 66 for a missing file, 78 for a broken programme."""
    try:
        return _run(args)
    except Stop as stop:
        return told(stop)


def _run(args: argparse.Namespace) -> int:
    from agent.loyalty.answer import quote_answer
    from agent.loyalty.engine import evaluate

    lang = language(args)
    programme = load_programme(args.programme, lang)
    member, basket, at_ms = load_inputs(args, lang)
    decision = evaluate(programme, member, basket, at_ms)
    answer: dict[str, Any] = {"id": basket.id} if basket.id else {}
    answer |= {"replayed": False, "offline": True, **quote_answer(decision, programme, lang)}
    if args.text:
        from agent.cli.quote_text import shown

        print(shown(answer, programme, lang))
    else:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    return 0


def language(args: argparse.Namespace) -> Any:
    return args.lang or lang()


def load_programme(path: str, lang: Lang) -> Any:
    """A programme's file, checked. Raises Stop with every fault, exit 78."""
    from agent.config import MAX_BYTES, Fault
    from agent.loyalty.programme.reader import read_programme

    raw = read_file(path, MAX_BYTES)
    try:
        reading = read_programme(raw.decode(), path)
    except UnicodeDecodeError:
        raise Stop(CONFIG, Fault(path, 1, "", "not UTF-8").said(lang), NEXT[lang]["programme"]) from None
    if reading.programme is None:
        raise Stop(CONFIG, *(fault.said(lang) for fault in reading.faults), NEXT[lang]["programme"])
    return reading.programme


def load_inputs(args: argparse.Namespace, lang: Lang) -> tuple[Any, Any, int]:
    """Member, basket and moment (UTC ms). Raises Stop."""
    from agent.loyalty import basket_file
    from agent.loyalty.member import Member
    from agent.messages.shapes import shape_words

    def parsed(parse: Callable[[Any], Any], given: Any, what: str, code: int) -> Any:
        try:
            return parse(given)
        except basket_file.Unreadable as unreadable:
            place = f"{unreadable.place}: " if unreadable.place else ""
            name = {"basket": args.basket, "member": args.member}.get(what, what)
            raise Stop(code, f"{name}: {place}{shape_words(unreadable.what, lang)}", NEXT[lang][what]) from None

    basket = parsed(basket_file.read_basket, read_file(args.basket, basket_file.MAX_BYTES), "basket", DATA)
    member = None
    if args.member:
        member = parsed(basket_file.read_member, read_file(args.member, basket_file.MAX_BYTES), "member", DATA)
    elif basket.card:
        # The engine alone cannot look a card up: it stands for a member about whom nothing is known yet.
        member = Member(id="new")
    moment = args.at or basket.closed_at
    if not moment:
        from agent.runtime.clock import SystemClock

        return member, basket, SystemClock.now_ms()
    return member, basket, parsed(basket_file.read_moment, moment, "at", DATA)
