"""kopilka sim printer: a printer that is not there; each receipt becomes a text file and a picture."""

from __future__ import annotations

import argparse
import os
import threading
from typing import TYPE_CHECKING, Any

from agent.cli.printer_words import say
from agent.cli.reading import Stop, told
from agent.cli.receipt import CANNOT_CREATE, named
from agent.command_line import speak

if TYPE_CHECKING:
    from drivers.printer.profiles import Profile
    from drivers.sim.paper import Slip
    from drivers.sim.printer import SimulatedPrinter

USAGE = 64
UNAVAILABLE = 69
MAX_PORT = 65_535
LOOK_S = 0.2


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "printer",
        help=speak("принтер на порту TCP или псевдотерминале", "a printer on a TCP port or a pseudo-terminal"),
    )
    parser.add_argument(
        "--port",
        type=int,
        default=9100,
        help=speak(
            "порт TCP на этой машине (по умолчанию %(default)s, 0: любой)",
            "TCP port on this machine (default %(default)s, 0: any)",
        ),
    )
    parser.add_argument(
        "--pty",
        action="store_true",
        help=speak(
            "вместо него псевдотерминал: принтер на последовательном порту",
            "a pseudo-terminal instead: a serial printer",
        ),
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        default="receipts",
        help=speak("куда складывать чеки (по умолчанию %(default)s)", "where receipts go (default %(default)s)"),
    )
    parser.add_argument(
        "--profile",
        default="epson-80",
        help=speak(
            "чья бумага и кодовые страницы (по умолчанию %(default)s)",
            "whose paper and code pages (default %(default)s)",
        ),
    )
    parser.add_argument(
        "--count", type=int, default=0, help=speak("закончить после стольких чеков", "end after so many receipts")
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Print until interrupted, or until so many receipts are out."""
    try:
        profile = named(args.profile)
        folder = _folder(args.out)
        with simulated(profile) as printer:
            place = printer.open_pty() if args.pty else f"127.0.0.1:{_listen(printer, args.port)}"
            print(say("listening", place=place, folder=folder), flush=True)
            return keep(printer, profile, folder, count=args.count)
    except Stop as stop:
        return told(stop)


def simulated(profile: Profile) -> SimulatedPrinter:
    """A printer with the paper and the code pages of a profile."""
    from drivers.printer.profiles import CODECS
    from drivers.sim.printer import SimulatedPrinter
    from drivers.sim.printer_device import PrinterDevice
    from drivers.sim.printer_parser import EscposParser

    pages = {number: CODECS[name] for name, number in profile.code_pages.items()}
    return SimulatedPrinter(PrinterDevice(EscposParser(pages, columns=profile.columns)))


def keep(printer: SimulatedPrinter, profile: Profile, folder: str, *, count: int) -> int:
    """Write each slip as it is cut off."""
    written = 0
    pause = threading.Event()
    while not count or written < count:
        done = [slip for slip in printer.slips() if slip.is_cut and not slip.is_blank]
        for slip in done[written:]:
            written += 1
            _write(slip, profile, os.path.join(folder, f"receipt-{written:04d}"))
        pause.wait(LOOK_S)
    return 0


def _write(slip: Slip, profile: Profile, stem: str) -> None:
    from drivers.sim.paper_views import slip_png, slip_text

    text = slip_text(slip, profile.columns)
    try:
        with open(f"{stem}.txt", "w", encoding="utf-8") as file:
            file.write(text)
        with open(f"{stem}.png", "wb") as picture:
            picture.write(slip_png(slip, profile.dots))
    except OSError as error:
        raise Stop(CANNOT_CREATE, say("cannot-write", file=stem, reason=error.strerror or error)) from None
    copy = say("copy") if slip.is_copy else ""
    print(say("came-out", file=f"{stem}.png", lines=text.count("\n"), copy=copy), flush=True)


def _folder(path: str) -> str:
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise Stop(CANNOT_CREATE, say("cannot-write", file=path, reason=error.strerror or error)) from None
    return path


def _listen(printer: SimulatedPrinter, port: int) -> int:
    if not 0 <= port <= MAX_PORT:
        raise Stop(USAGE, say("cannot-listen", port=port, reason=f"0..{MAX_PORT}"))
    try:
        return printer.listen(port)
    except OSError as error:
        raise Stop(UNAVAILABLE, say("cannot-listen", port=port, reason=error.strerror or error)) from None
