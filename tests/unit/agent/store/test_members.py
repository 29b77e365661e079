"""Members: replaced whole, never by an older word; handles lead where the newest word says."""

from __future__ import annotations

import os

import msgspec
import pytest
from fill_kit import write_base
from hypothesis import given, settings
from hypothesis import strategies as st
from store_kit import open_store

from agent.errors import CorruptDatabase
from agent.store.base import Base
from agent.store.members import received
from sync.wire import EnrolBody, MemberState


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "till.sqlite3")
    yield store
    store.close()


def state(member="m", rev=1, **rest):
    return MemberState(member=member, rev=rev, **rest)


def test_nobody(store):
    assert store.members.get("m") is None
    assert store.members.find("h") is None
    assert store.members.count() == 0


def test_a_member_comes_back_whole(store):
    put = state(
        rev=7,
        tier="gold",
        name="Анна С.",
        masked="···1234",
        cards=("c1", "c2"),
        phone="p",
        debt={"points:main": 3},
        applied={"T1/1": 9},
    )
    assert store.members.put(put)
    assert store.members.get("m") == put
    assert [store.members.find(hmac) for hmac in ("c1", "c2", "p", "x")] == ["m", "m", "m", None]
    assert store.members.count() == 1


@pytest.mark.parametrize("rev", [1, 4, 5])
def test_an_older_word_or_the_same_again_changes_nothing(store, rev):
    newest = state(rev=5, tier="gold", cards=("new",))
    store.members.put(newest)
    store.members.put(state("other", rev=1, cards=("moved",)))
    assert not store.members.put(state(rev=rev, tier="silver", cards=("old", "moved"), phone="p"))
    assert store.members.get("m") == newest
    assert [store.members.find(hmac) for hmac in ("new", "old", "p", "moved")] == ["m", None, None, "other"]


def test_a_card_taken_away_finds_nobody(store):
    store.members.put(state(rev=1, cards=("lost", "kept"), phone="p"))
    store.members.put(state(rev=2, cards=("kept", "new")))
    assert [store.members.find(hmac) for hmac in ("lost", "kept", "new", "p")] == [None, "m", "m", None]


def test_a_card_that_went_to_somebody_else_stays_there(store):
    store.members.put(state("a", rev=1, cards=("c",)))
    store.members.put(state("b", rev=1, cards=("c",)))
    store.members.put(state("a", rev=2))
    assert store.members.find("c") == "b"


def test_enrolled_here_then_told_by_the_hub(store):
    store.members.enrol(
        EnrolBody(member="m", cards=("c",), phone="p", masked="···1", name="Анна", birthday="1990-05-01")
    )
    here = store.members.get("m")
    assert (here.rev, here.name, here.masked, here.birthday) == (0, "Анна", "···1", "1990-05-01")
    assert (store.members.find("c"), store.members.find("p")) == ("m", "m")
    assert store.members.put(state(rev=1, tier="gold", cards=("c",)))
    assert store.members.get("m").tier == "gold"
    assert (store.members.find("c"), store.members.find("p")) == ("m", None)


def test_even_a_hubs_first_word_of_rev_0_replaces(store):
    store.members.enrol(EnrolBody(member="m", cards=("c",)))
    assert store.members.put(state(rev=0, tier="gold"))
    assert store.members.get("m").tier == "gold"


def test_enrolling_a_known_member_adds_handles_and_changes_no_more(store):
    told = state(rev=3, tier="gold", cards=("c",))
    store.members.put(told)
    store.members.enrol(EnrolBody(member="m", cards=("c", "c2"), phone="p", name="Другая"))
    assert store.members.get("m") == told
    assert [store.members.find(hmac) for hmac in ("c", "c2", "p")] == ["m", "m", "m"]


