"""How fast a receipt becomes bytes, beside the floor of encoding its words alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from sample_receipts import design_receipt_ru

from drivers.printer.escpos import receipt_job
from drivers.printer.profiles import PROFILES
from drivers.printer.render import text_lines

ROUNDS, BEST_OF = 400, 5


def rows() -> list[tuple[str, float, float, str]]:
    """What, milliseconds, milliseconds of the floor, bar."""
    document = design_receipt_ru()
    found = []
    for name in ("epson-80", "epson-58"):
        profile = PROFILES[name]
        words = "\n".join(text_lines(document, profile.columns))
        figure = median_ms(lambda profile=profile: receipt_job(document, profile))  # type: ignore[misc]
        floor = median_ms(lambda words=words: words.encode("cp1251", "replace"))  # type: ignore[misc]
        found.append((f"receipt: document -> bytes, {name}", figure, floor, "< 1 ms median"))
    return found


def median_ms(work: Callable[[], object]) -> float:
    """The best of five medians, in milliseconds."""
    return min(statistics.median(once_ms(work) for _ in range(ROUNDS)) for _ in range(BEST_OF))


def once_ms(work: Callable[[], object]) -> float:
    began = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - began) / 1e6


if __name__ == "__main__":
    for what, figure, floor, bar in rows():
        print(f"{what:45} {figure:8.3f} ms  floor {floor:8.4f} ms  x{figure / floor:6.0f}  {bar}")
