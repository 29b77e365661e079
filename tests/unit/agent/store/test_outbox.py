"""The journal as outbox: batches in order, answers settled in one transaction."""

import pytest
from store_kit import AT, boot, booted, notices

from agent.loyalty.leases import Backing, Grant, lease_id
from agent.loyalty.lots import Lot
from agent.rows import Delta, WantRow, place, position
from agent.sqlite import InlineWriter
from agent.store.outbox import StoreOutbox
from agent.store.settings import ProgrammeText
from sync.outbox import Settled
from sync.wire import Changes, EnrolBody, LeaseAnswer, MemberState, Verdict, WantBody

UNIT = "points:main"


class Clock:
    def now_ms(self):
        return AT

    def trusted(self):
        return True


class Ids:
    count = 0

    def new(self, _now):
        self.count += 1
        return f"id-{self.count}"


class Kit:
    def __init__(self, store):
        self.store, self.told = store, []
        self.outbox = StoreOutbox(
            store, InlineWriter(), clock=Clock(), ids=Ids(), told=self.told.append, describe=self.describe
        )

    @staticmethod
    def describe(text, signature):
        return ProgrammeText("h", 2, 0, text, signature) if text != "broken" else None

    def want(self, points=10):
        with self.store.transaction():
            row = self.store.journal.append(WantBody(member="m", unit=UNIT, points=points), at=AT, id="w")
            self.store.rights.wanted(WantRow(position(row.inc, row.seq), "m", UNIT, points, "visit", AT))
        return row.seq

    def grant(self, seq, points=10):
        return Grant(
            id=lease_id("T1", 1, seq), till="T1", member="m", unit=UNIT, granted=points,
            backing=(Backing(lot="l", points=points, born=1),),
        )  # fmt: skip

    def settle(self, wm, **more):
        self.outbox.settle(Settled(**{"inc": 1, "wm": wm, "durable": 0, "epoch": 1, "at": AT, **more}))

    def read(self, records=200, size=256 * 1024):
        return self.outbox.read(records=records, size=size)


@pytest.fixture
def kit(tmp_path):
    store = booted(tmp_path / "till.sqlite3", 5)
    yield Kit(store)
    store.close()


def test_a_batch_continues_the_chain(kit):
    first = kit.read(records=4)
    assert (first.inc, first.first, first.last, first.tail) == (1, 1, 4, 6)
    kit.settle(4)
    second = kit.read(records=4)
    assert (second.first, second.last, second.prev) == (5, 6, first.hash)
    assert kit.outbox.hash_at(1, 4) == first.hash
    assert kit.outbox.hash_at(1, 99) is None
    kit.settle(6)
    empty = kit.read()
    assert (empty.lines, empty.first, empty.prev) == ((), 7, second.hash)


def test_a_watermark_never_goes_back_but_by_a_rewind(kit):
    kit.settle(6)
    kit.settle(3)
    assert kit.read().lines == ()
    kit.settle(0, rewind=True, epoch=2)
    assert kit.read().first == 1
    assert kit.read().epoch == 2


def test_a_batch_never_spans_two_incarnations(kit):
    boot(kit.store)
    notices(kit.store, 2)
    old = kit.read()
    assert (old.inc, old.last, old.newest) == (1, 6, False)
    kit.settle(6)
    new = kit.read()
    assert (new.inc, new.first, new.last, new.newest, new.prev) == (2, 1, 3, True, old.hash)


def test_a_recall_that_comes_before_its_grant_is_kept(kit):
    """A poll may overtake the push's answer, or the answer is lost and repeated: the cursor has moved past the recall by then."""
    seq, other = kit.want(), kit.want()
    grant = kit.grant(seq)
    kit.outbox.apply(Changes(cursor="1:9:0:0", revokes=(grant.id,)))
    kit.settle(other, grants=(grant, kit.grant(other)))
    assert kit.store.rights.recalled() == {grant.id}


def test_a_grant_is_journalled_before_it_can_be_spent(kit):
    seq = kit.want()
    assert [want.seq for want in kit.read().wants] == [seq]
    kit.settle(seq, grants=(kit.grant(seq),))
    assert kit.store.journal.after(position(1, seq), 10)[0].kind == "lease_got"
    assert [lease.grant.granted for lease in kit.store.rights.leases("m")] == [10]
    assert kit.store.rights.pending() == []


def test_the_same_grant_again_is_not_another_lease(kit):
    seq = kit.want()
    for _ in range(2):
        kit.settle(seq, grants=(kit.grant(seq),))
    assert len(kit.store.rights.leases("m")) == 1
    assert kit.store.journal.tail.seq == seq + 1


def test_a_refusal_answers_the_want(kit):
    seq = kit.want()
    kit.settle(seq, refusals=(LeaseAnswer(want=seq, refused="nothing"),))
    assert kit.store.rights.pending() == []
    assert kit.store.rights.last_refusal("m", UNIT).reason == "nothing"
    assert kit.store.journal.tail.seq == seq


def test_members_and_cursor_come_together_and_drop_what_they_include(kit):
    lot = Lot(id="l", unit=UNIT, points=5, left=5, born=1)
    with kit.store.transaction():
        kit.store.rights.bear([lot], member="m", n=position(1, 2))
    state = MemberState(member="m", rev=3, lots=(lot,), cards=("c" * 32,), applied={"T1/1": 2})
    kit.outbox.apply(Changes(cursor="e:3", members=(state,), at=AT))
    assert kit.store.members.find("c" * 32) == "m"
    assert kit.store.rights.own_lots("m") == []
    assert kit.outbox.cursor() == "e:3"
    assert kit.outbox.members() == 1
    assert [changes.cursor for changes in kit.told] == ["e:3"]


