"""A hostile till, or whoever found its cable, against a real hub behind a real socket: each exchange is refused by name or parked, nothing
else changes, and the hub goes on serving an honest till."""

import json

import msgspec
import pytest
from hostile_calls import CALLS, RAW, enrolled
from hostile_records import HARMLESS, PARKED, spending
from httpd import read_reply
from served_hub import ServedHub, problem

from sync import wire
from sync.hub import wiring
from sync.hub.enrolment import revoke_till


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    hub = ServedHub(tmp_path_factory.mktemp("hub"))
    for till in ("t1", "t2", "honest", "revoked"):
        hub.enrol(till)
    hub.invite("invited")
    hub.on_writer(lambda db: revoke_till(db, "revoked", now_ms=wiring.clock()))
    hub.honest = hub.pen("honest")
    yield hub
    hub.audit()
    hub.stop()


def serves(hub):
    """An honest till's sale is taken."""
    hub.honest.sale("m-honest", earn=1)
    reply = hub.push(hub.honest)
    assert (reply.status, reply.json["wm"]) == (200, len(hub.honest.lines))


def test_there_are_many():
    assert len(CALLS) >= 30
    assert len(PARKED) >= 30


@pytest.mark.parametrize("name", CALLS)
def test_a_hostile_call_is_refused_and_changes_nothing(hub, name):
    call, status, kind, cause = CALLS[name]
    before = hub.tables()
    reply = call(hub)
    assert problem(reply) == (status, kind), reply.body
    assert cause in ("", reply.json["fields"].get("cause"))
    assert reply.json["retryable"] is False
    assert hub.tables() == before
    serves(hub)


@pytest.mark.parametrize("name", RAW)
def test_what_is_no_request_is_answered_and_hung_up_on(hub, name):
    before = hub.tables()
    reply = hub.raw(RAW[name])
    assert problem(reply) == (400, "bad-http")
    assert hub.tables() == before
    serves(hub)


def test_a_code_cannot_be_guessed_for_long(tmp_path):
    hub = ServedHub(tmp_path)
    hub.invite("invited")
    before = hub.tables()
    replies = [enrolled(hub) for _ in range(35)]
    assert [problem(reply) for reply in replies] == [(403, "enrol-refused")] * 30 + [(429, "too-many")] * 5
    assert replies[-1].json["retryable"] is True
    assert 1 <= int(replies[-1].headers["retry-after"]) <= 60
    assert hub.tables() == before
    hub.stop()


def test_a_flood_of_polls_leaves_the_others_served(hub):
    """300 polls of one till sleep; a push is taken, and wakes them."""
    path = f"/v1/changes?cursor={json.loads(hub.call('GET', '/v1/changes?wait=0').body)['cursor']}&wait=25"
    lines = []
    for _ in range(300):
        line = hub.connect()
        head = "".join(f"{name}: {text}\r\n" for name, text in hub.signed("GET", path).items())
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n{head}\r\n".encode())
        lines.append(line)
    serves(hub)
    for line in lines:
        with line:
            assert read_reply(line).status == 200


@pytest.fixture(scope="module")
def shop(hub):
    """A victim with 100 points, 40 of them lent to t2; a sale everybody knows."""
    other = hub.pen("t2")
    other.sale("victim", earn=100, lot="seed")
    other.sale("m1", name="known", earn=7)
    return {"pen": hub.pen("t1"), "other": other, "grant": lent(hub, other, "victim")}


def lent(hub, other, member):
    other.want(member, 40)
    return told(hub, other).leases[0].grant


def told(hub, pen):
    reply = hub.push(pen)
    assert reply.status == 200, reply.body
    answer = msgspec.json.decode(reply.body, type=wire.PushAnswer)
    assert (answer.wm, answer.hash) == (len(pen.lines), pen.hashes[-1])
    return answer


@pytest.mark.parametrize("name", PARKED)
def test_a_hostile_record_is_parked_verbatim_and_changes_nothing(hub, shop, name):
    write, reason = PARKED[name]
    pen = shop["pen"]
    seq = write(pen, shop)
    before = hub.tables(but=("watermark", "record", "quarantine"))
    parked = hub.sql("SELECT count(*) FROM quarantine")[0][0]
    answer = told(hub, pen)
    assert [(one.seq, one.verdict, one.reason) for one in answer.exceptions] == [(seq, "quarantined", reason)]
    assert hub.tables(but=("watermark", "record", "quarantine")) == before
    rows = hub.sql("SELECT reason, line FROM quarantine WHERE till = 't1' AND inc = 1 AND seq = ?", seq)
    assert [(why, bytes(line)) for why, line in rows] == [(reason, pen.lines[seq - 1])]
    assert hub.sql("SELECT count(*) FROM quarantine")[0][0] == parked + 1
    assert answer.leases == ()
    serves(hub)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_hostile_record_is_taken_and_moves_nothing(hub, shop, name):
    HARMLESS[name](shop["pen"], shop)
    kept = ("watermark", "record", "event")
    before = hub.tables(but=kept)
    answer = told(hub, shop["pen"])
    assert [one.grant for one in answer.leases] == [None] * len(answer.leases)
    assert hub.tables(but=kept) == before
    serves(hub)


def test_a_parked_wish_is_not_answered_when_it_is_asked_again(hub, shop):
    pen = shop["pen"]
    seq = pen.want("victim", 5, unit="a unit")
    told(hub, pen)
    before = hub.tables(but=("watermark",))
    reply = hub.push(pen, pending=[seq])
    assert msgspec.json.decode(reply.body, type=wire.PushAnswer).leases == ()
    assert hub.tables(but=("watermark",)) == before


def test_what_is_spent_of_another_tills_lease_is_the_members_and_the_shops(hub, shop):
    """I6: the customer has left with it. The lease itself stays as it was, and nobody falls below zero."""
    pen, other = shop["pen"], shop["other"]
    other.sale("victim-2", earn=100, lot="seed-2")
    grant = lent(hub, other, "victim-2")
    leases = hub.sql("SELECT * FROM lease")
    spending(pen, lease=grant.id, parts=[("seed-2", 95)], member="victim-2")
    assert told(hub, pen).exceptions == ()
    assert hub.sql("SELECT * FROM lease") == leases
    assert hub.sql("SELECT posted, leased FROM account WHERE member = 'victim-2'") == [(40, 40)]
    assert hub.sql("SELECT sum(-amount) FROM entry WHERE member = 'victim-2' AND account = 'loss:store'") == [(35,)]
    hub.audit()
