"""Every record judged again by the same engine, with the programme it names: what differs is flagged, never refused.

A till that was tampered with can write any sum into its journal; it cannot make the hub's engine agree. Read behind the pushes, by a job.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import msgspec
import peewee

from agent.loyalty.decision import Decision
from agent.loyalty.engine import evaluate
from agent.loyalty.programme.reader import read_programme
from agent.loyalty.programme.values import Programme
from sync.chain import AHEAD_MS
from sync.hub.book import Profile
from sync.hub.store import books, flags, programmes, reviews
from sync.hub.store.flags import Flag
from sync.hub.store.reviews import Received, Unread
from sync.wire import Record, SaleBody, decode

STEP = 100
"""Records of one transaction."""
HOUR_MS = 3_600_000
LOOK_BACK_HOURS = 60 * 24
LEAST_HOURS = 1_000
BEYOND = 1_000
"""An hour's points are odd beyond what one hour in a thousand has (p99.9), once there are a thousand to compare with."""


class Sold(NamedTuple):
    """A sale among the records of one journal."""

    seq: int
    at: int
    body: SaleBody


Findings = list[tuple[str, dict[str, int | str]]]


def review(database: peewee.Database, *, now_ms: int, limit: int = STEP) -> int:
    """Judge the next records of every journal again, in the caller's transaction; returns how many, 0 when none is left."""
    done = 0
    for mark in reviews.unread(database):
        rows = reviews.records(database, mark, limit - done)
        _journal(database, mark, rows, now_ms)
        done += len(rows)
        if done >= limit:
            break
    return done


def _journal(database: peewee.Database, mark: Unread, rows: list[Received], now_ms: int) -> None:
    found: list[Flag] = []
    sales: list[Sold] = []
    clock = mark.clock
    for row in rows:
        record = _read(row.line)
        if record is None:
            continue
        before, clock = clock, clock_of(record, row.at)
        if clock and clock != before:
            found.append(Flag(mark.till, mark.inc, row.seq, f"clock-{clock}", {"at": record.at, "received": row.at}))
        if isinstance(record.body, SaleBody):
            sales.append(Sold(row.seq, record.at, record.body))
    found += _judged_again(database, mark, sales)
    found += _hours(database, mark, sales, now_ms)
    flags.put(database, found, at=now_ms)
    reviews.advance(database, mark._replace(seq=rows[-1].seq, clock=clock))


def _read(line: bytes) -> Record | None:
    """A record; None for what was parked as undecodable: quarantine tells of it."""
    try:
        return decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def clock_of(record: Record, received_ms: int) -> str:
    """How the till's clock stood: "" well, "untrusted" by its own word, "ahead" of the moment the record came."""
    if record.clock == "untrusted":
        return "untrusted"
    return "ahead" if record.at > received_ms + AHEAD_MS else ""


def _judged_again(database: peewee.Database, mark: Unread, sales: list[Sold]) -> list[Flag]:
    known = books.load(database, {sold.body.member for sold in sales if sold.body.member is not None})
    found = []
    for sold in sales:
        profile = known[sold.body.member].profile if sold.body.member is not None else None
        for code, numbers in findings(sold.body, functools.partial(_programme, database), profile):
            found.append(Flag(mark.till, mark.inc, sold.seq, code, numbers))
    return found


def findings(body: SaleBody, programme: Callable[[str], Programme | None], profile: Profile | None) -> Findings:
    """What is odd about one sale; `programme` gives a version by its hash. A mismatch was told by the till itself; without one there is no loss."""
    if body.mismatch or body.loss:
        return [("mismatch", {"codes": ", ".join(body.mismatch), "loss": sum(body.loss.values())})]
    found = programme(body.decision.hash)
    if found is None:
        return [("programme-unknown", {"programme": body.decision.programme, "version": body.decision.version})]
    odd: Findings = []
    if differs := _differs(body, found, profile):
        odd.append(("decision-differs", differs))
    if body.judged is not None and profile is not None and body.judged.tier != profile.tier:
        odd.append(("tier-differs", {"till": body.judged.tier or "", "hub": profile.tier or ""}))
    return odd


def _differs(body: SaleBody, programme: Programme, profile: Profile | None) -> dict[str, int | str]:
    """Figures of the record and of the engine where they differ; empty where the engine agrees."""
    if body.member is not None and body.judged is None:
        return {}
    member = body.judged and msgspec.structs.replace(
        body.judged,
        id=body.member or "",
        birthday=profile.birthday if profile else None,
        joined=profile.joined if profile else None,
    )
    told = _figures(body.decision)
    # What was granted is asked for: a quote may have been given before the sale said how much, or how it was paid.
    asked = msgspec.structs.replace(body.sale, redeem=dict(body.decision.spent))
    for sale in (asked, msgspec.structs.replace(asked, tenders=())):
        again = _figures(evaluate(programme, member, sale, body.decision.at))
        if again == told:
            return {}
    return {
        name: f"{told.get(name)} / {again.get(name)}"
        for name in sorted({*told, *again})
        if told.get(name) != again.get(name)
    }


def _figures(decision: Decision) -> dict[str, object]:
    """What a customer gets by a decision."""
    earned = {
        f"earned:{name}": (row.points, row.available_from, row.expires_on) for name, row in decision.earned.items()
    }
    spent = {f"spent:{name}": points for name, points in decision.spent.items()}
    return {"discount": decision.discount, "to_pay": decision.to_pay, **earned, **spent}


def _hours(database: peewee.Database, mark: Unread, sales: list[Sold], now_ms: int) -> list[Flag]:
    """Hours in which a till gave more points than one hour in a thousand sees, told at the last record that took part."""
    given: dict[int, int] = {}
    last: dict[int, int] = {}
    for sold in sales:
        if points := sum(lot.points for lot in sold.body.lots):
            hour = sold.at // HOUR_MS
            given[hour] = given.get(hour, 0) + points
            last[hour] = sold.seq
    if not given:
        return []
    most = reviews.usual_most(database, now_ms // HOUR_MS - LOOK_BACK_HOURS, least=LEAST_HOURS, beyond=BEYOND)
    after = reviews.give(database, mark.till, given)
    if most is None:
        return []
    return [
        Flag(mark.till, mark.inc, last[hour], "points-per-hour", {"points": after[hour], "usual_most": most})
        for hour in sorted(given)
        if after[hour] > most >= after[hour] - given[hour]
    ]


def _programme(database: peewee.Database, hash_: str) -> Programme | None:
    text = programmes.text_of(database, hash_)
    return _compiled(text) if text is not None else None


@functools.lru_cache(maxsize=8)
def _compiled(text: str) -> Programme | None:
    return read_programme(text, "programme").programme
