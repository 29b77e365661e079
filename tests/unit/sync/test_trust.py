"""Each way in which an answer may be doubtful, by name."""

import msgspec
import pytest

from agent.loyalty.leases import Backing, Grant, lease_id
from agent.loyalty.lots import Lot
from sync import chain
from sync.outbox import Outgoing, Wanted
from sync.signing import Signer, Verifier, sign_grant, sign_programme
from sync.trust import _shown, believed, common, highest, judge, moved_on
from sync.wire import GENESIS, MAX_HOLDERS, Changes, Holder, LeaseAnswer, MemberState, PushAnswer, Verdict

HUB = Signer(b"h" * 32)
KEY = Verifier(HUB.public)
HASHES = [GENESIS]
for n in range(1, 21):
    HASHES.append(chain.link(HASHES[-1], b"%d" % n, seq=n, inc=2))
WANT = Wanted(12, "m", "points:main", 30)
OUT = Outgoing(
    inc=2, first=11, prev=HASHES[10], hash=HASHES[15], lines=tuple(b"%d" % n for n in range(11, 16)), tail=20,
    cursor="4:7:1:0", epoch=4, durable=8, members=3, wants=(WANT,),
)  # fmt: skip
GOOD = PushAnswer(wm=15, durable=9, hash=HASHES[15], epoch=4, at=77)


def hash_at(seq):
    """Records up to 5 were pruned."""
    return HASHES[seq] if 5 <= seq <= 20 else None


def weigh(out=OUT, **changes):
    return judge(out, msgspec.structs.replace(GOOD, **changes), hash_at, till="T1", hub=KEY)


def grant(**changes):
    given = Grant(
        id=lease_id("T1", 2, 12), till="T1", member="m", unit="points:main", granted=30, backing=(Backing(lot="l", points=30, born=0),)
    )  # fmt: skip
    return sign_grant(HUB, msgspec.structs.replace(given, **changes))


def test_a_good_answer_is_settled_whole():
    judged = weigh(leases=(LeaseAnswer(12, grant=grant()),), exceptions=(Verdict(13, "duplicate"),))
    assert (judged.refused, judged.doubts) == ("", ())
    settled = judged.settled
    assert (settled.inc, settled.wm, settled.durable, settled.epoch, settled.at, settled.rewind) == (
        2,
        15,
        9,
        4,
        77,
        False,
    )
    assert settled.grants == (grant(),)
    assert settled.exceptions == (Verdict(13, "duplicate"),)


@pytest.mark.parametrize("wm", [10, 11, 15, 18, 20])
def test_any_mark_whose_hash_is_ours_is_obeyed(wm):
    assert weigh(wm=wm, hash=HASHES[wm]).settled.wm == wm


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"wm": -1}, "impossible"),
        ({"durable": -1}, "impossible"),
        ({"durable": 16}, "impossible"),
        ({"epoch": -4}, "impossible"),
        ({"at": -1}, "impossible"),
        ({"at": 2**53}, "impossible"),
        ({"epoch": 4 + 1001}, "impossible"),
        ({"wm": 2**53}, "impossible"),
        ({"epoch": 3}, "old-epoch"),
        ({"fork": True}, "fork"),
        ({"wm": 21, "hash": "a" * 64}, "rolled-back"),
        ({"wm": 9, "hash": HASHES[9]}, "watermark-shrank"),
        ({"wm": 3, "hash": HASHES[3], "durable": 0}, "not-kept"),
        ({"wm": 3, "hash": HASHES[3], "durable": 0, "epoch": 5}, "not-kept"),
        ({"hash": HASHES[14]}, "hash-differs"),
        ({"wm": 10, "hash": HASHES[15]}, "hash-differs"),
        ({"wm": 18, "hash": HASHES[15]}, "fork"),
        ({"wm": 9, "hash": HASHES[8]}, "watermark-shrank"),
    ],
)
def test_refused_whole(changes, code):
    judged = weigh(**changes)
    assert (judged.settled, judged.refused) == (None, code)


