"""The fill's codec: manifests, pieces, names and the bytes of a state."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.loyalty.lots import Lot
from sync import fill
from sync.fill import (
    Fill,
    Piece,
    Words,
    cut,
    keys_within,
    pack,
    pack_name,
    read_manifest,
    shortened,
    unpack,
    unpack_name,
)
from sync.wire import MemberState, encode

HEX = "0123456789abcdef" * 2
UUID = "0193d3c5-7a1b-7cde-8f01-23456789abcd"
FULL = MemberState(
    member=HEX, rev=9, status="blocked", into="other", tier="gold", name="Анна", masked="*4471", birthday="03-14",
    joined="2026-01-15", segments=("vip", "tea"), cards=(HEX, "short"), phone="f" * 32,
    lots=(
        Lot(id=UUID, unit="points:main", points=50, left=20, born=1_795_331_700_000, spendable_from="2026-12-01", expires_on="2027-11-22"),
        Lot(id="opening", unit="points:main", points=7, left=7, born=0),
        Lot(id=HEX, unit="stamps:tea", points=3, left=3, born=1, spendable_from="2026-12-01"),
    ),
    leased={"points:main": 30}, debt={"points:main": 4}, spend={"2026-10": 129_900}, applied={"t1/2": 77},
)  # fmt: skip


def there_and_back(state, words=None):
    words = words or Words()
    packed = pack(state, words)
    return unpack(state.member, packed, Words(words.texts), rev=state.rev, applied=state.applied)


def test_a_state_comes_back_whole():
    assert there_and_back(FULL) == FULL
    assert there_and_back(MemberState(member="m", rev=1)) == MemberState(member="m", rev=1)


def test_every_field_of_a_state_and_of_a_lot_has_its_place():
    """Who adds a field to the wire gives it a number here too: a till filled by the file must know it."""
    assert {*fill.FIELDS, "member", "rev", "applied"} == set(MemberState.__struct_fields__)
    given_ = {name: getattr(FULL, name) for name in MemberState.__struct_fields__}
    defaults = MemberState(member="", rev=0)
    assert [name for name, value in given_.items() if value == getattr(defaults, name)] == []
    assert set(Lot.__struct_fields__) == {"id", "unit", "points", "left", "born", "spendable_from", "expires_on"}


@given(
    st.lists(st.text(max_size=40), max_size=5),
    st.lists(st.sampled_from([HEX, UUID, HEX.upper(), "", "0" * 33]), max_size=3),
)
def test_any_texts_come_back(texts, names):
    state = MemberState(
        member="m",
        rev=1,
        cards=tuple(names + texts),
        segments=tuple(texts),
        tier=(texts or [None])[0],
        name="".join(texts),
    )
    assert there_and_back(state) == state


@pytest.mark.parametrize(
    "text", [HEX, UUID, "", "card", HEX.upper(), UUID.upper(), "0" * 31, "0" * 34, " " + "0" * 32, "00 " * 16]
)
def test_names(text):
    assert unpack_name(pack_name(text)) == text


def test_a_keyed_name_takes_sixteen_bytes():
    assert (len(pack_name(HEX)), len(pack_name(UUID)), pack_name("card")) == (16, 17, "card")


@given(st.binary(min_size=16, max_size=16))
def test_a_shortened_key_bounds_its_keys(key):
    low, high = keys_within(shortened(key))
    assert low <= key < high
    other = bytes([key[0] ^ 1]) + key[1:]
    assert not low <= other < high


def test_words_have_an_end():
    words = Words()
    codes = [words.number(f"w{n}") for n in range(fill.MAX_WORDS + 2)]
    assert codes[:2] == [0, 1]
    assert codes[-1] == f"w{fill.MAX_WORDS + 1}"
    assert [words.text(code) for code in codes[-3:]] == [f"w{fill.MAX_WORDS + n}" for n in (-1, 0, 1)]
    with pytest.raises(ValueError, match="word"):
        words.text(fill.MAX_WORDS)


@pytest.mark.parametrize(
    "data", [b"", b"\x80\x80", b"\xc0", b"\x81\x02\x05", b"\x81\x0a\x91\x01", b"\x81\x0a\x91\x91\x01", b"\x81\x0b\x05"]
)
def test_bytes_nobody_packed_are_refused(data):
    with pytest.raises(ValueError):
        unpack("m", data, Words(["gold"]), rev=1, applied={})


def pages(count, seed=1):
    chance = random.Random(seed)
    return [chance.randbytes(fill.PAGE_BYTES) for _ in range(count)]


def test_pieces_are_cut_by_their_content():
    whole = pages(1500)
    pieces = list(cut(whole))
    assert b"".join(pieces) == b"".join(whole)
    assert all(fill.LEAST_BYTES <= len(piece) <= fill.MOST_BYTES for piece in pieces[:-1])
    # A page more in front moves every page and leaves most pieces as they are.
    moved = list(cut(pages(1, seed=2) + whole))
    assert len(set(moved) & set(pieces)) >= len(pieces) - 2
    assert list(cut([])) == []


def manifest(**changes):
    made = Fill(
        v=1,
        cursor="2:40:0",
        epoch=2,
        rev=40,
        members=3,
        at=1,
        size=5,
        pieces=(Piece("a" * 64, 2), Piece("b" * 64, 3)),
    )
    return encode(msgspec.structs.replace(made, **changes)).decode()


def test_a_manifest_is_read():
    assert read_manifest(manifest()).pieces[1] == Piece("b" * 64, 3)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2}, {"size": 6}, {"pieces": ()}, {"pieces": (Piece("../etc/passwd", 5),)}, {"members": 0},
        {"pieces": (Piece("a" * 64, 6), Piece("b" * 64, -1))}, {"cursor": ""}, {"cursor": "3:40:0"}, {"cursor": "2:40:x"},
        {"pieces": (Piece("a" * 64, fill.MOST_BYTES + 1),), "size": fill.MOST_BYTES + 1}, {"cursor": "0:0:0", "epoch": 0, "rev": 0},
    ],
)  # fmt: skip
def test_a_manifest_that_contradicts_itself_is_none(changes):
    assert read_manifest(manifest(**changes)) is None


def test_what_is_no_manifest_is_none():
    assert [read_manifest(text) for text in ("", "{}", "[1]", "\ud800", "[" * 5000)] == [None] * 5
