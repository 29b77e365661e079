"""kopilka scan list|test|record|explain: which scanners there are, what they send, and why a scan is what it is."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, get_args

from agent.cli.scan_words import Misuse, say

if TYPE_CHECKING:
    from drivers.scanner.framing import Terminator
    from drivers.scanner.settings import RecognitionSettings, ScannerSettings
    from drivers.shapes import Scan

USAGE = 64


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("scan", help=say("help"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help=say("help-list"))
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(func=list_devices)
    test = verbs.add_parser("test", help=say("help-test"))
    record = verbs.add_parser("record", help=say("help-record"))
    record.add_argument("file", metavar="FILE")
    for live, func in ((test, "try_scanner"), (record, "record_scans")):
        live.add_argument("--port", help=say("help-port"))
        live.add_argument("--baud", type=int)
        live.add_argument("--count", type=int, default=0, help=say("help-count"))
        live.set_defaults(func=_live(func))
    explain = verbs.add_parser("explain", help=say("help-explain"))
    explain.add_argument("hex", metavar="HEX", nargs="+", help=say("help-hex"))
    explain.set_defaults(func=explain_bytes)
    for each in (test, record, explain):
        each.add_argument("--framing", help=say("help-framing"))
        each.add_argument("--config", metavar="FILE", help=say("help-config"))
        each.add_argument("--scanner", metavar="NAME", help=say("help-scanner"))
        each.add_argument("--json", action="store_true")


def _live(name: str) -> Any:
    def func(args: argparse.Namespace) -> int:
        from agent.cli import scan_live

        code: int = getattr(scan_live, name)(args)
        return code

    return func


def settings_of(args: argparse.Namespace) -> tuple[ScannerSettings, RecognitionSettings]:
    """The scanner and the rules a command speaks of. Raises Misuse for what the command line got wrong."""
    import msgspec

    from agent.runtime.configure import load
    from drivers.scanner.settings import RecognitionSettings, ScannerSettings

    scanner, recognition = ScannerSettings(), RecognitionSettings()
    if args.config:
        settings = load(args.config)
        recognition = settings.recognition
        named = [row for row in settings.scanner if args.scanner in (None, row.name)]
        if args.scanner and not named:
            raise Misuse("no-scanner", file=args.config, name=args.scanner)
        scanner = named[0] if named else scanner
    elif args.scanner:
        raise Misuse("scanner-alone")
    given = {key: getattr(args, key, None) for key in ("port", "baud", "framing")}
    changes = {key: value for key, value in given.items() if value is not None}
    if args.framing is not None:
        check_framing(args.framing)
    try:
        return msgspec.convert({**msgspec.to_builtins(scanner), **changes}, ScannerSettings), recognition
    except msgspec.ValidationError as error:
        raise Misuse("option", detail=error) from None


def check_framing(given: str) -> Terminator:
    """The framing of that name; raises Misuse."""
    from drivers.scanner.framing import Terminator, terminator_named

    try:
        return terminator_named(given)
    except ValueError:
        raise Misuse("framing", given=given, allowed=", ".join(get_args(Terminator))) from None


def wrong(misuse: Misuse) -> int:
    """One line for a mistake of the command line."""
    print(f"kopilka scan: {misuse}", file=sys.stderr)
    return USAGE


def shown(scan: Scan) -> dict[str, Any]:
    """A scan in the words of the captures. A payment card has none but its kind."""
    return {
        "kind": scan.kind,
        "id": scan.id,
        "payload": scan.payload,
        "aim": scan.aim,
        "symbology": scan.symbology,
        "gtin14": scan.gtin14,
        "gs1": [list(element) for element in scan.gs1],
        "digital_link": scan.digital_link,
        "fields": dict(scan.fields),
        "rule": scan.rule,
    }


def explain_bytes(args: argparse.Namespace) -> int:
    """Print what each frame of the bytes is and how that was found: one object, or a list of several (or of none)."""
    import json
    from dataclasses import asdict

    import msgspec

    from drivers.scanner.framing import Framer
    from drivers.scanner.gs1 import titles
    from drivers.scanner.recognition import Recognizer, Source

    try:
        data = _bytes("".join(args.hex))
        scanner, recognition = settings_of(args)
        if args.framing is None and not args.config:
            scanner = msgspec.structs.replace(scanner, framing=_guess(data))
    except Misuse as misuse:
        return wrong(misuse)
    framer = Framer(scanner.line_framing())
    frames = framer.feed(data, 0) + framer.flush(0)
    recognizer, source = Recognizer(recognition), Source.of(scanner)
    found = []
    for frame in frames:
        scan, trace = recognizer.explain(frame.data, source, frame.at_ms)
        found.append({**shown(scan), "trace": [*trace, *titles(scan.gs1)] if scan.gs1 else trace})
    for warning in recognizer.warnings:
        print(f"kopilka scan: {warning}", file=sys.stderr)
    if framer.dropped.total():
        print(f"kopilka scan: {say('dropped', **asdict(framer.dropped))}", file=sys.stderr)
    print(json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False, indent=2))
    return 0


def _bytes(text: str) -> bytes:
    """Hex with spaces, colons or 0x in it. The error shows none of it: it may be a bank card's number."""
    plain = text.lower().replace("0x", "").replace(":", "").replace(",", "")
    try:
        data = bytes.fromhex(plain)
    except ValueError:
        raise Misuse("hex") from None
    if not data:
        raise Misuse("hex-empty")
    return data


def _guess(data: bytes) -> Terminator:
    """The framing of bytes whose sender did not say: CR unless they end otherwise and hold no CR."""
    if data.endswith(b"\r\n"):
        return "CRLF"
    if b"\r" in data:
        return "CR"
    ends: tuple[tuple[bytes, Terminator], ...] = ((b"\n", "LF"), (b"\t", "TAB"), (b"\x03", "STX/ETX"))
    return next((name for end, name in ends if data.endswith(end)), "CR")


def list_devices(args: argparse.Namespace) -> int:
    """Serial devices with their stable names, and who holds them."""
    import json

    from agent.cli.scan_live import candidates

    rows = candidates()
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        print(f"{row['port']}  {row['about'] or say('device')}")
        if row["stable"]:
            print(say("write-port", port=row["stable"]))
        if row["holders"]:
            print(say("held", holders=", ".join(row["holders"])))
    if not rows:
        print(say("no-device"))
    return 0
