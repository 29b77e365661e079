"""The scan commands that touch devices: list candidates, show scans live, record captures."""

from __future__ import annotations

import argparse
import json
import os
import queue
import sys
import time
from typing import TYPE_CHECKING, Any

from agent.cli.scan import settings_of, shown, wrong
from agent.cli.scan_words import WORDS, Misuse, say
from drivers.ports.holders import holders
from drivers.scanner.recognition import Recognizer
from drivers.scanner.serial import Ears, SerialScanner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drivers.scanner.framing import Frame
    from drivers.scanner.settings import ScannerSettings
    from drivers.shapes import DeviceState, Scan

BY_ID = "/dev/serial/by-id"
STOP_S = 2.0


def candidates(by_id: str = BY_ID) -> list[dict[str, Any]]:
    """Serial devices of this machine, the stable name of each, and who holds it."""
    from serial.tools.list_ports import comports

    links = {os.path.realpath(link): link for link in _links(by_id)}
    return [
        {
            "port": found.device,
            "stable": links.get(os.path.realpath(found.device), ""),
            "about": found.description if found.description not in (None, "n/a") else "",
            "usb": f"{found.vid:04x}:{found.pid:04x}" if found.vid is not None and found.pid is not None else "",
            "holders": holders(found.device),
        }
        for found in sorted(comports(), key=lambda found: found.device)
    ]


def _links(folder: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    except OSError:
        return []


def try_scanner(args: argparse.Namespace) -> int:
    """Print every scan until interrupted or `--count` is reached."""
    try:
        settings, recognition = settings_of(args)
    except Misuse as misuse:
        return wrong(misuse)
    for scan, _ in _scans(settings, Recognizer(recognition), args.count):
        print(json.dumps(shown(scan), ensure_ascii=False) if args.json else _line(scan), flush=True)
    return 0


def record_scans(args: argparse.Namespace) -> int:
    """Write every scan with its bytes and what it was taken for; a payment card is counted and never written."""
    try:
        settings, recognition = settings_of(args)
    except Misuse as misuse:
        return wrong(misuse)
    captures: list[dict[str, Any]] = []
    payments = 0
    try:
        for scan, frame in _scans(settings, Recognizer(recognition), args.count):
            if frame is None:
                payments += 1
                continue
            captures.append(_capture(len(captures) + 1, scan, frame, settings))
            print(_line(scan), flush=True)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    _write(args.file, captures)
    left_out = say("left-out", count=payments) if payments else ""
    print(say("recorded", file=args.file, count=len(captures)) + left_out, file=sys.stderr)
    return 0


def _capture(number: int, scan: Scan, frame: Frame, settings: ScannerSettings) -> dict[str, Any]:
    expect = {key: value for key, value in shown(scan).items() if key not in ("rule", "fields")}
    return {
        "id": f"{number:02}-{scan.kind}",
        "transport": settings.transport,
        "framing": settings.framing,
        "hex": frame.raw.hex(),
        "expect": expect,
        "source": settings.port,
        "note": "",
    }


def _write(path: str, captures: list[dict[str, Any]]) -> None:
    """Whole or not at all: an earlier recording is not lost to a full disk."""
    fresh = f"{path}.new"
    with open(fresh, "w", encoding="utf-8") as file:
        json.dump({"captures": captures}, file, ensure_ascii=False, indent=1)
        file.write("\n")
    os.replace(fresh, path)


def _scans(settings: ScannerSettings, recognizer: Recognizer, count: int) -> Iterator[tuple[Scan, Frame | None]]:
    """Scans with their frames as they come, `count` of them or without end; states go to stderr in words."""
    inbox: queue.SimpleQueue[tuple[Scan, Frame | None]] = queue.SimpleQueue()

    def on_scan(scan: Scan) -> None:
        if scan.kind == "payment":
            inbox.put((scan, None))

    ears = Ears(on_scan, _tell, lambda frame, scan: inbox.put((scan, frame)))
    scanner = SerialScanner(settings, recognizer, ears)
    scanner.start()
    try:
        seen = 0
        while not count or seen < count:
            yield inbox.get()
            seen += 1
    finally:
        scanner.stop(time.monotonic() + STOP_S)


def _tell(state: DeviceState) -> None:
    code = state.cause or state.state
    text = say(code) if code in WORDS else code
    if holder := state.numbers.get("holder"):
        text += f": {holder}"
    if lost := state.numbers.get("dropped_stale"):
        text += f" ({say('lost', count=lost)})"
    print(f"{state.numbers['port']}: {text}", file=sys.stderr, flush=True)


def _line(scan: Scan) -> str:
    if scan.kind == "payment":
        return say("payment")
    parts = [f"{scan.kind}:", json.dumps(scan.payload, ensure_ascii=False)]
    parts += [
        f"{name} {value}"
        for name, value in (("id", scan.id), ("gtin", scan.gtin14), (scan.aim, scan.symbology))
        if value
    ]
    return "  ".join(parts)
