"""kopilka journal verify|export: is every record as it was written, and the record stream for whoever wants to look."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from agent.cli.common import add_database, database_path, record_place
from agent.command_line import speak

if TYPE_CHECKING:
    from agent.store.verify import Verified

BAD = 65
REASONS = {
    "gap": ("перед ней нет записей", "records before it are missing"),
    "incarnation": ("номер запуска идёт назад", "its incarnation goes back"),
    "hash": ("её байты изменены", "its bytes were changed"),
    "content": ("говорит о себе не то, что её строка", "it says another place or kind than its row"),
}


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "journal", help=speak("проверить или выгрузить журнал", "verify or export the journal")
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    one = verbs.add_parser("verify", help=speak("сходится ли каждая запись", "is every record as it was written"))
    one.add_argument("--json", action="store_true")
    one.set_defaults(func=verify)
    other = verbs.add_parser("export", help=speak("все записи, по одной в строке", "all records, one a line"))
    other.add_argument(
        "--after",
        type=record_place,
        default=(None, 0),
        metavar="N",
        help=speak("после записи N или 2/N", "behind record N or 2/N"),
    )
    other.set_defaults(func=export)
    for each in (one, other):
        add_database(each)


def verify(args: argparse.Namespace) -> int:
    """0 when all of it holds, 65 when a record or a receipt does not."""
    from agent.store.verify import journal_verify

    path = database_path(args)
    found = journal_verify(path, _progress if sys.stderr.isatty() else None)
    if args.json:
        import msgspec

        print(msgspec.json.encode(found).decode())
    else:
        print("\n".join(told(found)))
    return 0 if found.good else BAD


def _progress(count: int) -> None:
    print("\r" + speak(f"проверено {count}", f"{count} checked"), end="", file=sys.stderr, flush=True)


def told(found: Verified) -> list[str]:
    """The outcome in lines for people."""
    good = speak(f"Верных записей: {found.count}", f"Good records: {found.count}")
    lines = [f"{good} ({found.inc}/{found.seq} {found.hash})" if found.count else good]
    if found.bad is not None:
        why = speak(*REASONS[found.bad.reason])
        at = f"{found.bad.inc}/{found.bad.seq}"
        lines += [
            speak(f"Первая неверная запись {at}: {why}.", f"The first bad record is {at}: {why}."),
            speak(
                "Не удаляйте базу: она нужна для разбора.", "Keep the database: it is needed to find out what happened."
            ),
        ]
        return lines
    lines.append(speak(f"Сверено чеков и ответов: {found.marks}", f"Receipts and answers compared: {found.marks}"))
    if found.odd_count:
        names = ", ".join(found.odd)
        lines.append(
            speak(
                f"Не сходятся с записями: {found.odd_count}: {names}",
                f"Not as their records: {found.odd_count}: {names}",
            )
        )
    return lines


def export(args: argparse.Namespace) -> int:
    """NDJSON: place, kind, hash and the record's own bytes."""
    from agent.rows import position
    from agent.store.reader import JournalReader, reading

    inc, seq = args.after
    with reading(database_path(args)) as sql:
        reader = JournalReader(sql)
        if inc is None and seq:
            known = reader.find(seq)
            inc = known.inc if known else 1
        for row in reader.after(position(inc or 0, seq)):
            sys.stdout.buffer.write(as_line(row))
    sys.stdout.buffer.flush()
    return 0


def as_line(row: Any) -> bytes:
    """A stored record as one line; one whose bytes are damaged shows them in base64."""
    import msgspec

    said: dict[str, object] = {"inc": row.inc, "seq": row.seq, "kind": row.kind, "hash": row.hash}
    try:
        msgspec.json.decode(row.line)
        said["record"] = msgspec.Raw(row.line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        said["damaged"] = row.line
    return msgspec.json.encode(said) + b"\n"
