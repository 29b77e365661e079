"""Receipts within facts: what came out of a printer names a record that exists and tells that record's figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kill.power import database_of
from kill.shop import rows

from agent.cli.demo.till import DemoTill
from agent.messages import money
from agent.till.paper import MARK_DIGITS
from agent.till.receipt_words import say
from sync.wire import Record, ReturnBody, SaleBody

_FOOT = re.compile(rf"№ (\d+) · ([0-9a-f]{{{MARK_DIGITS}}})")
LANG = "ru"


def odd_receipts(till: DemoTill, journal: Mapping[str, Record]) -> Iterator[str]:
    """`journal` is the till's records by hash. A slip without a foot was cut off by a power cut: its copy follows."""
    records = {(record.seq, hash_[:MARK_DIGITS]): record for hash_, record in journal.items()}
    printed: set[int] = set()
    for paper in till.papers():
        for number, mark in _FOOT.findall(paper):
            record = records.get((int(number), mark))
            if record is None:
                yield f"{till.name}: a receipt № {number} · {mark} is on paper, no such record is in the journal"
                continue
            printed.add(record.seq)
            slip = paper.rpartition(f"№ {number} · {mark}")[0]
            yield from (
                f"{till.name}: receipt № {number} does not say {line!r}"
                for line in figures(record)
                if not _says(slip, line)
            )
    wanted = {n & ((1 << 40) - 1) for (n,) in rows(database_of(till), _JOBS)}
    yield from (f"{till.name}: the receipt of record {seq} was never on paper" for seq in sorted(wanted - printed))


_JOBS = "SELECT r.n FROM print_job j JOIN receipt r ON r.id = j.receipt WHERE j.state = 'printed'"


def figures(record: Record) -> list[tuple[str, str]]:
    """(word, figure) that the receipt of a record has on one line; figures as people read them."""
    body = record.body
    if isinstance(body, ReturnBody):
        back = [(say("money-back", LANG), money(body.money_back, LANG))]
        restored = sum(part.points for parts in body.restored.values() for part in parts)
        taken = sum(body.taken_back.values())
        return back + [
            (say(word, LANG), str(points)) for word, points in (("restored", restored), ("taken-back", taken)) if points
        ]
    assert isinstance(body, SaleBody)
    spent = sum(part.points for spend in body.spends for part in spend.parts)
    earned = sum(lot.points for lot in body.lots)
    told = [(say(word, LANG), str(points)) for word, points in (("spent", spent), ("earned", earned)) if points]
    return told + ([(say("to-pay", LANG), money(body.decision.to_pay, LANG))] if spent else [])


def _says(slip: str, line: tuple[str, str]) -> bool:
    """Whether a line of the slip has the word and the figure; spaces of thousands and alignment do not count."""
    word, figure = line
    bare = re.sub(r"\s", "", figure)
    return any(
        word in row and re.search(rf"(?<!\d){re.escape(bare)}(?!\d)", re.sub(r"\s", "", row))
        for row in slip.splitlines()
    )
