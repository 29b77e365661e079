"""Tills and hubs of different releases: what one of them does not know is parked, left out or kept, and stops nobody."""

import json

import msgspec
import pytest
from golden_records import PATH
from served_hub import ServedHub, body_of

from sync import wire
from sync.page import read_answer, read_changes


def golden():
    return PATH.read_bytes().splitlines()


@pytest.mark.parametrize("n", range(len(golden())))
def test_records_of_version_1_are_read_for_ever(n):
    line = golden()[n]
    record = wire.decode(line)
    assert (record.v, record.seq) == (1, json.loads(line)["seq"])
    assert wire.encode(record) == line


def test_every_kind_stands_in_the_golden_file():
    """A new kind: PYTHONPATH=.:tests/support python tests/support/golden_records.py, after giving it a body there."""
    assert {json.loads(line)["body"]["kind"] for line in golden()} == wire.KINDS


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    hub = ServedHub(tmp_path_factory.mktemp("hub"))
    hub.enrol("t1")
    yield hub
    hub.audit()
    hub.stop()


def sent(hub, pen, **wrong):
    reply = hub.push(pen, wrong=wrong)
    assert reply.status == 200, reply.body
    return msgspec.json.decode(reply.body, type=wire.PushAnswer)


def test_what_a_later_till_writes_is_parked_or_applied_and_kept_verbatim(hub):
    pen = hub.pen("t1")
    pen.boot()
    pen.sale("m1", earn=7)
    later = json.loads(pen.lines[-1])
    pen.hashes.pop()
    pen.lines.pop()
    later["body"]["sale"]["loyalty_channel"] = "app"
    later["body"]["sale"]["lines"][0]["carbon"] = {"grams": 5}
    later["signed_by"] = "x"
    pen.raw(json.dumps(later).encode())
    pen.raw(json.dumps(later | {"v": 2, "seq": 3, "body": {"kind": "sale", "new": "shape"}}).encode())
    pen.raw(json.dumps(later | {"seq": 4, "body": {"kind": "raffle", "prize": 1}}).encode())
    pen.sale("m1", earn=5)
    answer = sent(hub, pen, later_field={"x": 1})
    assert answer.wm == 5
    assert [(one.seq, one.verdict, one.reason) for one in answer.exceptions] == [
        (3, "quarantined", "unknown-version"),
        (4, "quarantined", "unknown-kind"),
    ]
    assert hub.sql("SELECT posted FROM account WHERE member = 'm1'") == [(12,)]
    kept = hub.sql("SELECT line FROM record WHERE till = 't1' ORDER BY seq")
    assert [bytes(row[0]) for row in kept] == pen.lines
    parked = hub.sql("SELECT seq, line FROM quarantine WHERE till = 't1' ORDER BY seq")
    assert [(seq, bytes(line)) for seq, line in parked] == [(3, pen.lines[2]), (4, pen.lines[3])]


def test_a_head_of_a_later_version_is_refused_whole(hub):
    pen = hub.pen("t1", inc=9)
    pen.boot()
    head, lines = pen.batch()
    body = body_of(msgspec.to_builtins(head) | {"v": 2}, lines)
    reply = hub.call("POST", "/v1/push", body)
    assert (reply.status, reply.json["fields"]) == (400, {"cause": "unknown-version"})


STATE = {"member": "m", "rev": 3, "lots": [{"id": "l", "unit": "u", "points": 5, "left": 5, "born": 1, "later": 1}]}


def test_an_older_till_reads_what_a_later_hub_says():
    page = {"cursor": "1:3:0:0:77", "members": [STATE | {"later": {"x": 1}}], "later": [1], "at": 5}
    read = read_changes(json.dumps(page).encode())
    assert [member.member for member in read.members] == ["m"]
    answer = {
        "wm": 1, "durable": 0, "hash": "0" * 64, "epoch": 1, "at": 5, "changes": page, "later": True,
        "exceptions": [{"seq": 1, "verdict": "corrected", "later": 1}],
    }  # fmt: skip
    told = read_answer(json.dumps(answer).encode())
    assert (told.wm, told.exceptions[0].verdict, told.changes.cursor) == (1, "corrected", "1:3:0:0:77")
