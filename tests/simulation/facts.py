"""What can be read off a state without asking the code that made it: the oracle of the bounded search.

It adds up records (read as plain JSON) and rows by itself. `Wrong` says which rule was broken.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import msgspec

UNIT = "points:main"


class Wrong(AssertionError):
    """A rule that does not hold: its number (I1 to I6, or what else) and what was seen."""


class TillFacts(NamedTuple):
    """Open leases and what was spent of them: id -> (granted, spent)."""

    open: dict[str, tuple[int, int]]


class HubFacts(NamedTuple):
    """Leases: id -> (till, granted, spent, state). `redeemed` and `loss` are sums of postings, `balance` of all members."""

    epoch: int
    merged: tuple[tuple[str, str], ...]
    """Members and their heirs, those too that a restored hub has to merge again."""
    leases: dict[str, tuple[str, int, int, str]]
    held: dict[str, int]
    """What each lease that is not over holds."""
    redeemed: int
    loss: int
    balance: int


def need(holds: bool, rule: str, *seen: object) -> None:
    if not holds:
        raise Wrong(f"{rule}: {' '.join(map(str, seen))}")


def till_facts(rows: Any) -> TillFacts:
    """`rows` runs SQL. I2 from the journal alone: a lease is granted once, spent within, and never after it was closed."""
    granted: dict[str, dict[str, int]] = {}
    spent: dict[str, Counter[str]] = {}
    over: set[str] = set()
    for (line,) in rows("SELECT line FROM journal ORDER BY n"):
        body = msgspec.json.decode(line)["body"]
        if body["kind"] == "boot":
            over |= set(granted)
        elif body["kind"] == "lease_got":
            grant = body["grant"]
            need(grant["id"] not in granted, "I4 one grant a wish", grant["id"][:8])
            granted[grant["id"]] = {part["lot"]: part["points"] for part in grant["backing"]}
            need(sum(granted[grant["id"]].values()) == grant["granted"], "I2 a grant adds up", grant)
        elif body["kind"] == "lease_close":
            over.add(body["lease"])
            gone = sum(spent.get(body["lease"], {}).values())
            need(body["spent"] == gone, "I3 a close tells what was spent", body["spent"], gone)
            left = sum(granted[body["lease"]].values()) - gone
            need(body["left"] == left, "I3 a close gives back what is left", body["left"], left)
        for spend in body.get("spends", ()):
            lease = spend["lease"]
            need(lease in granted and lease not in over, "I2 spent under no open lease", lease[:8])
            for lot, points in ((part["lot"], part["points"]) for part in spend["parts"]):
                spent.setdefault(lease, Counter())[lot] += points
                need(spent[lease][lot] <= granted[lease].get(lot, 0), "I2 spent more than was granted", lease[:8], lot)
    held = {row[0] for row in rows("SELECT id FROM lease WHERE state = 'open'")}
    need(held == set(granted) - over, "I2 rows and records name the same open leases", held, set(granted) - over)
    sums = {id_: sum(spent.get(id_, {}).values()) for id_ in held}
    return TillFacts({id_: (sum(granted[id_].values()), sums[id_]) for id_ in held})


def hub_facts(rows: Any) -> HubFacts:
    """I1, I3, I4, books that add up."""
    for member, posted, leased, debt in rows("SELECT member, posted, leased, debt FROM account"):
        need(posted - leased >= 0 and leased >= 0 and debt >= 0, "I1 available", member[:6], posted, leased, debt)
        lots = rows("SELECT sum(remaining), sum(leased), sum(unbacked) FROM lot WHERE member = ?", member)[0]
        need((lots[0] or 0, lots[1] or 0) == (posted, leased), "balance = lots", posted, leased, lots)
        # What was lent to lots while a restored hub lacks facts counts as there, and is nobody's yet.
        owed = debt + (lots[2] or 0)
        entries = rows("SELECT sum(amount) FROM entry WHERE member = ? AND account = ?", member, f"member:{member}")
        need((entries[0][0] or 0) == posted - owed, "balance = entries", entries, posted, owed)
        held = rows(
            "SELECT sum(granted - spent - back) FROM lease WHERE member = ? AND state IN ('open', 'unsettled')", member
        )
        need((held[0][0] or 0) == leased, "I1 what is leased lies under leases", held, leased)
    need(rows("SELECT sum(amount) FROM entry")[0][0] == 0, "double entry")
    parked = {str(row[0]) for row in rows("SELECT reason FROM quarantine")}
    need(not parked, "nothing is parked", parked)
    epoch = int(rows("SELECT value FROM meta WHERE name = 'epoch'")[0][0])
    open_ = rows("SELECT lease, granted - spent - back FROM lease WHERE state IN ('open', 'unsettled')")
    sums = _sum(rows, "redeemed"), -_sum(rows, "loss:store"), _balance(rows)
    aliases = "SELECT member, target FROM alias UNION SELECT member, target FROM merge_due ORDER BY member"
    merged = tuple((str(member), str(heir)) for member, heir in rows(aliases))
    return HubFacts(epoch, merged, _leases(rows), {str(id_): int(points) for id_, points in open_}, *sums)


def _leases(rows: Any) -> dict[str, tuple[str, int, int, str]]:
    """I3: who ended each lease; I4: each stands for one wish of its till."""
    closed, wished, healed = set(), Counter[tuple[str, int]](), Counter[str]()
    for till, line in rows("SELECT till, line FROM record"):
        record = msgspec.json.decode(bytes(line))
        if record["body"]["kind"] == "lease_close":
            closed.add((till, record["body"]["lease"]))
        if record["body"]["kind"] == "boot" and record["body"]["reason"] == "healed":
            healed[till] = max(healed[till], record["inc"])
        if record["body"]["kind"] == "lease_want":
            wished[till, record["inc"]] += 1
    released = {row[0] for row in rows("SELECT subject FROM audit WHERE what LIKE '%release%'")}
    found, count = {}, Counter[tuple[str, int]]()
    for id_, till, inc, granted, spent, state in rows("SELECT lease, till, inc, granted, spent, state FROM lease"):
        found[str(id_)] = (str(till), int(granted), int(spent), str(state))
        count[till, inc] += 1
        # By the till's own record, in its order: a close, or the boot of a heal; or by a person.
        ended = (till, id_) in closed or inc < healed[till] or id_ in released
        need(state == "open" or ended, "I3 a lease ended by nobody", till, id_[:8], state)
        need(0 <= spent <= granted, "I2 at the hub", till, id_[:8], spent, granted)
    for key, leases in count.items():
        need(leases <= wished[key], "I4 more leases than wishes", key, leases, wished[key])
    return found


def _sum(rows: Any, account: str) -> int:
    return int(rows("SELECT coalesce(sum(amount), 0) FROM entry WHERE account = ?", account)[0][0])


def _balance(rows: Any) -> int:
    owed = int(rows("SELECT coalesce(sum(unbacked), 0) FROM lot")[0][0])
    return int(rows("SELECT coalesce(sum(posted - debt), 0) FROM account")[0][0]) - owed


def pair(name: str, till: TillFacts, hub: HubFacts, *, excused: bool) -> None:
    """What a till may spend lies at the hub under the same lease, and no more of it. `excused`: a person or a restore took it away."""
    for id_, (granted, spent) in till.open.items():
        known = hub.leases.get(id_)
        need(known is not None or excused, "I3 a till's lease the hub does not know", name, id_[:8])
        if known is None:
            continue
        need(known[:2] == (name, granted), "I4 both ends say the same of a grant", name, known, granted)
        need(known[2] <= spent, "I2 the hub charged what the till did not spend", name, known, spent)
        need(known[3] == "open" or excused, "I3 ended behind its till's back", name, id_[:8], known[3])