@pytest.mark.parametrize("newest", [True, False])
@pytest.mark.parametrize(
    ("wm", "hash_", "code"),
    [
        (15, HASHES[14], "hash-differs"),  # the batch itself: no story of ours has that hash here
        (16, "a" * 64, "fork"),  # the first record behind it
        (18, "a" * 64, "fork"),
        (20, "a" * 64, "fork"),  # as long as ours
        (18, HASHES[18], ""),  # no other story: the hub has more of ours than we knew
        (20, HASHES[20], ""),
    ],
)
def test_a_story_parts_behind_a_halved_batch_where_the_hash_beyond_it_is_not_ours(wm, hash_, code, newest):
    out = msgspec.structs.replace(OUT, newest=newest)
    judged = weigh(out, wm=wm, hash=hash_, exceptions=(Verdict(13, "duplicate"),))
    assert judged.refused == code
    assert (judged.settled is None) is bool(code)
    if code == "fork":
        # The hub said of no fork in the batch: it has that as we do, and what lies behind it is told again.
        assert common(out, msgspec.structs.replace(GOOD, wm=wm, hash=hash_), hash_at) == out.last == 15


def test_a_risen_epoch_rewinds_and_takes_the_new_marks():
    settled = weigh(wm=9, hash=HASHES[9], epoch=5, durable=2).settled
    assert (settled.rewind, settled.epoch, settled.durable) == (True, 5, 2)
    assert weigh(epoch=5).settled.rewind


@pytest.mark.parametrize(
    "other",
    [
        {"wm": 9, "hash": HASHES[8], "durable": 3},  # it asks for more than the batch, and has another record there
        {"hash": HASHES[14]},
        {"wm": 21, "hash": "a" * 64},
        {"fork": True},
    ],
)
def test_a_restored_hub_with_another_story_is_told_everything_again_before_anything_is_made_of_it(other):
    """Only from the first record on it shows where the stories part; of such an answer nothing else is obeyed."""
    assert weigh(**other).settled is None
    settled = weigh(epoch=5, **other).settled
    assert (settled.rewind, settled.epoch, settled.wm, settled.durable) == (True, 5, 10, 0)
    assert (settled.exceptions, settled.grants, settled.refusals, settled.changes) == ((), (), (), None)


def test_nothing_known_of_an_incarnation_has_no_hash_to_compare():
    out = msgspec.structs.replace(OUT, first=1, lines=(b"1",), prev="c" * 64, durable=0)
    assert weigh(out, wm=0, durable=0, hash=GENESIS).settled.wm == 0


def test_a_former_incarnation_may_be_longer_there():
    out = msgspec.structs.replace(OUT, newest=False)
    settled = weigh(out, wm=30, hash="a" * 64).settled
    assert settled.wm == 20


def test_a_lower_durable_mark_is_not_taken():
    judged = weigh(durable=3)
    assert (judged.settled.durable, judged.doubts) == (8, ("durable-shrank",))


@pytest.mark.parametrize("seq", [10, 16])
def test_verdicts_on_what_was_not_sent_are_dropped(seq):
    judged = weigh(exceptions=(Verdict(seq, "quarantined"), Verdict(11, "duplicate")))
    assert (judged.settled.exceptions, judged.doubts) == ((Verdict(11, "duplicate"),), ("foreign-verdict",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": lease_id("T1", 2, 13)},
        {"id": lease_id("T1", 1, 12)},
        {"till": "T2"},
        {"member": "n"},
        {"unit": "points:other"},
        {"granted": 31, "backing": (Backing(lot="l", points=31, born=0),)},
        {"granted": 0, "backing": ()},
        {"granted": 20},
        {"backing": (Backing(lot="l", points=40, born=0), Backing(lot="k", points=-10, born=0))},
        {"backing": (Backing(lot="l", points=30, born=0, expires_on="2026-02-30"),)},
        {"backing": (Backing(lot="l", points=30, born=-1),)},
        {"until": -1},
        {"until": 2**53},
    ],
)
def test_grants_not_as_wished_are_dropped_though_signed(wrong):
    judged = weigh(leases=(LeaseAnswer(12, grant=grant(**wrong)),))
    assert (judged.settled.grants, judged.doubts) == ((), ("bad-grant",))


