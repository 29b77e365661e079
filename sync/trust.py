"""What of a hub's answer may be obeyed. Pure: a hub that was restored, cloned, swapped or broken must not cost the till a fact.

An answer is either settled (perhaps without some of its parts, each named in `doubts`) or refused whole, with a code and nothing
changed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from typing import Literal

from msgspec import Struct

from agent.loyalty.leases import Grant, Lease, lease_id, sound
from sync.outbox import Outgoing, Settled, Wanted
from sync.page import SPOILT_BYTES, Spoilt, Told
from sync.signing import Verifier, check_grant, check_programme
from sync.states import MAX_ID, MOST, fault_of, is_day
from sync.wire import MAX_HOLDERS, Changes, Holder, LeaseAnswer, PushAnswer, Verdict, encode

Refusal = Literal[
    "fork",  # the hub has another record under a key of ours: a new incarnation must begin
    "rolled-back",  # the hub has records this till never wrote, as far as it knows: its disk was set back
    "impossible",  # numbers that contradict each other
    "old-epoch",  # an older hub than the one that answered before
    "watermark-shrank",  # it has forgotten records it had, and says nothing of a restore
    "not-kept",  # it wants records that were pruned here as durable there
    "hash-differs",
]
Doubt = Literal[
    "durable-shrank",
    "foreign-verdict",
    "foreign-lease",
    "bad-grant",
    "cursor-empty",
    "cursor-shrank",
    "cursor-leapt",
    "changes-empty",
    "programme-signature",
    "bad-time",
]
WORD = 200
"""Signs kept of a word of the hub's."""
EPOCH_LEAP = 1000
"""A hub's epoch rises by one at each restore. One nonsense answer must not set a mark that the right hub can never reach."""
CURSOR_LEAP = 10_000
"""Likewise for each number of a cursor: one page is 500 members."""
MOST_MS = 253_000_000_000_000
"""In the year 9987: the last moment that can be written as a date."""


INC_LEAP = 1000
"""Incarnations are few; one nonsense answer must not use their numbers up."""


OTHER_STORY = ("fork", "rolled-back", "hash-differs")
"""What two machines under one name, or one before and after it was set back, look like to the hub."""


class Judged(Struct, frozen=True):
    """Either `settled`, or `refused` with a code."""

    settled: Settled | None = None
    refused: Refusal | Literal[""] = ""
    doubts: tuple[Doubt, ...] = ()


def judge(
    out: Outgoing, answer: PushAnswer, hash_at: Callable[[int], str | None], *, till: str, hub: Verifier
) -> Judged:
    """Weigh the answer to a push. `hash_at` gives our chain's hash after a seq of the batch's incarnation, None when not held."""
    if refused := _refused(out, answer, hash_at):
        if refused in OTHER_STORY and answer.epoch > out.epoch:
            return Judged(_from_the_start(out, answer))
        return Judged(refused=refused)
    doubts: list[Doubt] = []
    if answer.durable < out.durable and answer.epoch == out.epoch:
        doubts.append("durable-shrank")
    reach = max(out.last, answer.wm)
    verdicts = tuple(_short(one) for one in answer.exceptions if out.first <= one.seq <= reach)
    if len(verdicts) < len(answer.exceptions):
        doubts.append("foreign-verdict")
    grants, refusals = _leases(out, answer.leases, doubts, till=till, hub=hub)
    changes = None
    if answer.changes is not None:
        changes, more = believed(answer.changes, cursor=out.cursor, members=out.members, hub=hub, pushed=True)
        doubts.extend(more)
    settled = Settled(
        inc=out.inc,
        wm=min(answer.wm, out.tail),
        durable=max(answer.durable, out.durable) if answer.epoch == out.epoch else answer.durable,
        epoch=answer.epoch,
        at=answer.at,
        exceptions=verdicts,
        grants=grants,
        refusals=refusals,
        changes=changes,
        # Even where this incarnation's mark looks right: what a former one had sent may be gone.
        rewind=answer.epoch > out.epoch,
    )
    return Judged(settled, doubts=tuple(doubts))