def test_a_restored_hub_counts_from_below(store):
    store.members.put(state(rev=9, tier="gold"))
    assert not store.members.put(state(rev=4, tier="silver"))
    store.members.rewind()
    assert store.members.put(state(rev=4, tier="silver"))
    assert not store.members.put(state(rev=3, tier="none"))
    assert store.members.get("m").tier == "silver"


def test_wiped_from_the_disk_too(tmp_path):
    path = tmp_path / "wiped.sqlite3"
    store = open_store(path)
    with store.transaction():
        for n in range(200):
            store.members.put(state(f"m{n}", name="SECRETNAME", cards=(f"c{n}",)))
    store.close()
    assert b"SECRETNAME" in path.read_bytes()
    store = open_store(path)
    with store.transaction():
        store.members.wipe()
    assert (store.members.count(), store.members.find("c1")) == (0, None)
    store.close()
    assert b"SECRETNAME" not in path.read_bytes()
    assert [found.name for found in tmp_path.iterdir()] == ["wiped.sqlite3"]


def test_ten_thousand_members(store):
    with store.transaction():
        for n in range(10_000):
            store.members.put(state(f"m{n:05d}", cards=(f"card{n:05d}",), phone=f"phone{n:05d}"))
    assert store.members.count() == 10_000
    for n in range(0, 10_000, 97):
        assert store.members.find(f"card{n:05d}") == store.members.find(f"phone{n:05d}") == f"m{n:05d}"
        assert store.members.get(f"m{n:05d}").cards == (f"card{n:05d}",)
    plans = [
        store.database.execute_sql(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        for sql in ("SELECT member FROM handle WHERE hmac = 'x'", "SELECT state FROM member WHERE id = 'x'")
    ]
    assert all("SEARCH" in plan[0][-1] for plan in plans)


def test_a_damaged_state_is_a_damaged_database(store):
    store.members.put(state())
    store.database.execute_sql("UPDATE member SET state = x'7b7d'")
    with pytest.raises(CorruptDatabase) as caught:
        store.members.get("m")
    assert caught.value.fields["path"] == store.path
    with pytest.raises(CorruptDatabase):
        store.members.put(state(rev=2))


WORDS = st.lists(
    st.builds(
        state,
        member=st.sampled_from("ab"),
        rev=st.integers(1, 6),
        cards=st.lists(st.sampled_from(("x", "y", "z")), unique=True, max_size=3).map(tuple),
    ),
    max_size=12,
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(WORDS)
def test_the_newest_first_seen_word_stands_in_any_order(tmp_path_factory, words):
    store = open_store(tmp_path_factory.mktemp("any") / "till.sqlite3")
    expected, handles = {}, {}
    for word in words:
        took = store.members.put(word)
        known = expected.get(word.member)
        assert took == (known is None or word.rev > known.rev)
        if took:
            for card in known.cards if known else ():
                if handles.get(card) == word.member:
                    del handles[card]
            handles.update(dict.fromkeys(word.cards, word.member))
            expected[word.member] = word
    assert {name: store.members.get(name) for name in expected} == expected
    assert {card: store.members.find(card) for card in "xyz"} == {card: handles.get(card) for card in "xyz"}
    store.close()


def based(path, states, **more):
    """A store whose members lie over a base of these states."""
    store = open_store(path)
    name = f"{store.path}.members-1"
    with store.transaction():
        store.members.rebase(Base(write_base(name, states, **more), till="T1"))
    return store


STATES = st.builds(
    state,
    member=st.sampled_from("abc"),
    rev=st.integers(8, 16),
    cards=st.lists(st.sampled_from(("x", "y", "z", "w")), unique=True, max_size=3).map(tuple),
    phone=st.sampled_from((None, "p", "q")),
)
STEPS = st.lists(
    st.one_of(
        STATES.map(lambda word: ("put", word)),
        st.builds(
            lambda m, c: ("enrol", EnrolBody(member=m, cards=(c,))), st.sampled_from("abcd"), st.sampled_from("xyv")
        ),
        st.just(("rewind", None)),
    ),
    max_size=14,
)


@settings(derandomize=True, max_examples=30, deadline=None)
@given(st.lists(STATES, max_size=3, unique_by=(lambda one: one.member, lambda one: one.cards)), STEPS)
def test_rows_over_a_base_are_as_if_all_were_rows(tmp_path_factory, first, steps):
    """Whatever is told, enrolled and rewound: a base under the rows changes no answer."""
    folder = tmp_path_factory.mktemp("over")
    taken, states = set(), []
    for one in first:
        # One owner a handle: whose it is else depends on the order of telling, which a base has not.
        cards = tuple(card for card in one.cards if card not in taken)
        phone = one.phone if one.phone not in taken else None
        taken |= {*cards, phone}
        states.append(msgspec.structs.replace(one, rev=10, cards=cards, phone=phone))
    over, plain = based(folder / "over", states, rev=10), open_store(folder / "plain")
    for one in states:
        plain.members.put(one)
    for verb, word in steps:
        did = [getattr(store.members, verb)(*([word] if word else [])) for store in (over, plain)]
        assert did[0] == did[1]
        for member in "abcd":
            assert over.members.get(member) == plain.members.get(member)
        for handle in "xyzwpqv":
            assert over.members.find(handle) == plain.members.find(handle)
        assert over.members.count() == plain.members.count()
    over.close()
    plain.close()


def test_counting_looks_at_no_rows(store):
    for n in range(3):
        store.members.put(state(f"m{n}"))
    store.members.put(state("m1", rev=2))
    store.members.enrol(EnrolBody(member="new", cards=("n",)))
    assert store.members.count() == 4
    store.database.execute_sql("DELETE FROM member WHERE id = 'm0'")
    assert store.members.count() == 4
    store.members.recount()
    assert store.members.count() == 3


def test_a_base_that_is_gone_leaves_the_rows_and_asks_for_everything(tmp_path):
    store = based(tmp_path / "till.sqlite3", [state("a", cards=("x",))])
    with store.transaction():
        store.members.put(state("b", rev=12, cards=("y",)))
        store.meta.put("cursor", "1:12:0:0")
    path = store.members.base.path
    store.close()
    os.unlink(path)
    store = open_store(tmp_path / "till.sqlite3")
    assert (store.members.base, store.members.base_lost) == (None, True)
    assert (store.members.find("x"), store.members.find("y")) == (None, "b")
    with store.transaction():
        store.members.forget_base()
    assert (store.meta.get("cursor"), store.members.count(), store.members.base_lost) == ("", 1, False)
    store.close()
    store = open_store(tmp_path / "till.sqlite3")
    assert not store.members.base_lost
    store.close()


def test_a_base_that_breaks_under_a_look_up_stops_no_sale(tmp_path):
    store = based(tmp_path / "till.sqlite3", [state(f"m{n}", cards=(f"c{n}",)) for n in range(300)])
    with open(store.members.base.path, "r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 40_000)
    assert [store.members.find(f"c{n}") for n in range(300)].count(None) > 0
    assert store.members.base_lost
    assert store.members.get("m1") is None
    assert store.members.put(state("m1", rev=11, cards=("c1",)))
    assert store.members.find("c1") == "m1"
    store.close()


def test_a_wipe_takes_the_base_too(tmp_path):
    store = based(tmp_path / "till.sqlite3", [state("a", name="SECRETNAME", cards=("x",))])
    store.meta.put("cursor", "1:12:0:0")
    for name in (*received(store.path), store.members.base.path + ".json"):
        with open(name, "w", encoding="utf-8") as file:
            file.write("x")
    with store.transaction():
        store.members.wipe()
    assert (store.members.count(), store.members.find("x"), store.meta.get("cursor")) == (0, None, "")
    store.close()
    assert [found.name for found in tmp_path.iterdir()] == ["till.sqlite3"]
