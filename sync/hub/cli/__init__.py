"""kopilka-hub: the command of the centre. One module a command; each imports what it needs when it runs.

Exit codes (sysexits.h): 0 done; 64 wrong use; 65 bad data; 66 not found; 70 a bug; 74 disk; 75 try again later; 78 configuration.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from agent.command_line import lang, speak
from agent.usage import Parser
from sync.hub.cli import (
    adopt,
    audit,
    backed_up,
    backup,
    epoch,
    family,
    flags,
    key,
    lease,
    load,
    member,
    migrate,
    programme,
    quarantine,
    restore,
    run,
    snapshot,
    status,
    till,
)
from sync.hub.cli.common import DEFAULT_CONFIG

BUG = 70
INTERRUPTED = 130
COMMANDS = (
    *(run, status, migrate, till, programme, load, snapshot, member, family, lease, quarantine, flags, key, audit),
    *(backup, backed_up, restore, adopt, epoch),
)
"""Each has `add(commands, common)`: its words, and in each parser's `func` what runs them."""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. No traceback for a user's mistake."""
    parser = _parser()
    words = sys.argv[1:] if words is None else words
    if not all(map(_is_text, words)):
        parser.error(speak("слова команды не в UTF-8", "the command's words are not UTF-8"))
    args = parser.parse_args(words)
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


def _is_text(word: str) -> bool:
    """Bytes that are no UTF-8 come as lone surrogates; no database takes them."""
    return not any("\ud800" <= sign <= "\udfff" for sign in word)


def _tell(fault: Exception) -> None:
    from agent.errors import KopilkaError, words

    assert isinstance(fault, KopilkaError)
    said = words(fault, lang=lang())
    lines = [f"kopilka-hub: {said.what}", *(f"  {line}" for line in (said.why, said.next_step) if line)]
    print("\n".join(lines), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    common = Parser(add_help=False)
    # SUPPRESS: given before or after the command, whichever; the one that is not given must not wipe the other.
    for name, metavar, russian, english in (
        ("--config", "FILE", "настройки (по умолчанию {}, если есть)", "configuration (default {}, where it is)"),
        ("--database", "FILE", "файл базы", "the database's file"),
    ):
        told = speak(russian, english).format(DEFAULT_CONFIG)
        common.add_argument(name, metavar=metavar, default=argparse.SUPPRESS, help=told)
    told = speak("ответ в JSON", "answer in JSON")
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=told)
    about = speak(
        "Центр Копилки: кассы приносят сюда свои журналы.", "Kopilka's centre: tills bring their journals here."
    )
    parser = Parser(prog="kopilka-hub", description=about, parents=[common])
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands, common)
    return parser
