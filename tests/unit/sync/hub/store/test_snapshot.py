"""The fill's file: what is asked of the hub's tables, and what lies in the file."""

import sqlite3

from sync.fill import Words, pack_name, shortened, unpack
from sync.hub.store import snapshot
from sync.hub.store.snapshot import Snapshot, names_after, pages
from sync.wire import MemberState

HEX = "00000000000000000000000000000abc"


def test_names_come_by_pages_from_profiles_and_accounts(database):
    for n in (1, 3, 4):
        database.execute_sql(
            "INSERT INTO member (member, status, name, masked, added) VALUES (?, 'active', '', '', 0)", (f"m{n}",)
        )
    for n in (2, 3):
        for unit in ("a", "b"):
            database.execute_sql(
                "INSERT INTO account (member, unit, posted, leased, debt) VALUES (?, ?, 0, 0, 0)", (f"m{n}", unit)
            )
    found, last = [], ""
    while page := names_after(database, last, 2):
        found += page
        last = page[-1]
    assert found == ["m1", "m2", "m3", "m4"]


def test_marks(database):
    assert snapshot.marks(database) == []


def test_a_file_holds_what_was_put_in(tmp_path):
    target, words = str(tmp_path / "whole"), Words()
    states = [
        MemberState(member="x", rev=7, cards=("plain", HEX), phone=HEX),
        MemberState(member=HEX, rev=7, tier="gold", cards=(HEX,)),
    ]
    with Snapshot(str(tmp_path / "loose"), words) as file:
        file.add(states)
        file.finish({"rev": "7"}, [("t1", 1, 5)], target)
    database = sqlite3.connect(target)
    assert dict(database.execute("SELECT name, value FROM meta")) == {"rev": "7", "version": "1", "members": "2"}
    assert database.execute("SELECT * FROM mark").fetchall() == [("t1", 1, 5)]
    short = shortened(pack_name(HEX))
    handles = database.execute("SELECT hmac, member FROM handle").fetchall()
    assert handles == [(short, short), (short, "x"), ("plain", "x")]
    texts = [row[0] for row in database.execute("SELECT text FROM word ORDER BY n")]
    rows = dict(database.execute("SELECT id, state FROM member"))
    assert unpack(HEX, rows[bytes.fromhex(HEX)], Words(texts), rev=7, applied={}) == states[1]
    assert unpack("x", rows["x"], Words(texts), rev=7, applied={}) == states[0]
    database.close()
    assert not (tmp_path / "loose").exists()
    assert b"".join(pages(target)) == (tmp_path / "whole").read_bytes()
