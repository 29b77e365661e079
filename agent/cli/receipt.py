"""kopilka receipt render: a receipt's document as text, as a picture of the paper, or as a printer's bytes."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from agent.cli.printer_words import say
from agent.cli.reading import DATA, Stop, read_file, told
from agent.command_line import speak

if TYPE_CHECKING:
    from drivers.printer.profiles import Profile
    from drivers.shapes import Document

USAGE = 64
CANNOT_CREATE = 73


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("receipt", help=speak("показать чек", "render a receipt"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    render = verbs.add_parser(
        "render",
        help=speak(
            "документ как текст, картинка или байты принтера", "a document as text, picture or a printer's bytes"
        ),
    )
    render.add_argument(
        "file",
        metavar="FILE",
        help=speak('документ в JSON; "-" со стандартного ввода', 'the document as JSON; "-" for the standard input'),
    )
    render.add_argument(
        "--profile",
        default="epson-80",
        help=speak("модель принтера (по умолчанию %(default)s)", "the printer's model (default %(default)s)"),
    )
    render.add_argument("--format", choices=("txt", "png", "escpos"), default="txt")
    render.add_argument(
        "--out", metavar="FILE", help=speak("куда; иначе на стандартный вывод", "where to; else the standard output")
    )
    render.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Render and write."""
    try:
        profile = named(args.profile)
        if args.format == "png" and not args.out and sys.stdout.isatty():
            raise Stop(USAGE, say("no-out"))
        write(rendered(document(args.file), profile, args.format), args.out)
    except Stop as stop:
        return told(stop)
    return 0


def document(path: str) -> Document:
    """The document of a file. Raises Stop."""
    from drivers.printer.document import MAX_BYTES, DocumentFault, decode_document

    try:
        return decode_document(read_file(path, MAX_BYTES))
    except DocumentFault as fault:
        raise Stop(DATA, say("bad-document", file=path, reason=fault.reason)) from None


def named(name: str) -> Profile:
    """A printer's profile. Raises Stop with the names that are close, or ours."""
    from drivers.printer.profiles import PROFILES, UnknownProfile, profile_named

    try:
        return profile_named(name)
    except UnknownProfile as fault:
        raise Stop(USAGE, say("profile", name=name, close=", ".join(fault.close or tuple(PROFILES)))) from None


def rendered(receipt: Document, profile: Profile, form: str) -> bytes:
    """The receipt in a form: txt (UTF-8), png or escpos."""
    from drivers.printer.escpos import receipt_job
    from drivers.printer.render import picture, text_lines

    if form == "png":
        return picture(receipt, profile)
    if form == "escpos":
        return receipt_job(receipt, profile)
    return ("\n".join(text_lines(receipt, profile.columns)) + "\n").encode()


def write(data: bytes, path: str | None) -> None:
    """Write to a file, whole or not at all for what fits a buffer, or to the standard output. Raises Stop."""
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise Stop(CANNOT_CREATE, say("cannot-write", file=path, reason=error.strerror or error)) from None