def _from_the_start(out: Outgoing, answer: PushAnswer) -> Settled:
    """A hub was restored and knows another story than ours: where they part shows when all of ours is sent again, from the first record on."""
    return Settled(
        inc=out.inc, wm=out.first - 1, durable=0, epoch=answer.epoch, at=answer.at, exceptions=(), grants=(), refusals=(),
        changes=None, rewind=True,
    )  # fmt: skip


def _refused(out: Outgoing, answer: PushAnswer, hash_at: Callable[[int], str | None]) -> Refusal | Literal[""]:
    numbers = (answer.wm, answer.durable, answer.epoch, answer.at)
    if min(numbers) < 0 or max(numbers) > MOST or answer.at > MOST_MS:
        return "impossible"
    if answer.durable > answer.wm or answer.epoch > out.epoch + EPOCH_LEAP:
        return "impossible"
    if answer.epoch < out.epoch:
        return "old-epoch"
    if answer.fork:
        return "fork"
    if answer.wm > out.tail:
        # A former incarnation of a till healed from a backup may be shorter here than there; the one being written may not.
        return "rolled-back" if out.newest else ""
    ours = _ours(out, answer.wm, hash_at)
    if answer.wm < out.first - 1 and (ours is None or answer.epoch == out.epoch):
        return "not-kept" if ours is None else "watermark-shrank"
    # Before its first record an incarnation has no hash of its own to compare.
    if not answer.wm or ours == answer.hash:
        return ""
    # It has this batch as we do, and another story behind it: a batch that was halved would be sent again for ever.
    return "fork" if answer.wm > out.last else "hash-differs"


def common(out: Outgoing, answer: PushAnswer, hash_at: Callable[[int], str | None]) -> int:
    """After a fork or a disk set back: the last record of the batch that the hub has as we do. What lies behind it is told again."""
    if not answer.fork:
        return out.last
    proven = out.first <= answer.wm <= out.last and _ours(out, answer.wm, hash_at) == answer.hash
    return answer.wm if proven else out.first - 1


def highest(out: Outgoing, answer: PushAnswer) -> int:
    """The highest incarnation the hub says it has seen of this till, or the one that was pushed when it cannot be so."""
    return answer.incarnation if 0 <= answer.incarnation - out.inc <= INC_LEAP else out.inc


def _ours(out: Outgoing, seq: int, hash_at: Callable[[int], str | None]) -> str | None:
    if seq == out.first - 1:
        return out.prev
    return out.hash if seq == out.last else hash_at(seq) if seq else out.prev


def _leases(
    out: Outgoing, answers: tuple[LeaseAnswer, ...], doubts: list[Doubt], *, till: str, hub: Verifier
) -> tuple[tuple[Grant, ...], tuple[LeaseAnswer, ...]]:
    wants = {want.seq: want for want in out.wants}
    grants: dict[str, Grant] = {}
    refusals = []
    for one in answers:
        want = wants.get(one.want)
        if want is None:
            doubts.append("foreign-lease")
        elif one.grant is None:
            refusals.append(_shown(one))
        elif _as_wished(one.grant, want, lease_id(till, out.inc, want.seq), till) and check_grant(hub, one.grant):
            grants[one.grant.id] = one.grant
        else:
            doubts.append("bad-grant")
    return tuple(grants.values()), tuple(refusals)


def _shown(answer: LeaseAnswer) -> LeaseAnswer:
    """A refusal as it may be kept and shown to people: figures that can be, few names, short and printable."""
    holders = tuple(
        Holder(
            "".join(sign for sign in holder.till[:40] if sign.isprintable()),
            min(max(0, holder.points), MOST),
            min(max(0, holder.seen), MOST_MS),
        )
        for holder in answer.holders[:MAX_HOLDERS]
    )
    elsewhere = min(max(0, answer.elsewhere), MOST)
    return LeaseAnswer(answer.want, refused=answer.refused[:WORD] or "nothing", elsewhere=elsewhere, holders=holders)


def _as_wished(grant: Grant, want: Wanted, id_: str, till: str) -> bool:
    """For this till, member and unit, under the wish's own id, no more than wished, backed in full, by days and lots that can be."""
    named = (grant.id, grant.till, grant.member, grant.unit) == (id_, till, want.member, want.unit)
    timed = 0 <= grant.until <= MOST_MS and all(
        0 <= part.born <= MOST and (part.expires_on is None or is_day(part.expires_on)) for part in grant.backing
    )
    return named and timed and 0 < grant.granted <= want.points and sound(Lease(grant=grant))