def test_grants_by_another_hand_are_dropped():
    forged = msgspec.structs.replace(grant(), signature=Signer(b"x" * 32).sign(b"x"))
    assert weigh(leases=(LeaseAnswer(12, grant=forged),)).doubts == ("bad-grant",)


def test_smaller_grants_and_refusals_are_answers():
    small = grant(granted=5, backing=(Backing(lot="l", points=5, born=0),))
    assert weigh(leases=(LeaseAnswer(12, grant=small),)).settled.grants == (small,)
    refused = LeaseAnswer(12, refused="nothing", elsewhere=350)
    assert weigh(leases=(refused,)).settled.refusals == (refused,)


def test_answers_to_wishes_nobody_made_are_dropped():
    judged = weigh(
        leases=(LeaseAnswer(13, refused="nothing"), LeaseAnswer(12, grant=grant()), LeaseAnswer(12, grant=grant()))
    )
    assert (judged.settled.refusals, judged.settled.grants, judged.doubts) == ((), (grant(),), ("foreign-lease",))


TEXT = 'id = "x"\n'
MEMBER = MemberState(member="m", rev=8, lots=(Lot(id="l", unit="u", points=5, left=5, born=0),))
NEWS = Changes(
    cursor="4:8:2:0", members=(MEMBER,), programme=TEXT, programme_signature=sign_programme(HUB, TEXT), revokes=("L",)
)


def believe(held="4:7:1:0", *, pushed=False, **changes):
    return believed(msgspec.structs.replace(NEWS, **changes), cursor=held, members=3, hub=KEY, pushed=pushed)


@pytest.mark.parametrize("cursor", ["", "4:7:1:0", "4:8:2:0", "3:99:99:99", "opaque", "x:9:9"])
def test_good_changes_are_taken(cursor):
    assert believe(cursor) == (NEWS, ())


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"cursor": ""}, "cursor-empty"),
        ({"cursor": "4:6:9:9"}, "cursor-shrank"),
        ({"cursor": "4:8:0:0"}, "cursor-shrank"),
        ({"cursor": "3:9:9:9"}, "cursor-shrank"),
        ({"cursor": "4:8"}, "cursor-shrank"),
        ({"cursor": "9999:9:9:9"}, "cursor-leapt"),
        ({"programme": ""}, "programme-signature"),
        ({"programme": TEXT + "#"}, "programme-signature"),
        ({"programme_signature": ""}, "programme-signature"),
        ({"at": -1}, "bad-time"),
        ({"at": 2**53}, "bad-time"),
        ({"cursor": "4:10008:2:0"}, "cursor-leapt"),
        ({"cursor": "4:8:10002:0"}, "cursor-leapt"),
        ({"cursor": "5:10001:0:0"}, "cursor-leapt"),
    ],
)
def test_doubtful_changes_give_back_leases_and_no_more(changes, doubt):
    assert believe(**changes) == (Changes(cursor="", revokes=("L",)), (doubt,))
    assert believe(**changes, revokes=()) == (None, (doubt,))


