"""kopilka-hub: the command of the centre. Sub-commands import what they need; no traceback for a user's mistake.

Exit codes (sysexits.h): 0 done; 64 wrong use; 65 bad data; 66 not found; 70 a bug; 74 disk; 75 try again later; 78 configuration.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import peewee

    from agent.messages import Lang
    from sync.hub.keys import Keys
    from sync.hub.settings import Settings

DEFAULT_CONFIG = "/etc/kopilka-hub/config.toml"
CONFIG = 78
BUG = 70
INTERRUPTED = 130

HELP = {
    "ru": {
        "about": "Центр Копилки: кассы приносят сюда свои журналы.",
        "config": f"настройки (по умолчанию {DEFAULT_CONFIG}, если есть)",
        "database": "файл базы",
        "json": "ответ в JSON",
        "run": "запустить службу",
        "listen": "адрес, HOST:PORT",
        "till": "кассы: добавить, показать, отозвать",
        "store": "номер магазина",
        "programme": "программа: проверить, опубликовать, показать",
        "import": "загрузить участников из CSV",
        "skip_bad": "пропустить строки с ошибками",
        "currency": "валюта баллов",
        "encoding": "кодировка файла",
        "member": "показать участника",
        "migrate": "создать базу или обновить её схему",
        "quarantine": "записи, которые не удалось применить",
        "code": "Код для кассы {till} (на сутки, на один раз): {code}",
        "revoked": "Касса {till} отозвана.",
        "published": "Опубликовано: «{id}», версия {version}.",
        "fine": "{file}: всё верно. Программа «{id}», версия {version}.",
        "migrated": "База готова: {file}",
    },
    "en": {
        "about": "Kopilka's centre: tills bring their journals here.",
        "config": f"configuration (default {DEFAULT_CONFIG}, where it is)",
        "database": "the database's file",
        "json": "answer in JSON",
        "run": "run the service",
        "listen": "address, HOST:PORT",
        "till": "tills: add, list, revoke",
        "store": "the store's id",
        "programme": "the programme: check, publish, list",
        "import": "import members from CSV",
        "skip_bad": "leave out rows with faults",
        "currency": "the points' currency",
        "encoding": "the file's encoding",
        "member": "show a member",
        "migrate": "make the database or bring its schema up to date",
        "quarantine": "records that could not be applied",
        "code": "Code for till {till} (for a day, for one use): {code}",
        "revoked": "Till {till} is revoked.",
        "published": "Published: {id}, version {version}.",
        "fine": "{file}: all is well. Programme {id}, version {version}.",
        "migrated": "The database is ready: {file}",
    },
}


def lang() -> Lang:
    """The language of the command line: KOPILKA_LANG, else the locale."""
    found = os.environ.get("KOPILKA_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "ru" if found.startswith("ru") else "en"


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    args = _parser(HELP[lang()]).parse_args(words)
    from agent.errors import ConfigFault, KopilkaError

    try:
        return int(args.func(args) or 0)
    except ConfigFault as fault:
        print("\n".join(fault.faults), file=sys.stderr)
        return fault.exit_code
    except KopilkaError as fault:
        _tell(fault)
        return fault.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`); the rest of the output has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the command's border: people get a line, KOPILKA_DEBUG=1 the trace
        if os.environ.get("KOPILKA_DEBUG"):
            raise
        print(f"kopilka-hub: {type(error).__name__}: {error}\nKOPILKA_DEBUG=1 shows where.", file=sys.stderr)
        return BUG


def _tell(fault: Exception) -> None:
    from agent.errors import KopilkaError, words

    assert isinstance(fault, KopilkaError)
    said = words(fault, lang=lang())
    lines = [f"kopilka-hub: {said.what}", *(f"  {line}" for line in (said.why, said.next_step) if line)]
    print("\n".join(lines), file=sys.stderr)


def _parser(said: dict[str, str]) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    # SUPPRESS: given before or after the command, whichever; the one that is not given must not wipe the other.
    common.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help=said["config"])
    common.add_argument("--database", metavar="FILE", default=argparse.SUPPRESS, help=said["database"])
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=said["json"])
    parser = argparse.ArgumentParser(prog="kopilka-hub", description=said["about"], parents=[common])
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(under: Any, name: str, func: Callable[[argparse.Namespace], int] | None, about: str = "") -> Any:
        made = under.add_parser(name, help=said.get(about), parents=[common])
        if func is not None:
            made.set_defaults(func=func)
        return made

    add(commands, "run", run, "run").add_argument("--listen", metavar="HOST:PORT", help=said["listen"])
    add(commands, "migrate", migrate, "migrate")
    _till_words(add, add(commands, "till", None, "till").add_subparsers(metavar="VERB", required=True), said)
    _programme_words(add, add(commands, "programme", None, "programme").add_subparsers(metavar="VERB", required=True))
    loading = add(commands, "import", import_, "import")
    loading.add_argument("file", metavar="members.csv")
    loading.add_argument("--skip-bad", action="store_true", help=said["skip_bad"])
    loading.add_argument("--currency", default="main", help=said["currency"])
    loading.add_argument("--encoding", default="utf-8", help=said["encoding"])
    member = add(commands, "member", None, "member").add_subparsers(metavar="VERB", required=True)
    which = add(member, "show", member_show).add_mutually_exclusive_group(required=True)
    for name in ("card", "phone", "id"):
        which.add_argument(f"--{name}", default="")
    parked = add(commands, "quarantine", None, "quarantine").add_subparsers(metavar="VERB", required=True)
    add(parked, "ls", quarantine_ls).add_argument("--limit", type=int, default=100)
    return parser


def _till_words(add: Callable[..., Any], verbs: Any, said: dict[str, str]) -> None:
    adding = add(verbs, "add", till_add)
    adding.add_argument("till")
    adding.add_argument("--store", required=True, help=said["store"])
    adding.add_argument("--store-name", default="")
    add(verbs, "list", till_list)
    add(verbs, "revoke", till_revoke).add_argument("till")


def _programme_words(add: Callable[..., Any], verbs: Any) -> None:
    add(verbs, "check", programme_check).add_argument("file")
    add(verbs, "publish", programme_publish).add_argument("file")
    add(verbs, "list", programme_list)


def _settings(args: argparse.Namespace) -> Settings:
    """The file's settings, the command line's over them. Raises ConfigFault."""
    import msgspec

    from agent.errors import ConfigFault
    from sync.hub.settings import MAX_FILE_BYTES, Settings, listen_at, read_settings

    path = getattr(args, "config", None)
    settings = Settings()
    if path or os.path.exists(DEFAULT_CONFIG):
        path = path or DEFAULT_CONFIG
        try:
            with open(path, encoding="utf-8") as file:
                settings = read_settings(file.read(MAX_FILE_BYTES + 1), path)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigFault([f"{path}: {getattr(error, 'strerror', None) or error}"], file=path) from error
    if database := getattr(args, "database", None):
        settings = msgspec.structs.replace(settings, database=database)
    if listen := getattr(args, "listen", None):
        settings = msgspec.structs.replace(settings, listen=listen_at(listen))
    return settings


@contextlib.contextmanager
def _opened(args: argparse.Namespace) -> Iterator[tuple[peewee.SqliteDatabase, Keys]]:
    """The hub's database, beside a running hub too: each step of ours is one short transaction."""
    from sync.hub import wiring
    from sync.hub.opening import open_hub

    database, keys = open_hub(_settings(args).database, chance=wiring.chance, check=False)
    try:
        yield database, keys
    finally:
        database.close()


