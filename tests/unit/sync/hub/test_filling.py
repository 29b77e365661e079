"""Fills made of a hub's members, kept in a folder, and when a till is told to take one."""

import os
import sqlite3

import msgspec
import pytest
import zstandard
from hub_kit import UNIT, Pen

from agent.errors import Conflict
from sync.fill import Words, name_of, read_manifest, unpack, unpack_name
from sync.hub import filling
from sync.hub.changes import states
from sync.hub.filling import Fills, make, renew
from sync.hub.merging import merge
from sync.hub.store import feed
from sync.hub.store.steps import transaction
from sync.signing import Signer, Verifier, check_fill


@pytest.fixture
def fills(tmp_path):
    return Fills(str(tmp_path / "fill"))


@pytest.fixture
def members(bench, pen):
    """Three members with lots, and a till's mark."""
    pen.boot()
    for n in range(3):
        pen.sale(f"{n:032x}", earn=100 + n, lot=f"lot-{n}")
    bench.push(pen)
    return bench


def made(bench, fills, **more):
    return make(bench.database, fills, bench.keys.signer, now_ms=5, **more)


def whole(fills):
    """The current file's bytes out of its pieces, each checked by its name."""
    pieces = [zstandard.ZstdDecompressor().decompress(fills.piece(piece.sha256)) for piece in fills.current().pieces]
    assert [(name_of(piece), len(piece)) for piece in pieces] == [
        tuple(msgspec.structs.astuple(p)) for p in fills.current().pieces
    ]
    return b"".join(pieces)


def told(path):
    """Every member of a file."""
    database = sqlite3.connect(path)
    meta = dict(database.execute("SELECT name, value FROM meta"))
    words = Words(row[0] for row in database.execute("SELECT text FROM word ORDER BY n"))
    marks = {f"{till}/{inc}": wm for till, inc, wm in database.execute("SELECT * FROM mark")}
    rows = database.execute("SELECT id, state FROM member").fetchall()
    database.close()
    return [unpack(unpack_name(id_), state, words, rev=int(meta["rev"]), applied=marks) for id_, state in rows]


def test_a_fill_by_a_former_key_is_made_anew(members, fills):
    made(members, fills)
    new = Signer(b"n" * 32)
    assert renew(members.database, fills, members.keys.signer, now_ms=6) is None
    assert renew(members.database, fills, new, now_ms=6) is not None
    told = fills.signed()
    assert check_fill(Verifier(new.public), told.manifest, told.signature)


def test_a_fill_says_what_the_changes_would(members, fills, tmp_path):
    heard = []
    fill = made(members, fills, tell=heard.append)
    assert (fill.members, fill.epoch, fill.rev, fill.cursor, heard) == (3, 1, 3, "1:3:0", [3])
    path = tmp_path / "whole"
    path.write_bytes(whole(fills))
    names = [row[0] for row in members.sql("SELECT member FROM account ORDER BY member")]
    assert told(path) == list(states(members.database, dict.fromkeys(names, 3), "t1"))
    assert sorted(os.listdir(fills.folder)) == sorted(
        ["lock", "manifest.json", *(p.sha256 + ".zst" for p in fill.pieces)]
    )


def test_a_manifest_is_signed_and_seen_by_others(members, fills):
    fill = made(members, fills)
    signed = Fills(fills.folder).signed()
    assert read_manifest(signed.manifest) == fill
    verifier = Verifier(members.keys.signer.public)
    assert check_fill(verifier, signed.manifest, signed.signature)
    assert not check_fill(verifier, signed.manifest + " ", signed.signature)


def test_no_members_make_no_fill(bench, fills):
    assert made(bench, fills) is None
    assert (fills.current(), fills.signed().manifest, fills.piece("a" * 64)) == (None, "", None)
    assert renew(bench.database, fills, bench.keys.signer, now_ms=1) is None