def _short(verdict: Verdict) -> Verdict:
    return Verdict(verdict.seq, verdict.verdict, verdict.reason[:WORD])


def believed(
    changes: Changes, *, cursor: str, members: int, hub: Verifier, pushed: bool = False
) -> tuple[Changes | None, tuple[Doubt, ...]]:
    """The changes to apply; of doubtful ones only the revokes, which give something back, and no new cursor.

    `cursor` is the one held, `members` how many the till knows. A push by a till without a cursor is answered with revokes only.
    A state that cannot be is put aside (`Told.spoilt`) and stops neither the others nor the cursor.
    """
    doubt = _doubt(changes, cursor, members, hub, pushed=pushed)
    if not doubt:
        return _sorted_out(changes), ()
    revokes = Changes(cursor="", revokes=changes.revokes) if changes.revokes else None
    return revokes, (doubt,)


def _doubt(changes: Changes, cursor: str, members: int, hub: Verifier, *, pushed: bool) -> Doubt | Literal[""]:
    if not changes.cursor:
        bare = not changes.members and changes.programme is None
        return "" if pushed and bare else "cursor-empty"
    if shrank(cursor, changes.cursor):
        return "cursor-shrank"
    if _leapt(cursor, changes.cursor):
        return "cursor-leapt"
    if not cursor and members and not changes.members and not changes.more and not isinstance(changes, Told):
        return "changes-empty"
    if changes.programme is not None and not (
        changes.programme and check_programme(hub, changes.programme, changes.programme_signature)
    ):
        return "programme-signature"
    return "" if 0 <= changes.at <= MOST_MS else "bad-time"


def _sorted_out(changes: Changes) -> Changes:
    """The page without the states that cannot be."""
    newest = newest_rev(changes.cursor)
    spoilt = [
        Spoilt(state.member[:MAX_ID], min(max(0, state.rev), MOST), fault, encode(state)[:SPOILT_BYTES])
        for state in changes.members
        if (fault := fault_of(state, newest=newest))
    ]
    if not spoilt:
        return changes
    good = tuple(state for state in changes.members if not fault_of(state, newest=newest))
    before = changes.spoilt if isinstance(changes, Told) else ()
    fields = {name: getattr(changes, name) for name in Changes.__struct_fields__}
    return Told(**fields | {"members": good}, spoilt=(*before, *spoilt))


def newest_rev(cursor: str) -> int:
    """The revision a cursor has reached; of an opaque one, any."""
    numbers = _numbers(cursor)
    return numbers[1] if len(numbers) > 1 else MOST


def epoch_of(cursor: str) -> int:
    """The hub's epoch a cursor is of; 0 of an opaque one."""
    numbers = _numbers(cursor)
    return numbers[0] if numbers else 0


def shrank(held: str, told: str) -> bool:
    """Cursors are "epoch:number:number:...": in one epoch no number falls, and no epoch falls. Others are not compared."""
    before, after = _numbers(held), _numbers(told)
    if not before or not after:
        return False
    if before[0] != after[0]:
        return after[0] < before[0]
    return len(after) < len(before) or any(new < old for old, new in zip(before, after, strict=False))


def _leapt(held: str, told: str) -> bool:
    """Whether a number rises further than one page can bring it; of another epoch, or from no cursor, it counts from 0."""
    before, after = _numbers(held), _numbers(told)
    if not after or (held and not before):
        return False
    if before and after[0] > before[0] + EPOCH_LEAP:
        return True
    start = before[1:] if before and before[0] == after[0] else ()
    return any(new > old + CURSOR_LEAP for old, new in zip_longest(start, after[1:], fillvalue=0))


def moved_on(held: str, told: str) -> bool:
    """Whether the cursors are of different epochs: the hub came back from a backup and may lack records of ours."""
    before, after = _numbers(held), _numbers(told)
    return bool(before and after and before[0] != after[0])


def _numbers(cursor: str) -> tuple[int, ...]:
    parts = cursor.split(":")
    if len(cursor) > 200 or not all(part.isascii() and part.isdigit() for part in parts):
        return ()
    return tuple(int(part) for part in parts)
