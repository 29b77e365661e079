"""States that were put aside: one a member, counted, and tried again."""

import pytest
from store_kit import AT, booted

from agent.sqlite import InlineWriter
from agent.store.outbox import StoreOutbox
from agent.store.spoilt import MOST
from sync.page import Spoilt, Told
from sync.wire import Changes, MemberState, encode

GOOD = MemberState(member="m", rev=3)


class Clock:
    def now_ms(self):
        return AT


def bad(member="n", rev=0, state=b"{}"):
    return Spoilt(member, rev, "undecodable: x", state)


@pytest.fixture
def store(tmp_path):
    store = booted(tmp_path / "till.db")
    yield store
    store.close()


@pytest.fixture
def outbox(store):
    return StoreOutbox(
        store, InlineWriter(), clock=Clock(), ids=None, told=lambda _: None, describe=lambda *_: None
    )  # fmt: skip


def test_the_others_of_a_page_are_taken_and_the_cursor_goes_on(store, outbox):
    outbox.apply(Told(cursor="1:3:0:0", members=(GOOD,), spoilt=(bad(), bad("", state=b"?"))))
    assert store.members.get("m") == GOOD
    assert outbox.cursor() == "1:3:0:0"
    assert store.spoilt.count() == 2


def test_a_newer_word_of_a_member_takes_the_place_of_the_former(store, outbox):
    outbox.apply(Told(cursor="a", spoilt=(bad(), bad(state=b"[]"))))
    assert [one.state for one in store.spoilt.all()] == [b"[]"]
    outbox.apply(Changes(cursor="b", members=(MemberState(member="n", rev=4),)))
    assert store.spoilt.count() == 0


def test_what_can_be_read_later_is_taken_then(store, outbox):
    fine, newer = encode(MemberState(member="n", rev=2)), encode(MemberState(member="o", rev=99))
    outbox.apply(Told(cursor="1:3:0:0", spoilt=(bad(state=fine), bad("o", state=newer), bad("p"))))
    assert outbox.retry_spoilt() == 1
    assert store.members.get("n").rev == 2
    assert [one.member for one in store.spoilt.all()] == ["o", "p"]


def test_there_is_an_end_to_them(store):
    with store.transaction():
        for n in range(MOST + 5):
            store.spoilt.put(bad(f"m{n}"), at=AT)
        store.spoilt.put(bad("m1", state=b"new"), at=AT)
    assert store.spoilt.count() == MOST
    assert b"new" in [one.state for one in store.spoilt.all()]