def test_the_former_fill_is_kept_and_the_one_before_it_is_not(members, fills, pen):
    first = made(members, fills)
    for n in range(2):
        pen.sale(f"{n:032x}", earn=7, lot=f"more-{n}")
        members.push(pen)
        made(members, fills)
        there = {name.removesuffix(".zst") for name in os.listdir(fills.folder) if name.endswith(".zst")}
        assert (first.pieces[0].sha256 in there) is (n == 0)
    assert len(there) == 2


def test_the_same_members_make_the_same_pieces(members, fills):
    assert made(members, fills).pieces == made(members, fills).pieces


def test_a_fill_that_breaks_off_leaves_the_former(members, fills):
    before = made(members, fills)

    def stop(_rows):
        raise OSError("enough")

    with pytest.raises(OSError, match="enough"):
        made(members, fills, tell=stop)
    assert fills.current() == before
    assert whole(fills)
    assert not [name for name in os.listdir(fills.folder) if name.startswith("mak")]


def test_a_new_one_is_made_when_much_has_changed(members, fills, pen, monkeypatch):
    monkeypatch.setattr(filling, "FROM_MEMBERS", 3)
    again = lambda: renew(members.database, fills, members.keys.signer, now_ms=1)
    assert again().rev == 3
    assert again() is None
    for n in range(3):
        pen.sale(f"{n:032x}", earn=1, lot=f"b{n}")
    members.push(pen)
    assert again().rev == 6


@pytest.mark.parametrize(
    ("cursor", "last", "worth"),
    [
        ("", 3, True), ("1:0:0", 3, True), ("2:3:0", 3, True), ("nonsense", 3, True),
        ("1:3:0", 3, False), ("1:1:0", 3, False), ("1:1:0", 4, True), ("", 6, True), ("", 7, False),
    ],
)  # fmt: skip
def test_a_till_far_behind_is_told_to_take_it(members, fills, monkeypatch, cursor, last, worth):
    monkeypatch.setattr(filling, "FROM_MEMBERS", 3)
    assert not fills.worth(cursor, epoch=1, last=last)
    made(members, fills)
    assert fills.worth(cursor, epoch=1, last=last) is worth
    assert not fills.worth(cursor, epoch=2, last=last)


def test_the_hub_tells_it_with_the_changes(members, fills, monkeypatch):
    monkeypatch.setattr(filling, "FROM_MEMBERS", 3)
    members.hub.fills = fills
    assert not members.hub.changes("t1", "").fill
    made(members, fills)
    page = members.hub.changes("t1", "", limit=1)
    assert (page.fill, page.more, len(page.members)) == (True, True, 1)
    assert not members.hub.changes("t1", f"1:{feed.last(members.database)}:0").fill


def test_two_makers_do_not_meet(members, fills):
    inner = []

    def meanwhile(_rows):
        with pytest.raises(Conflict) as caught:
            made(members, fills)
        inner.append(caught.value.code)

    assert made(members, fills, tell=meanwhile).members == 3
    assert inner == ["fill-making"]
    assert made(members, fills).members == 3


def test_damaged_manifests_are_none(members, fills):
    made(members, fills)
    for text in ("", "{", '{"manifest":"{}"}'):
        with open(os.path.join(fills.folder, "manifest.json"), "w", encoding="utf-8") as file:
            file.write(text)
        assert Fills(fills.folder).current() is None
    assert made(members, fills).members == 3


def test_a_merged_member_is_told_as_merged(members, fills, tmp_path):
    with transaction(members.database):
        merge(members.database, f"{0:032x}", f"{1:032x}", reason="twice", epoch=1, day="2026-09-21", now_ms=1)
    made(members, fills)
    (tmp_path / "whole").write_bytes(whole(fills))
    first, second, _ = told(tmp_path / "whole")
    assert (first.into, first.lots) == (second.member, ())
    assert sum(lot.left for lot in second.lots if lot.unit == UNIT) == 201


def test_pens_of_other_tills_are_marked(members, fills, tmp_path):
    other = Pen("t2", clock=members.clock)
    other.boot()
    members.push(other)
    made(members, fills)
    (tmp_path / "whole").write_bytes(whole(fills))
    assert told(tmp_path / "whole")[0].applied == {"t1/1": 4, "t2/1": 1}
