"""The journal: gapless, chained, right after every failure."""

from __future__ import annotations

import sqlite3

import msgspec
import peewee
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_kit import AT, boot, booted, notices, open_store

from agent.errors import CorruptDatabase, StorageFull, TooLarge
from agent.rows import MAX_INC, Tail, place, position
from agent.store.verify import journal_verify
from sync import chain, wire
from sync.wire import BootBody, EnrolBody, NoticeBody


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "till.sqlite3")


@pytest.fixture
def store(path):
    store = booted(path)
    yield store
    store.close()


def note(store, what="x", **more):
    return store.journal.append(NoticeBody(what=what), at=AT, id="id", **more)


def places(store):
    return [(row.inc, row.seq) for row in store.journal.all()]


def linked(store):
    return [(row.seq, row.inc, row.line, row.hash) for row in store.journal.all()]


def test_a_new_journal_ends_before_its_beginning(path):
    store = open_store(path)
    assert store.journal.tail == Tail(0, 0, wire.GENESIS, 0)
    assert list(store.journal.all()) == []
    assert store.journal.hash_at(position(5, 5)) == wire.GENESIS
    store.close()


def test_a_record_is_what_its_row_says(store):
    with store.transaction():
        stored = note(store)
    record = wire.decode(stored.line)
    assert (record.till, record.inc, record.seq, record.at, record.clock) == ("T1", 1, 2, AT, "trusted")
    assert (stored.inc, stored.seq, stored.kind) == (1, 2, "notice")
    assert store.journal.read(position(1, 2)) == stored
    assert store.journal.tail == Tail(1, 2, stored.hash, record.hlc)


def test_the_first_record_is_a_boot(path):
    store = open_store(path)
    with pytest.raises(RuntimeError), store.transaction():
        note(store)
    assert places(store) == []
    store.close()


def test_no_record_without_a_transaction(store):
    with pytest.raises(RuntimeError):
        note(store)
    assert places(store) == [(1, 1)]


def test_gapless_and_chained_over_incarnations_and_restarts(path):
    store = open_store(path)
    for _ in range(3):
        boot(store)
        notices(store, 3)
        store.close()
        store = open_store(path)
    assert places(store) == [(inc, seq) for inc in (1, 2, 3) for seq in (1, 2, 3, 4)]
    assert chain.verify(linked(store), wire.GENESIS, first=1) is None
    store.close()


def test_an_incarnation_begins_above_what_the_hub_has_seen(store):
    boot(store, above=7)
    assert places(store)[-1] == (8, 1)
    boot(store, above=3)
    assert places(store)[-1] == (9, 1)
    assert chain.verify(linked(store), wire.GENESIS, first=1) is None


def test_an_incarnation_no_position_can_hold(store):
    with pytest.raises(TooLarge), store.transaction():
        store.journal.append(BootBody(reason="new", store="S"), at=AT, id="id", above=MAX_INC)
    boot(store, above=MAX_INC - 1)
    assert places(store)[-1] == (MAX_INC, 1)
    assert place(position(MAX_INC, 1)) == (MAX_INC, 1)


def test_one_mebibyte_and_no_more(store):
    empty = len(wire.encode(wire.decode(_fitting(store, 0))))
    with store.transaction():
        exact = note(store, "x" * (wire.RECORD_BYTES - empty))
    assert len(exact.line) == wire.RECORD_BYTES
    with pytest.raises(TooLarge) as caught, store.transaction():
        note(store, "x" * (wire.RECORD_BYTES - empty + 1))
    assert caught.value.fields["found"] == wire.RECORD_BYTES + 1
    assert store.journal.tail.hash == exact.hash


def _fitting(store, size):
    with pytest.raises(KeyError) as caught, store.transaction():
        raise KeyError(note(store, "x" * size).line)
    return caught.value.args[0]


def test_a_refused_record_may_be_followed_in_the_same_transaction(store):
    with store.transaction():
        with pytest.raises(TooLarge):
            note(store, "x" * wire.RECORD_BYTES)
        note(store)
    assert places(store) == [(1, 1), (1, 2)]


def test_a_rollback_in_the_middle_leaves_the_tail_right(store):
    before = store.journal.tail
    with pytest.raises(ZeroDivisionError), store.transaction():
        note(store)
        note(store)
        raise ZeroDivisionError
    assert store.journal.tail == before
    with store.transaction():
        note(store)
    assert places(store) == [(1, 1), (1, 2)]
    assert chain.verify(linked(store), wire.GENESIS, first=1) is None