def test_what_is_asked_back_is_kept_with_the_cursor_that_told_it(kit):
    seq = kit.want()
    grant = kit.grant(seq)
    kit.settle(seq, grants=(grant,))
    kit.outbox.apply(Changes(cursor="1:3:0:1", revokes=(grant.id, "unknown")))
    assert kit.store.rights.recalled() == kit.store.rights.recalled("m") == {grant.id}
    assert kit.store.rights.recalled("x") == frozenset()


def test_an_answer_to_an_earlier_question_does_not_take_the_cursor_back(kit):
    """A push and a poll are under way at once."""
    for cursor in ("1:5:0:1", "1:3:0:1"):
        kit.outbox.apply(Changes(cursor=cursor))
    assert kit.outbox.cursor() == "1:5:0:1"
    kit.outbox.apply(Changes(cursor="2:1:0:0"))
    assert kit.outbox.cursor() == "2:1:0:0"


def test_an_empty_cursor_is_not_kept(kit):
    kit.outbox.apply(Changes(cursor="e:3"))
    kit.outbox.apply(Changes(cursor=""))
    assert kit.outbox.cursor() == "e:3"


def test_a_programme_that_cannot_be_read_leaves_the_former(kit):
    kit.outbox.apply(Changes(cursor="a", programme="good", programme_signature="s"))
    kit.outbox.apply(Changes(cursor="b", programme="broken", programme_signature="s"))
    assert [row.text for row in kit.store.programmes.all()] == ["good"]


def test_verdicts_are_kept_for_people(kit):
    kit.settle(3, exceptions=(Verdict(2, "quarantined", "unknown kind"),))
    assert place(kit.store.database.execute_sql("SELECT n FROM rejected").fetchone()[0]) == (1, 2)


@pytest.mark.parametrize("verdict", ["duplicate", "quarantined"])
def test_what_the_hub_did_not_apply_is_not_shown_as_earned_here(kit, verdict):
    rights = kit.store.rights
    with kit.store.transaction():
        for n, lot in ((2, "twice"), (3, "once")):
            born = Lot(id=lot, unit="points:main", points=5, left=5, born=1)
            rights.bear([born], member="m", n=position(1, n))
            rights.moved(Delta("points:main", spent=n), member="m", n=position(1, n))
    kit.settle(3, exceptions=(Verdict(2, verdict),))
    assert [lot.id for lot in rights.own_lots("m")] == ["once"]
    assert [delta.spent for delta in rights.deltas("m")] == [3]


def test_a_till_whose_base_was_lost_asks_from_the_start(kit):
    with kit.store.transaction():
        kit.store.meta.put("cursor", "1:7:0:0")
    assert kit.outbox.cursor() == "1:7:0:0"
    kit.store.members.base_lost = True
    assert kit.outbox.cursor() == ""
    assert not kit.store.members.base_lost


def test_a_push_that_asked_before_brings_no_lost_cursor_back(kit):
    told = Changes(cursor="1:8:0:0", members=(MemberState(member="m", rev=8),))
    kit.settle(1, changes=told)
    assert (kit.outbox.cursor(), kit.store.members.count()) == ("", 1)
    kit.outbox.apply(Changes(cursor="1:2:0:0"))
    kit.settle(2, changes=told)
    assert kit.outbox.cursor() == "1:8:0:0"


@pytest.mark.parametrize("way", ["pull", "push"])
def test_a_hub_of_a_new_epoch_counts_revisions_anew(kit, way):
    def told(cursor, rev, name):
        changes = Changes(cursor=cursor, members=(MemberState(member="m", rev=rev, name=name),))
        if way == "pull":
            kit.outbox.apply(changes)
        else:
            kit.settle(6, changes=changes, epoch=int(cursor[0]))
        return kit.store.members.get("m").name

    assert told("0:9:0:0", 9, "old") == "old"
    assert told("0:9:0:0", 5, "older") == "old"
    assert told("1:3:0:0", 3, "restored") == "restored"
    assert told("1:3:0:0", 2, "late") == "restored", "only once"


def test_members_only_enrolled_here_are_none_that_a_hub_could_forget(kit):
    """The first customer may come before the first answer of a hub that has no members yet."""
    with kit.store.transaction():
        kit.store.members.enrol(EnrolBody(member="mine"))
    assert kit.outbox.members() == 0
    kit.outbox.apply(Changes(cursor="1.1.0", members=(MemberState(member="told", rev=1),)))
    assert kit.outbox.members() == 2


def test_a_word_that_came_too_late_takes_nothing_off(kit):
    with kit.store.transaction():
        kit.store.members.put(MemberState(member="m", rev=9))
        kit.store.rights.bear([Lot(id="l", unit=UNIT, points=5, left=5, born=1)], member="m", n=position(1, 2))
    late = MemberState(member="m", rev=4, applied={"T1/1": 6})
    kit.outbox.apply(Changes(cursor="1:4:0", members=(late,)))
    assert [lot.id for lot in kit.store.rights.own_lots("m")] == ["l"]
    kit.outbox.apply(Changes(cursor="1:10:0", members=(MemberState(member="m", rev=10, applied={"T1/1": 6}),)))
    assert kit.store.rights.own_lots("m") == []
