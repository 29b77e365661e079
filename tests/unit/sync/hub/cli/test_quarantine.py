"""kopilka-hub quarantine on a real database."""

import json

from hub_kit import Bench, Pen


def test_nothing_is_parked(hub):
    assert hub("quarantine", "ls") == (0, "-\n", "")
    assert hub("quarantine", "apply") == (0, "-\n", "")


def test_a_record_is_shown_tried_and_settled(hub, tmp_path):
    bench = Bench(tmp_path / "hub.db")
    pen = Pen("t1", clock=bench.clock, store="s9")
    pen.sale("m1", earn=5)
    pen.raw(b'{"no": "record"}')
    bench.push(pen)
    shown = json.loads(hub("quarantine", "show", "t1/1/1", "--json")[1])
    assert (shown["reason"], json.loads(shown["record"])["body"]["member"]) == ("other-store", "m1")
    assert "other-store" in hub("quarantine", "show", "t1/1/1")[1]
    code, out, _ = hub("quarantine", "apply", "--json")
    assert (code, [row["now"] for row in json.loads(out)]) == (0, ["other-store", "undecodable"])
    bench.database.execute_sql("UPDATE till SET store = 's9' WHERE till = 't1'")
    assert [row["now"] for row in json.loads(hub("quarantine", "apply", "t1/1/1", "--json")[1])] == ["applied"]
    assert bench.account("m1") == (5, 0, 0)
    code, out, _ = hub("quarantine", "note", "t1/1/2", "--reason", "torn", "--json")
    assert (code, json.loads(out)) == (0, {"record": "t1/1/2", "loss": 0})
    assert [act["what"] for act in json.loads(hub("audit", "ls", "--json")[1])] == ["parked-noted", "parked-applied"]
    assert hub("quarantine", "ls") == (0, "-\n", "")
    assert hub("quarantine", "show", "t1/1/1")[0] == 66
    for wrong in ("t1", "t1/x/1", "/1/1", "t1/1"):
        assert hub("quarantine", "show", wrong)[0] == 64
    bench.close()