def test_a_failing_commit_leaves_the_tail_right(store):
    store.database.execute_sql("CREATE TABLE parent (n INTEGER PRIMARY KEY)")
    store.database.execute_sql("CREATE TABLE child (n INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
    before = store.journal.tail
    with pytest.raises(peewee.IntegrityError), store.transaction():
        note(store)
        store.database.execute_sql("INSERT INTO child VALUES (1)")
    assert store.journal.tail == before
    notices(store, 2)
    assert chain.verify(linked(store), wire.GENESIS, first=1) is None
    assert places(store) == [(1, 1), (1, 2), (1, 3)]


def test_a_full_disk_leaves_the_tail_right(store):
    pages = store.database.execute_sql("PRAGMA page_count").fetchone()[0]
    store.database.execute_sql(f"PRAGMA max_page_count = {pages + 3}")
    written = 0
    with pytest.raises(StorageFull):
        for _ in range(100):
            with store.transaction():
                store.meta.put("half", str(written))
                note(store, "x" * 5000)
            written += 1
    assert store.meta.get("half") == (str(written - 1) if written else "")
    assert store.journal.tail.seq == 1 + written
    store.database.execute_sql(f"PRAGMA max_page_count = {pages + 100}")
    notices(store, 3, size=5000)
    assert places(store) == [(1, seq + 1) for seq in range(written + 4)]
    assert chain.verify(linked(store), wire.GENESIS, first=1) is None


def test_a_tail_in_memory_that_lags_is_found_out(path, store):
    """A command beside the service appends a record of its own."""
    other = open_store(path)
    with other.transaction():
        note(other, "theirs")
    with store.transaction():
        note(store, "ours")
    with other.transaction():
        note(other, "theirs again")
    other.close()
    assert [wire.decode(row.line).body.what for row in store.journal.all() if row.kind == "notice"] == [
        "theirs",
        "ours",
        "theirs again",
    ]
    assert chain.verify(linked(store), wire.GENESIS, first=1) is None


def test_hlc_grows_whatever_the_clock_does(store):
    seen = [store.journal.tail.hlc]
    for at, trusted in (
        (AT + 5, True),
        (AT - 10_000, False),
        (0, False),
        (AT + 10**13, False),
        (AT + 6, True),
        (AT + 6, True),
    ):
        with store.transaction():
            store.journal.append(NoticeBody(what=""), at=at, id="id", trusted=trusted)
        seen.append(store.journal.tail.hlc)
    assert seen == sorted(set(seen))
    # A clock that stood far ahead and was not trusted did not pull the later ones along.
    assert chain.hlc_ms(seen[-1]) == AT + 6


def test_after_bounds_by_count_and_by_size(store):
    notices(store, 9, size=1000)
    assert [row.seq for row in store.journal.after(position(1, 3), 4)] == [4, 5, 6, 7]
    assert [row.seq for row in store.journal.after(position(1, 3), 100, size_bytes=2500)] == [4, 5]
    assert [row.seq for row in store.journal.after(position(1, 3), 100, size_bytes=1)] == [4]
    assert store.journal.after(position(1, 10), 100, size_bytes=1) == []


def test_all_streams_in_batches(store, monkeypatch):
    monkeypatch.setattr("agent.store.journal.BATCH", 3)
    notices(store, 10)
    assert [row.seq for row in store.journal.all()] == list(range(1, 12))


def test_hash_at(store):
    notices(store, 2)
    rows = list(store.journal.all())
    assert store.journal.hash_at(0) == wire.GENESIS
    assert store.journal.hash_at(position(1, 0)) == wire.GENESIS
    assert [store.journal.hash_at(position(1, seq)) for seq in (1, 2, 3)] == [row.hash for row in rows]
    assert store.journal.hash_at(position(2, 0)) == rows[-1].hash


def test_last_of(store):
    notices(store, 2)
    boot(store)
    assert [store.journal.last_of(inc) for inc in (1, 2, 3)] == [position(1, 3), position(2, 1), position(3, 0)]


def test_pruning_keeps_the_chain_and_the_last_record(store, path):
    notices(store, 4)
    boot(store)
    notices(store, 2)
    rows = list(store.journal.all())
    with store.transaction():
        assert store.journal.prune(position(1, 3)) == 3
        assert store.journal.prune(position(1, 3)) == 0
    assert places(store)[0] == (1, 4)
    assert store.journal.hash_at(position(1, 3)) == rows[2].hash
    with pytest.raises(CorruptDatabase):
        store.journal.hash_at(position(1, 2))
    assert journal_verify(path).good
    with store.transaction():
        assert store.journal.prune(position(9, 9)) == 4
    assert places(store) == [(2, 3)]
    store.close()
    store = open_store(path)
    notices(store, 2)
    found = journal_verify(path)
    assert (found.good, found.count, found.inc, found.seq) == (True, 3, 2, 5)
    store.close()


@pytest.mark.parametrize(
    "change",
    [
        "line = CAST(replace(line, 'T1', 'T2') AS BLOB)",
        "hash = replace(hash, substr(hash, 1, 1), 'g')",
        "line = x'00'",
        "n = n + 1",
    ],
)
def test_a_last_record_that_does_not_fit_stops_the_till(path, change):
    store = booted(path, 3)
    store.close()
    with sqlite3.connect(path) as raw:
        raw.execute(f"UPDATE journal SET {change} WHERE n = (SELECT max(n) FROM journal)")
    raw.close()
    with pytest.raises(CorruptDatabase) as caught:
        open_store(path)
    assert (caught.value.code, caught.value.fields["path"]) == ("journal-broken", path)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A journal of two incarnations, as rows."""
    path = str(tmp_path_factory.mktemp("sound") / "till.sqlite3")
    store = booted(path, 4)
    boot(store)
    notices(store, 4)
    rows = linked(store)
    store.close()
    return rows


@settings(derandomize=True, max_examples=300)
@given(st.data())
def test_any_flipped_byte_is_named(sound, data):
    index = data.draw(st.integers(0, len(sound) - 1))
    seq, inc, line, digest = sound[index]
    column = data.draw(st.sampled_from(["line", "hash"]))
    mask = data.draw(st.integers(1, 255))
    if column == "line":
        at = data.draw(st.integers(0, len(line) - 1))
        row = (seq, inc, line[:at] + bytes([line[at] ^ mask]) + line[at + 1 :], digest)
    else:
        at = data.draw(st.integers(0, len(digest) - 1))
        row = (seq, inc, line, digest[:at] + chr(ord(digest[at]) ^ mask) + digest[at + 1 :])
    broken = chain.verify([*sound[:index], row, *sound[index + 1 :]], wire.GENESIS, first=1)
    assert broken is not None
    assert (broken.inc, broken.seq, broken.reason) == (inc, seq, "hash")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), st.integers(1, 4)),
        st.tuples(st.just("fail"), st.integers(0, 4)),
        st.tuples(st.just("boot"), st.integers(0, 3)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=15,
)


@settings(derandomize=True, max_examples=30, deadline=None)
@given(STEPS)
def test_whatever_happens_it_is_gapless_and_chained(tmp_path_factory, steps):
    path = str(tmp_path_factory.mktemp("any") / "till.sqlite3")
    store = booted(path)
    expected = [(1, 1)]
    for step, count in steps:
        if step == "keep":
            with store.transaction():
                for _ in range(count):
                    note(store)
            expected += [(expected[-1][0], expected[-1][1] + n + 1) for n in range(count)]
        elif step == "fail":
            with pytest.raises(KeyError), store.transaction():
                for _ in range(count):
                    note(store)
                raise KeyError
        elif step == "boot":
            boot(store, above=count)
            expected.append((max(expected[-1][0], count) + 1, 1))
        else:
            store.close()
            store = open_store(path)
        assert (store.journal.tail.inc, store.journal.tail.seq) == expected[-1]
    assert places(store) == expected
    assert chain.verify(linked(store), wire.GENESIS, first=1) is None
    assert journal_verify(path).good
    store.close()


def test_the_chain_is_the_protocols_own_sum(store):
    """SHA-256 over the former hash, the line, seq (8 bytes) and incarnation (4 bytes), by the book."""
    import hashlib

    notices(store, 1)
    first, second = store.journal.all()
    text = bytes.fromhex(first.hash) + second.line + (2).to_bytes(8, "big") + (1).to_bytes(4, "big")
    assert second.hash == hashlib.sha256(text).hexdigest()
    assert msgspec.json.decode(second.line)["seq"] == 2


def test_records_that_made_members_behind_a_mark_of_each_incarnation(path):
    store = booted(path, 2)
    for n in range(4):
        if n == 2:
            boot(store)
        with store.transaction():
            store.journal.append(EnrolBody(member=f"m{n}"), at=AT, id=f"e{n}")
    places = [(1, 4), (1, 5), (2, 2), (2, 3)]

    def behind(**marks):
        return [(row.inc, row.seq) for row in store.journal.enrols({int(inc[1:]): seq for inc, seq in marks.items()})]

    assert behind() == places
    assert behind(i1=4) == places[1:]
    assert behind(i1=5, i2=2) == places[3:]
    assert behind(i1=9, i2=9) == []
    store.close()


def test_what_follows_the_hubs_word_stands_behind_it(store):
    with store.transaction():
        store.journal.hear(AT + 60_000, now_ms=AT)
        stored = store.journal.append(NoticeBody(what="x"), at=AT, id="r")
    assert chain.hlc_ms(wire.decode(stored.line).hlc) == AT + 60_000


def test_a_word_far_ahead_is_not_followed(store):
    before = store.journal.tail.hlc
    with store.transaction():
        store.journal.hear(AT + 10 * 365 * 86_400_000, now_ms=AT)
    assert store.journal.tail.hlc == before
