"""Two tills and a hub, all real processes: power cuts in the middle of everything, the line up and down, POS threads replaying.

In the end hub and tills agree to the point, each sale is there once, nobody is below 0, and the journals are whole. `./run kill` does it
200 times over.
"""

import shutil
import sqlite3

import pytest
from kill.check import violations
from kill.loop import run
from kill.power import database_of, torn_commit
from kill.shop import Shop, rows

from agent.cli.demo.till import DemoFault
from agent.cli.demo.till import run as command
from drivers.sim.printer_ops import PrintLine, Span

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
KILLS = 24


def test_nothing_is_lost_doubled_or_overspent(tmp_path):
    shop = Shop(str(tmp_path))
    try:
        found = run(shop, kills=KILLS, seed=7)
        assert found.violations == []
        assert sum(found.hits[name] for name in ("T1", "T2", "hub")) == KILLS
        assert min(found.hits[name] for name in ("T1", "T2", "hub")) > 0
        assert found.counts["replays"] > 0, "no power cut hit a call: the test proved nothing"
        assert min(found.counts[kind] for kind in ("sale", "return", "void", "hold")) > 0
        assert shop.hub_rows("SELECT sum(spent) FROM lease")[0][0] > 0, "nobody spent anything: the test proved nothing"
        assert any(till.papers() for till in shop.tills)
        flipped_byte_is_named(shop)
        planted_faults_are_seen(shop, found.posts)
    finally:
        shop.close()


def flipped_byte_is_named(shop):
    till = shop.tills[0]
    copy = f"{till.folder}/copy.sqlite3"
    with sqlite3.connect(database_of(till)) as live, sqlite3.connect(copy) as target:
        live.backup(target)
    with sqlite3.connect(copy) as database:
        n, line = database.execute("SELECT n, line FROM journal ORDER BY n LIMIT 1 OFFSET 20").fetchone()
        at = len(line) // 2
        flipped = line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]
        database.execute("UPDATE journal SET line = ? WHERE n = ?", (flipped, n))
    database.close()
    with pytest.raises(DemoFault) as told:
        command("journal", "verify", "--database", copy, "--json")
    assert f'"seq":{n & (1 << 40) - 1}' in str(told.value).replace(" ", "")


def planted_faults_are_seen(shop, posts):
    """The checks of the loop can fail: each of these shows."""
    shop.stage.kill_hub()
    lost, doubled = list(posts[0].confirmed["sale"])[:2]
    answer = posts[0].confirmed["sale"].pop(doubled)
    posts[0].confirmed["sale"][f"{lost}-never"] = answer
    shop.tills[0].printer.paper.slips[0].items.append(PrintLine((Span("№ 7 · 000000"),)))
    with sqlite3.connect(shop.stage.database) as database:
        seq = database.execute("SELECT max(seq) FROM record WHERE till = 'T2'").fetchone()[0]
        database.execute("DELETE FROM record WHERE till = 'T2' AND seq = ?", (seq,))
        database.execute("UPDATE account SET posted = posted + 1 WHERE member = (SELECT min(member) FROM account)")
        database.execute(
            "UPDATE lease SET spent = spent - 1 WHERE lease = (SELECT min(lease) FROM lease WHERE spent > 0)"
        )
        database.execute("INSERT INTO quarantine VALUES ('T1', 1, 1, 'planted', 0, x'00')")
    database.close()
    told = "\n".join(violations(shop, posts))
    for words in (
        f"sale {doubled}: 1 times at the till, confirmed 0 times",
        f"sale {lost}-never: 0 times at the hub, confirmed 1 times",
        "T2: the hub's records are not the journal's",
        "lots have",
        "answers add up to",
        "records spend",
        "quarantine: T1 1/1: planted",
        "a receipt № 7 · 000000 is on paper, no such record",
    ):
        assert words in told


def test_a_log_cut_between_two_writes_of_one_commit_is_told_from_a_whole_one(tmp_path):
    path = str(tmp_path / "live.db")
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = wal")
    database.execute("PRAGMA cache_size = 5")
    database.execute("CREATE TABLE t (x BLOB)")
    whole = copied(path, tmp_path / "whole.db")
    database.execute("BEGIN")
    # More than the cache holds: SQLite writes pages to the log before the commit.
    database.executemany("INSERT INTO t VALUES (zeroblob(3000))", [()] * 50)
    torn = copied(path, tmp_path / "torn.db")
    database.execute("COMMIT")
    ended = copied(path, tmp_path / "ended.db")
    database.close()
    assert [torn_commit(copy) for copy in (whole, torn, ended, path)] == [False, True, False, False]
    assert rows(torn, "SELECT count(*) FROM t") == [(0,)]


def copied(path, target):
    for end in ("", "-wal"):
        shutil.copy(path + end, f"{target}{end}")
    return str(target)
