"""kopilka queue ls|show|export: what the hub has not confirmed yet. It only looks: nothing leaves the queue but by the hub's word."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from agent.cli.common import add_database, database_path, record_place
from agent.command_line import speak


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("queue", help=speak("что ждёт связи с центром", "what waits for the hub"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("ls", help=speak("сколько и какие записи ждут", "how many records wait, and which"))
    listing.add_argument("--limit", type=_count, default=50, metavar="N")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(func=ls)
    one = verbs.add_parser("show", help=speak("одна запись целиком", "one record, whole"))
    one.add_argument("seq", type=record_place, metavar="SEQ")
    one.set_defaults(func=show)
    stream = verbs.add_parser("export", help=speak("все ждущие записи, по одной в строке", "all that wait, one a line"))
    stream.set_defaults(func=export)
    for each in (listing, one, stream):
        add_database(each)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and int(text)):
        raise argparse.ArgumentTypeError(f"{text[:40]!r}: a number from 1 is meant")
    return int(text)


def ls(args: argparse.Namespace) -> int:
    """The oldest first."""
    import msgspec

    from agent.store.reader import JournalReader, reading

    kinds: dict[str, int] = {}
    rows: list[tuple[str, str, int]] = []
    with reading(database_path(args)) as sql:
        reader = JournalReader(sql)
        for row in reader.after(reader.acked()):
            kinds[row.kind] = kinds.get(row.kind, 0) + 1
            if len(rows) < args.limit:
                rows.append((f"{row.inc}/{row.seq}", row.kind, len(row.line)))
    total = sum(kinds.values())
    if args.json:
        shown = [{"place": place, "kind": kind, "bytes": size} for place, kind, size in rows]
        print(msgspec.json.encode({"unsent": total, "kinds": kinds, "records": shown}).decode())
        return 0
    if not total:
        print(speak("Всё передано.", "Everything is delivered."))
        return 0
    listed = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    print(speak(f"Ждут связи: {total} ({listed})", f"Waiting for the hub: {total} ({listed})"))
    for place, kind, size in rows:
        print(f"{place:>12}  {kind:12} {size:>8} B")
    if total > len(rows):
        print(speak(f"… и ещё {total - len(rows)}", f"... and {total - len(rows)} more"))
    return 0


def show(args: argparse.Namespace) -> int:
    """A record as it lies in the journal, set out for people; delivered ones too. Raises NotFound."""
    import msgspec

    from agent.errors import NotFound
    from agent.store.reader import JournalReader, reading

    inc, seq = args.seq
    with reading(database_path(args)) as sql:
        reader = JournalReader(sql)
        row = reader.find(seq, inc)
        waits = row is not None and (row.inc, row.seq) > _place(reader.acked())
    if row is None:
        raise NotFound("record-unknown", seq=seq)
    state = speak("ждёт связи", "waits for the hub") if waits else speak("передана", "delivered")
    print(f"{row.inc}/{row.seq} {row.kind} {state} {row.hash}")
    try:
        print(msgspec.json.format(row.line, indent=2).decode())
    except (msgspec.MsgspecError, UnicodeDecodeError):
        print(speak("Запись повреждена: kopilka journal verify", "The record is damaged: kopilka journal verify"))
    return 0


def _place(n: int) -> tuple[int, int]:
    from agent.rows import place

    return place(n)


def export(args: argparse.Namespace) -> int:
    """NDJSON, as `journal export`."""
    from agent.cli.journal import as_line
    from agent.store.reader import JournalReader, reading

    with reading(database_path(args)) as sql:
        reader = JournalReader(sql)
        for row in reader.after(reader.acked()):
            sys.stdout.buffer.write(as_line(row))
    sys.stdout.buffer.flush()
    return 0
