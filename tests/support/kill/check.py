"""What must hold after the last power cut. Every check gives sentences that say what is wrong; none means that all is well."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from http.client import HTTPException

from kill.pos import Pos
from kill.power import database_of
from kill.receipts import odd_receipts
from kill.shop import OPENING, UNIT, Shop, rows

from agent.cli.demo.till import DemoFault, DemoTill, run
from sync.wire import CloseBody, Record, ReturnBody, SaleBody, VoidBody, decode

WAIT_S = 30
LOOKS = 30
REST_S = 0.5
KINDS = {"sale": SaleBody, "return": ReturnBody, "void": VoidBody}


def violations(shop: Shop, posts: Sequence[Pos]) -> list[str]:
    """Everything that is wrong with a shop in which nobody sells. Raises DemoFault where its tills do not come to rest."""
    found: list[str] = []
    for _ in range(LOOKS):
        shop.drain()
        before = _written(shop)
        time.sleep(REST_S)
        if _written(shop) != before:
            continue
        found = _looked(shop, posts)
        # A till gives rights back by itself when the hub asks: what was read while one did does not fit together.
        if _written(shop) == before:
            return found
    raise DemoFault(f"the tills write on though nobody sells; at last: {found}")


def _written(shop: Shop) -> list[object]:
    return [rows(database_of(till), "SELECT max(n) FROM journal") for till in shop.tills]


def _looked(shop: Shop, posts: Sequence[Pos]) -> list[str]:
    journals = {till.name: journal(till) for till in shop.tills}
    kept = {name: [decode(bytes(line)) for (line,) in shop.hub_rows(_RECORDS, name)] for name in journals}
    return [
        *(fault for pos in posts for fault in pos.unexpected),
        *_once(journals, kept, posts),
        *_chains(shop),
        *_balances(shop, posts),
        *_leases(shop, kept),
        *_quarantine(shop),
        *(fault for till in shop.tills for fault in odd_receipts(till, journals[till.name])),
    ]


_RECORDS = "SELECT line FROM record WHERE till = ? ORDER BY inc, seq"


def journal(till: DemoTill) -> dict[str, Record]:
    """A till's records by hash, in order."""
    found = rows(database_of(till), "SELECT hash, line FROM journal ORDER BY n")
    return {str(hash_): decode(bytes(line)) for hash_, line in found}


def _ids(records: Sequence[Record], kind: str) -> Iterator[str]:
    for record in records:
        body = record.body
        if isinstance(body, KINDS[kind]):
            yield str(body.sale.id if isinstance(body, SaleBody) else body.id)  # type: ignore[attr-defined]


def _once(journals: dict[str, dict[str, Record]], kept: dict[str, list[Record]], posts: Sequence[Pos]) -> Iterator[str]:
    """Every POS had every answer in the end, so each is confirmed: once at its till, once at the hub, and nothing else."""
    for name, records in journals.items():
        if list(records.values()) != kept[name]:
            yield f"{name}: the hub's records are not the journal's: {len(kept[name])} of {len(records)}"
        for kind in KINDS:
            wanted = Counter(id_ for pos in posts if pos.till.name == name for id_ in pos.confirmed[kind])
            for place, found in (("till", list(records.values())), ("hub", kept[name])):
                counted = Counter(_ids(found, kind))
                for id_ in sorted((counted - wanted) + (wanted - counted)):
                    yield f"{name}: {kind} {id_}: {counted[id_]} times at the {place}, confirmed {wanted[id_]} times"


def _chains(shop: Shop) -> Iterator[str]:
    for till in shop.tills:
        told = json.loads(run("journal", "verify", "--config", till.config, "--json"))
        if told["bad"] is not None or told["odd"]:
            yield f"{till.name}: the chain does not hold: {told}"


def wanted(shop: Shop, posts: Sequence[Pos]) -> dict[str, int]:
    """Points less debt by member, as the answers to the POS threads say."""
    points = dict.fromkeys(shop.members.values(), OPENING)
    for pos in posts:
        for answer in pos.confirmed["sale"].values():
            earned = answer["earned"].get("main", {"points": 0})["points"]
            points[answer["member"]] += earned - answer["spent"].get("main", 0)
        for answer in (*pos.confirmed["return"].values(), *pos.confirmed["void"].values()):
            points[answer["member"]] += answer["restored"].get("main", 0) - answer["taken_back"].get("main", 0)
    return points