def _out(args: argparse.Namespace, data: object, text: str) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1) if getattr(args, "json", False) else text)


def _table(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "-"
    cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(cells[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={inner}" for name, inner in value.items()) or "-"
    return "-" if value is None or value == "" else str(value)


def run(args: argparse.Namespace) -> int:
    from agent import log
    from sync.hub.running import run as serve

    settings = _settings(args)
    log.start(journal="JOURNAL_STREAM" in os.environ)
    return serve(settings)


def migrate(args: argparse.Namespace) -> int:
    with _opened(args) as (database, _):
        path = str(database.database)
    _out(args, {"database": path}, HELP[lang()]["migrated"].format(file=path))
    return 0


def till_add(args: argparse.Namespace) -> int:
    from agent.sqlite import transaction
    from sync.hub import wiring
    from sync.hub.enrolment import add_till

    with _opened(args) as (database, _), transaction(database):
        code = add_till(
            database,
            args.till,
            store=args.store,
            store_name=args.store_name,
            now_ms=wiring.clock(),
            chance=wiring.chance,
        )
    _out(args, {"till": args.till, "code": code}, HELP[lang()]["code"].format(till=args.till, code=code))
    return 0


def till_list(args: argparse.Namespace) -> int:
    from sync.hub.showing import tills_shown

    with _opened(args) as (database, _):
        rows = tills_shown(database)
    _out(args, rows, _table(rows))
    return 0


def till_revoke(args: argparse.Namespace) -> int:
    from agent.sqlite import transaction
    from sync.hub import wiring
    from sync.hub.enrolment import revoke_till

    with _opened(args) as (database, _), transaction(database):
        revoke_till(database, args.till, now_ms=wiring.clock())
    _out(args, {"till": args.till, "state": "revoked"}, HELP[lang()]["revoked"].format(till=args.till))
    return 0


def _programme_text(path: str) -> str:
    from agent.config import MAX_BYTES
    from agent.errors import ConfigFault, NotFound

    try:
        with open(path, encoding="utf-8") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotFound("file-unreadable", file=path, problem=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise ConfigFault([f"{path}: not UTF-8"], file=path) from error


def programme_check(args: argparse.Namespace) -> int:
    from sync.hub.publishing import checked

    found = checked(_programme_text(args.file), args.file)
    data = {"id": found.id, "version": found.version, "hash": found.hash}
    _out(args, data, HELP[lang()]["fine"].format(file=args.file, id=found.id, version=found.version))
    return 0


def programme_publish(args: argparse.Namespace) -> int:
    from agent.sqlite import transaction
    from sync.hub import wiring
    from sync.hub.publishing import publish

    text = _programme_text(args.file)
    with _opened(args) as (database, keys), transaction(database):
        made = publish(database, text, args.file, signer=keys.signer, now_ms=wiring.clock())
    data = {"serial": made.serial, "id": made.id, "version": made.version, "hash": made.hash}
    _out(args, data, HELP[lang()]["published"].format(id=made.id, version=made.version))
    return 0


def programme_list(args: argparse.Namespace) -> int:
    from sync.hub.store import programmes

    with _opened(args) as (database, _):
        found = programmes.listed(database)
    rows = [
        {"serial": p.serial, "id": p.id, "version": p.version, "hash": p.hash, "published": p.published} for p in found
    ]
    _out(args, rows, _table(rows))
    return 0


def import_(args: argparse.Namespace) -> int:
    from sync.hub import wiring
    from sync.hub.loading import load_members, told

    with _opened(args) as (database, keys):
        done = load_members(
            database,
            args.file,
            keys=keys,
            now_ms=wiring.clock(),
            currency=args.currency,
            encoding=args.encoding,
            skip_bad=args.skip_bad,
            lang=lang(),
        )
    data = {"rows": done.rows, "fresh": done.fresh, "points": done.points, "skipped": done.skipped}
    _out(args, data, told(done, lang()))
    return 0


def member_show(args: argparse.Namespace) -> int:
    from sync.hub.showing import find_member, member_shown

    with _opened(args) as (database, keys):
        book = find_member(database, keys.programme_key, card=args.card, phone=args.phone, member=args.id)
    data = member_shown(book)
    flat = {name: value for name, value in data.items() if name not in ("lots", "leases")}
    text = "\n\n".join([_table([flat]), _table(data["lots"]), _table(data["leases"])])
    _out(args, data, text)
    return 0


def quarantine_ls(args: argparse.Namespace) -> int:
    from sync.hub.showing import parked_shown

    with _opened(args) as (database, _):
        rows = parked_shown(database, args.limit)
    _out(args, rows, _table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
