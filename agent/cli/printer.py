"""kopilka printer list|test|codepages: which printers there are, how they are, and pages that show what they can."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from agent.cli.printer_words import say
from agent.cli.reading import CONFIG, Stop, told
from agent.command_line import speak

if TYPE_CHECKING:
    from drivers.printer.settings import PrinterSettings
    from drivers.shapes import Document

USAGE = 64
UNAVAILABLE = 69


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("printer", help=speak("принтеры: список и проба", "list and test printers"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser(
        "list", help=speak("принтеры из настроек и состояние каждого", "the configured printers and how each is")
    )
    listing.add_argument("--config", metavar="FILE")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(func=list_printers)
    test = verbs.add_parser(
        "test",
        help=speak(
            "напечатать пробную страницу и дождаться подтверждения",
            "print a test page and wait for its acknowledgement",
        ),
    )
    test.set_defaults(func=test_page)
    sheet = verbs.add_parser(
        "codepages",
        help=speak(
            "напечатать лист, по которому видно номер кодовой страницы",
            "print a page to read the code page's number from",
        ),
    )
    sheet.set_defaults(func=code_pages)
    for each in (test, sheet):
        each.add_argument(
            "name",
            nargs="?",
            metavar="NAME",
            help=speak("какой принтер; иначе первый", "which printer; else the first"),
        )
        each.add_argument("--config", metavar="FILE")
        each.add_argument(
            "--host", help=speak("сетевой принтер, без настроек", "a network printer, without configuration")
        )
        each.add_argument("--port", type=int, default=9100)
        each.add_argument(
            "--device",
            metavar="PATH",
            help=speak("принтер на последовательном порту, без настроек", "a serial printer, without configuration"),
        )
        each.add_argument("--baud", type=int, default=9600)
        each.add_argument("--profile", default="generic-80")
        each.add_argument("--ack", default="auto", help=speak("auto, gs_h, gs_r или none", "auto, gs_h, gs_r or none"))


def list_printers(args: argparse.Namespace) -> int:
    """Ask each printer how it is; 0 also when some are in trouble: that is what was asked."""
    from drivers.printer.direct import look_at

    try:
        printers = configured(args.config)
        rows = []
        for settings in printers:
            check(settings)
            cause, health = look_at(settings)
            rows.append((settings, cause or ("paper_low" if health.paper_low else "")))
    except Stop as stop:
        return told(stop)
    if args.json:
        found = [{"name": s.name, "transport": s.transport, "profile": s.profile, "cause": cause} for s, cause in rows]
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
    for settings, cause in rows:
        where = settings.path or f"{settings.host}:{settings.port}"
        print(f"{settings.name:12} {settings.profile:12} {where:24} {say(cause or 'ready')}")
    if not rows:
        print(say("none"))
    return 0


def test_page(args: argparse.Namespace) -> int:
    """A page with letters, figures and codes, then its acknowledgement."""
    from drivers.printer.escpos import receipt_job
    from drivers.printer.settings import profile_of

    try:
        settings = chosen(args)
        profile = profile_of(settings)
        return _send(settings, receipt_job(page(profile.columns, settings), profile))
    except Stop as stop:
        return told(stop)


def code_pages(args: argparse.Namespace) -> int:
    """The sheet to read a code page's number from."""
    from drivers.printer.codepages import code_page_sheet
    from drivers.printer.settings import profile_of

    try:
        settings = chosen(args)
        code = _send(settings, code_page_sheet(profile_of(settings)))
    except Stop as stop:
        return told(stop)
    print(say("sheet"))
    return code


def page(columns: int, settings: PrinterSettings) -> Document:
    """The test page's document."""
    from drivers.shapes import Barcode, Cut, Document, Pair, Qr, Rule, Text

    return Document(
        (
            Text(say("test-title"), align="center", bold=True),
            Rule(),
            Pair(settings.name, settings.profile),
            Pair(say("test-width", columns=columns), "1 149,00"),
            Text("Ёжик: «Съешь ещё этих мягких французских булок» — № 5"),
            Text("1 149,00", align="right", double=True),
            Barcode("KP-2026-11"),
            Qr("https://kopilka.example/test", caption="QR"),
            Rule(),
            Cut(),
        ),
        lang=settings.lang,
    )


def configured(path: str | None) -> tuple[PrinterSettings, ...]:
    """The printers of the configuration."""
    from agent.runtime.configure import DEFAULT_PATH, load

    return load(path or DEFAULT_PATH).printer


def chosen(args: argparse.Namespace) -> PrinterSettings:
    """The printer a command speaks of. Raises Stop for what the command line or the configuration got wrong."""
    import msgspec

    from drivers.printer.settings import PrinterSettings

    if args.host or args.device:
        given = {"name": args.name or args.host or args.device, "profile": args.profile, "ack": args.ack}
        where = {"host": args.host, "port": args.port} if args.host else {"path": args.device, "baud": args.baud}
        try:
            settings = msgspec.convert(
                {**given, **where, "transport": "tcp" if args.host else "serial"}, PrinterSettings
            )
        except msgspec.ValidationError as error:
            raise Stop(USAGE, str(error)) from None
        check(settings)
        return settings
    found = [row for row in configured(args.config) if args.name in (None, row.name)]
    if not found:
        words = say("no-printer", file=args.config or "", name=args.name) if args.name else say("none")
        raise Stop(USAGE, words)
    check(found[0])
    return found[0]


def check(settings: PrinterSettings) -> None:
    """Raises Stop with everything wrong with a printer's settings."""
    from drivers.printer.settings import setting_faults

    faults = setting_faults(settings)
    if faults:
        lines = [
            say("setting", name=settings.name, key=fault.key, what=say(fault.code), allowed=", ".join(fault.allowed))
            for fault in faults
        ]
        raise Stop(CONFIG, *lines)


def _send(settings: PrinterSettings, data: bytes) -> int:
    from drivers.printer.attempt import HandedOver, NotReady, Printed, Uncertain
    from drivers.printer.direct import print_now

    outcome = print_now(settings, data)
    match outcome:
        case Printed():
            print(say("printed", name=settings.name))
            return 0
        case HandedOver():
            print(say("handed_over", name=settings.name))
            return 0
        case NotReady(cause) | Uncertain(cause):
            raise Stop(UNAVAILABLE, f"{settings.name}: {say(cause)}")
        case _:
            raise AssertionError(f"{outcome} of a page printed by hand")
