"""Whatever comes over the wire is taken or refused as documented, at both ends: never another exception, never a book out of balance."""

import contextlib
import copy
import json

import msgspec
import pytest
from golden_records import PATH
from hub_kit import Bench, Pen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from till_kit import Till, card

from agent.loyalty.leases import Backing, Grant
from agent.loyalty.lots import Lot
from sync import chain, wire
from sync.hub import apply
from sync.hub.api import parse_push
from sync.hub.arrivals import Arrived
from sync.hub.reception import BadPush
from sync.outbox import Outgoing, Wanted
from sync.page import read_answer, read_changes
from sync.signing import Signer, Verifier
from sync.states import fault_of
from sync.trust import believed, judge

GOLDEN = [json.loads(line) for line in PATH.read_bytes().splitlines()]
KEY = Verifier(Signer(b"h" * 32).public)
OFTEN = settings(derandomize=True, deadline=None, max_examples=300, database=None)
SELDOM = settings(
    derandomize=True, deadline=None, max_examples=60, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
ODD = st.sampled_from(
    [
        None, True, -1, 0, 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63), 1.5, "", " ", "x" * 100, "\0", "\x1b[2J", "é\u202e", "2026-02-30",
        "9999-12-31", "0001-01-01", "02-29", [], {}, [[[[]]]], {"": 0}, [None], "points:main", "m1", "t1",
    ]
)  # fmt: skip
NUMBER = st.sampled_from([-(2**63), -1, 0, 1, 5, 1000, 2**31, 2**53 - 1, 2**53, 2**63, 10**30])
TEXT = st.sampled_from(
    [
        "",
        "m",
        "m1",
        "points:main",
        "x" * 300,
        "\0",
        "2026-12-31",
        "2026-02-30",
        "02-29",
        "4:8:2",
        "4:7:1",
        "1" * 99,
        "fork",
    ]
)