def test_a_first_cursor_begins_at_the_beginning():
    assert believe("", cursor="4:10001:0:0")[1] == ("cursor-leapt",)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"member": ""}, "bad-id"),
        ({"rev": 9}, "bad-rev"),
        ({"rev": 2**62}, "bad-rev"),
        ({"leased": {"u": -1}}, "bad-figure"),
        ({"lots": (Lot(id="l", unit="u", points=5, left=6, born=0),)}, "bad-lot"),
    ],
)
def test_a_state_that_cannot_be_is_put_aside_and_stops_no_other(wrong, reason):
    bad = msgspec.structs.replace(MEMBER, **{"member": "n"} | wrong)
    changes, doubts = believe(members=(bad, MEMBER))
    assert doubts == ()
    assert (changes.cursor, changes.members, changes.programme) == ("4:8:2:0", (MEMBER,), TEXT)
    assert [(one.member, one.reason) for one in changes.spoilt] == [(bad.member, reason)]
    assert msgspec.json.decode(changes.spoilt[0].state, type=MemberState) == bad


def test_long_words_of_a_hub_are_cut():
    judged = weigh(
        exceptions=(Verdict(12, "quarantined", "r" * 9999),),
        leases=(LeaseAnswer(12, refused="r" * 9999, elsewhere=-5),),
    )
    assert len(judged.settled.exceptions[0].reason) == 200
    assert (len(judged.settled.refusals[0].refused), judged.settled.refusals[0].elsewhere) == (200, 0)


def test_an_empty_first_fill_is_suspect_where_members_are_known():
    assert believe("", members=(), programme=None)[1] == ("changes-empty",)
    assert believe("", members=(), programme=None, more=True)[1] == ()
    assert believed(Changes(cursor="1:0:0:0"), cursor="", members=0, hub=KEY) == (Changes(cursor="1:0:0:0"), ())


def test_a_push_without_a_cursor_may_bring_revokes_alone():
    bare = Changes(cursor="", revokes=("L",))
    assert believed(bare, cursor="", members=3, hub=KEY, pushed=True) == (bare, ())
    assert believe(pushed=True)[1] == ()
    assert believed(msgspec.structs.replace(NEWS, cursor=""), cursor="", members=3, hub=KEY, pushed=True)[1] == (
        "cursor-empty",
    )


@pytest.mark.parametrize(
    ("told", "moved"),
    [("4:9:9:9", False), ("5:0:0:0", True), ("3:0:0:0", True), ("", False), ("x", False), ("٤:1", False)],
)
def test_moved_on(told, moved):
    assert moved_on("4:1:1:1", told) is moved


def test_who_holds_what_is_kept_as_it_may_be_shown():
    holders = [Holder("T\n2" + "x" * 500, -5, -1), *[Holder(f"T{n}", 10**30, 10**30) for n in range(20)]]
    shown = _shown(LeaseAnswer(7, refused="recalling", elsewhere=-3, holders=tuple(holders)))
    assert (len(shown.holders), shown.elsewhere) == (MAX_HOLDERS, 0)
    first, second = shown.holders[:2]
    assert first.till.startswith("T2xx")
    assert (len(first.till) < 100, first.points, first.seen) == (True, 0, 0)
    assert max(second.points, second.seen) < 2**63


@pytest.mark.parametrize(
    ("answer", "last"),
    [
        ({"fork": True, "wm": 13, "hash": HASHES[13]}, 13),
        ({"fork": True, "wm": 10, "hash": HASHES[10]}, 10),
        ({"fork": True, "wm": 13, "hash": HASHES[12]}, 10),
        ({"fork": True, "wm": 0, "hash": GENESIS}, 10),
        ({"fork": True, "wm": 19, "hash": HASHES[19]}, 10),
        ({"wm": 40}, 15),
        ({"wm": 18, "hash": HASHES[15]}, 15),
    ],
)
def test_what_both_have_after_a_fork_is_believed_only_with_our_own_hash(answer, last):
    assert common(OUT, msgspec.structs.replace(GOOD, **answer), hash_at) == last


@pytest.mark.parametrize(("told", "believed_"), [(2, 2), (5, 5), (0, 2), (1, 2), (-4, 2), (2**40, 2)])
def test_the_highest_incarnation_is_believed_within_reason(told, believed_):
    assert highest(OUT, msgspec.structs.replace(GOOD, incarnation=told)) == believed_
