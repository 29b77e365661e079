"""The command's border: faults become words in three lines, never a traceback; exit codes after sysexits.h."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from agent.errors import ConfigFault, KopilkaError, words
from agent.messages import Lang

INTERRUPTED = 130
BUG = 70


def guarded(work: Callable[[], int], lang: str) -> int:
    """Run a command; tell its faults to people. KOPILKA_DEBUG=1 lets a bug's traceback through."""
    spoken: Lang = "ru" if lang == "ru" else "en"
    try:
        return work()
    except ConfigFault as fault:
        tell_config(fault)
        return fault.exit_code
    except KopilkaError as fault:
        tell(fault, spoken)
        return fault.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`); the rest of the output has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("KOPILKA_DEBUG"):
            raise
        print(f"kopilka: {type(error).__name__}: {error}", file=sys.stderr)
        print("KOPILKA_DEBUG=1 shows where.", file=sys.stderr)
        return BUG


def tell(fault: KopilkaError, lang: Lang) -> None:
    """What happened, why, what to do: one line each."""
    said = words(fault, lang=lang)
    print(f"kopilka: {said.what}", file=sys.stderr)
    for line in (said.why, said.next_step):
        if line:
            print(f"  {line}", file=sys.stderr)


def tell_config(fault: ConfigFault) -> None:
    """Every fault on a line of its own."""
    for line in fault.faults:
        print(line, file=sys.stderr)