def _balances(shop: Shop, posts: Sequence[Pos]) -> Iterator[str]:
    want = wanted(shop, posts)
    found = shop.hub_rows("SELECT member, posted, leased, debt FROM account WHERE unit = ?", UNIT)
    hub = {member: posted - debt for member, posted, _, debt in found}
    yield from (f"{member}: below 0 at the hub" for member, posted, leased, _ in found if posted - leased < 0)
    lots = dict(shop.hub_rows("SELECT member, sum(remaining) FROM lot WHERE unit = ? GROUP BY member", UNIT))
    entries = dict(
        shop.hub_rows(
            "SELECT member, sum(amount) FROM entry WHERE unit = ? AND account = 'member:' || member GROUP BY member",
            UNIT,
        )
    )
    for member, posted, _, _ in found:
        if lots.get(member, 0) != posted:
            yield f"{member}: lots have {lots.get(member, 0)}, the account {posted}"
    for member, points in sorted(want.items()):
        if hub.get(member) != points:
            yield f"{member}: {hub.get(member)} at the hub, answers add up to {points}"
        if entries.get(member) != points:
            yield f"{member}: entries sum to {entries.get(member)}, answers add up to {points}"
        yield from _at_tills(shop, member, points)
    losses = [id_ for pos in posts for id_, answer in pos.confirmed["sale"].items() if answer.get("loss")]
    yield from (f"sale {id_}: spent beyond every right" for id_ in losses)


def _at_tills(shop: Shop, member: str, points: int) -> Iterator[str]:
    for till in shop.tills:
        try:
            till.wait(lambda till=till: _at_till(till, member) == points, "differs", WAIT_S)
        except DemoFault:
            yield f"{member}: {_at_till(till, member)} at {till.name}, {points} at the hub"


def _at_till(till: DemoTill, member: str) -> int | None:
    try:
        row = till.call("GET", f"/v1/members/{member}")[1]["balance"]["main"]
    except (OSError, HTTPException, KeyError):
        return None
    return int(row["confirmed"]) + int(row["unsynced"]) - int(row["debt"])


def _leases(shop: Shop, kept: dict[str, list[Record]]) -> Iterator[str]:
    """Rights at hub and tills are the same, each spent as the records say, and those that are open are what the accounts lend."""
    spent: Counter[str] = Counter()
    closed = set()
    for record in (record for records in kept.values() for record in records):
        if isinstance(record.body, SaleBody):
            for spend in record.body.spends:
                spent[spend.lease] += sum(part.points for part in spend.parts)
        if isinstance(record.body, CloseBody):
            closed.add(record.body.lease)
    held: defaultdict[str, int] = defaultdict(int)
    open_at: defaultdict[str, set[str]] = defaultdict(set)
    for member, lease, till, granted, used, back, state in shop.hub_rows(_LEASES):
        if used != spent[lease] or used + back > granted:
            yield f"lease {lease}: granted {granted}, spent {used} and back {back}, records spend {spent[lease]}"
        if (state == "closed") != (lease in closed):
            yield f"lease {lease}: {state}, though a record closed it: {lease in closed}"
        if state == "open":
            held[member] += granted - used - back
            open_at[till].add(lease)
    leased = dict(shop.hub_rows("SELECT member, leased FROM account WHERE unit = ? AND leased > 0", UNIT))
    under = dict(
        shop.hub_rows("SELECT member, sum(leased) FROM lot WHERE unit = ? AND leased > 0 GROUP BY member", UNIT)
    )
    if not {member: points for member, points in held.items() if points} == leased == under:
        yield f"leases hold {dict(held)}, accounts lend {leased}, lots {under}"
    for till in shop.tills:
        here = {str(id_) for (id_,) in rows(database_of(till), "SELECT id FROM lease WHERE state = 'open'")}
        if here != open_at[till.name]:
            yield f"{till.name}: open leases {sorted(here)}, at the hub {sorted(open_at[till.name])}"


_LEASES = "SELECT member, lease, till, granted, spent, back, state FROM lease ORDER BY lease"


def _quarantine(shop: Shop) -> Iterator[str]:
    for till, inc, seq, reason in shop.hub_rows("SELECT till, inc, seq, reason FROM quarantine"):
        yield f"quarantine: {till} {inc}/{seq}: {reason}"