def places(value, path=()):
    """Every place in a document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from places(part, (*path, name))


@st.composite
def mutants(draw):
    """A golden record with a few of its parts replaced or taken out."""
    document = copy.deepcopy(draw(st.sampled_from(GOLDEN)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([path for path in places(document) if path]))
        at = document
        for name in path[:-1]:
            at = at[name]
        if isinstance(at, dict) and draw(st.booleans()):
            del at[path[-1]]
        else:
            at[path[-1]] = copy.deepcopy(draw(ODD))
    return document


def lines_of(document):
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


LINES = st.one_of(st.binary(max_size=200), mutants().map(lines_of), st.sampled_from(GOLDEN).map(lines_of))


@OFTEN
@given(st.one_of(st.binary(max_size=300), st.lists(LINES, max_size=4).map(b"\n".join)))
def test_any_body_is_a_push_or_none(body):
    with contextlib.suppress(BadPush):
        head, lines = parse_push(body)
        assert isinstance(head, wire.Head)
        assert all(isinstance(line, bytes) for line in lines)


@OFTEN
@given(LINES)
def test_any_line_is_a_record_or_has_a_reason(line):
    (read,) = apply.read([Arrived(1, line, "")], "t1", 1)
    assert (read.record is None) == bool(read.fault)
    try:
        record = wire.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    assert wire.decode(wire.encode(record)) == record


@SELDOM
@given(st.lists(mutants(), min_size=1, max_size=6))
def test_any_records_leave_the_books_in_balance(tmp_path_factory, documents):
    bench = Bench(tmp_path_factory.mktemp("hub") / "hub.db", stores=("s1",))
    try:
        pen = Pen("t1", clock=bench.clock)
        pen.sale("8f14e45fceea167a5a36dedd4bea2543", earn=1000, lot="t1-2")
        for seq, document in enumerate(documents, 2):
            pen.raw(lines_of(document | {"seq": seq} if isinstance(document.get("seq"), int) else document))
        answer = bench.push(pen)
        assert answer.wm == len(documents) + 1
        bench.audit()
    finally:
        bench.close()


@OFTEN
@given(
    st.one_of(
        st.binary(max_size=200),
        mutants().map(lambda found: lines_of({"cursor": "1:2:3", "members": [found.get("body")]})),
    )
)
def test_any_answer_is_read_or_refused(body):
    for read in (read_changes, read_answer):
        try:
            read(body)
        except (ValueError, RecursionError):
            # msgspec's errors are ValueErrors.
            continue


LOTS = st.builds(
    Lot, id=TEXT, unit=TEXT, points=NUMBER, left=NUMBER, born=NUMBER, spendable_from=TEXT, expires_on=st.none() | TEXT
)  # fmt: skip
MAPS = st.dictionaries(TEXT, NUMBER, max_size=3)
STATES = st.builds(
    wire.MemberState, member=TEXT, rev=NUMBER, status=TEXT, into=st.none() | TEXT, tier=st.none() | TEXT, name=TEXT, masked=TEXT,
    birthday=st.none() | TEXT, joined=st.none() | TEXT, segments=st.lists(TEXT, max_size=2).map(tuple), phone=st.none() | TEXT,
    lots=st.lists(LOTS, max_size=3).map(tuple), leased=MAPS, debt=MAPS, spend=MAPS, applied=MAPS,
)  # fmt: skip
CHANGES = st.builds(
    wire.Changes, cursor=TEXT, members=st.lists(STATES, max_size=3).map(tuple), programme=st.none() | TEXT, programme_signature=TEXT,
    revokes=st.lists(TEXT, max_size=2).map(tuple), more=st.booleans(), at=NUMBER,
    keys=st.lists(st.builds(wire.KeyLink, TEXT, TEXT, TEXT), max_size=2).map(tuple),
)  # fmt: skip
BACKING = st.builds(Backing, lot=TEXT, points=NUMBER, born=NUMBER, expires_on=st.none() | TEXT)
GRANTS = st.builds(
    Grant, id=TEXT, till=TEXT, member=TEXT, unit=TEXT, granted=NUMBER, backing=st.lists(BACKING, max_size=2).map(tuple), until=NUMBER,
    epoch=NUMBER, signature=TEXT,
)  # fmt: skip
ANSWERS = st.builds(
    wire.PushAnswer, wm=st.integers(0, 8) | NUMBER, durable=st.integers(0, 8) | NUMBER, hash=TEXT, epoch=st.sampled_from([3, 4, 5]) | NUMBER,
    at=NUMBER, exceptions=st.lists(st.builds(wire.Verdict, NUMBER, TEXT, TEXT), max_size=2).map(tuple),
    leases=st.lists(st.builds(wire.LeaseAnswer, NUMBER, st.none() | GRANTS, TEXT, NUMBER), max_size=2).map(tuple),
    changes=st.none() | CHANGES, fork=st.booleans(), incarnation=NUMBER,
)  # fmt: skip
HASHES = [wire.GENESIS]
for n in range(1, 9):
    HASHES.append(chain.link(HASHES[-1], b"%d" % n, seq=n, inc=1))
OUT = Outgoing(
    inc=1, first=4, prev=HASHES[3], hash=HASHES[6], lines=(b"4", b"5", b"6"), tail=8, cursor="4:7:1", epoch=4, durable=2,
    wants=(Wanted(5, "m", "points:main", 30),),
)  # fmt: skip


@OFTEN
@given(ANSWERS, st.booleans())
def test_any_answer_is_settled_or_refused_by_name(answer, ours):
    if ours and 0 <= answer.wm <= 8:
        answer = msgspec.structs.replace(answer, hash=HASHES[answer.wm])
    judged = judge(OUT, answer, lambda seq: HASHES[seq] if 0 <= seq <= 8 else None, till="T1", hub=KEY)
    assert (judged.settled is None) == bool(judged.refused)
    if judged.settled is not None:
        assert judged.settled.grants == ()
        assert 0 <= judged.settled.wm <= OUT.tail
        assert judged.settled.durable >= 0
    msgspec.json.encode(judged)


@OFTEN
@given(CHANGES, st.sampled_from(["", "4:7:1", "opaque"]))
def test_any_page_is_believed_or_doubted_by_name(changes, held):
    found, doubts = believed(changes, cursor=held, members=3, hub=KEY)
    if found is not None and not doubts:
        assert all(fault_of(state) == "" for state in found.members)
    if doubts and found is not None:
        assert (found.members, found.programme, found.cursor) == ((), None, "")


DAYS = st.sampled_from(["0001-01-01", "2026-11-21", "2026-11-22", "2026-11-23", "9999-12-31"])
POINTS = st.sampled_from([0, 1, 49, 50, 1000, 10**12, 2**53 - 1])
WORDS = st.sampled_from(
    ["", "gold", "platinum", "Анна", "x" * 80, "\0\x1b@", "\u202egnp", "{member}", "%s", "a\nb", "🎁" * 9]
)
SOUND_LOTS = st.builds(
    lambda left, **more: Lot(points=2**53 - 1, left=left, **more), left=POINTS, id=st.sampled_from(["a", "b", "\0"]),
    unit=st.sampled_from(["points:main", "points:other", "stamps:coffee", "\0"]), born=POINTS, spendable_from=st.just("") | DAYS, expires_on=st.none() | DAYS,
)  # fmt: skip
FIGURES = st.dictionaries(st.sampled_from(["points:main", "points:other", "", "\0"]), POINTS, max_size=3)
SOUND_STATES = st.builds(
    wire.MemberState, member=st.just("m"), rev=st.just(1), status=st.sampled_from(["active", "blocked", "\0", ""]), tier=st.none() | WORDS,
    name=WORDS, masked=WORDS, birthday=st.sampled_from([None, "", "02-29", "11-22"]), joined=st.none() | DAYS, segments=st.lists(WORDS, max_size=2).map(tuple),
    lots=st.lists(SOUND_LOTS, max_size=2, unique_by=lambda lot: lot.id).map(tuple), leased=FIGURES, debt=FIGURES, spend=FIGURES,
    applied=st.dictionaries(st.sampled_from(["T1/1", "T1/x", "/", "", "T1/99999999999"]), POINTS, max_size=2),
)  # fmt: skip


@pytest.fixture(scope="module")
def till(tmp_path_factory):
    till = Till(tmp_path_factory.mktemp("till"))
    yield till
    till.check()
    till.close()


@SELDOM
@given(SOUND_STATES, st.integers(1, 10**6))
def test_whatever_state_is_taken_a_sale_of_its_member_goes_on(till, state, number):
    member = till.member_id(1)
    kept = till.store.members.get(member)
    state = msgspec.structs.replace(state, member=member, rev=(kept.rev if kept else 0) + 1, cards=(), into=None)
    assert fault_of(state) == ""
    with till.store.transaction():
        till.store.members.put(state)
        till.store.rights.told(state, "T1")
    till.scan(card(1))
    till.quote(card=card(1), redeem={"main": "max"})
    till.sell(f"S-{state.rev}-{number}", card=card(1))
    till.balance(1)
