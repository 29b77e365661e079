"""A hostile, broken or wrong hub against the real till: its client on a real socket, its store on a real file. Each answer is refused by
name, changes nothing it must not, sales go on, and the right hub is served afterwards."""

import random
import time

import msgspec
import pytest
from certificates import BORN, Authority, server_context
from hostile_answers import (
    LINES,
    NEWER,
    NOW,
    PAGES,
    REFUSED,
    STATES,
    UNBELIEVED,
    UNIT,
    head_of,
    page_with,
    right,
    whole,
)  # fmt: skip
from raw_server import RawServer
from shop import Shop
from till_kit import card, line

from agent.till.refusal import Refusal
from agent.till.wish import journal_want
from sync.calls import HubCalls
from sync.client import SyncClient
from sync.signing import Signer, Verifier
from sync.transport import HttpTransport, Limits
from sync.wire import Changes, WantBody

SHORT = Limits(connect_s=2, read_s=0.5, total_s=1.0, answer=200_000)


class Scene:
    """A till that has met its hub, and has a sale and a wish to send; `against` lets it talk to somebody else."""

    def __init__(self, folder):
        self.shop = Shop(folder, ["T1"])
        self.till = self.shop.tills["T1"]
        self.member = self.till.member_id(1)
        self.sell("S-0")
        self.shop.sync()
        self.earned = self.shop.hub_balance(self.member)
        self.shop.give(self.member, 1000, lot="seed")
        self.shop.sync()
        self.sell("S-1")
        with self.till.store.transaction():
            journal_want(self.till.desk, WantBody(member=self.member, unit=UNIT, points=10), self.shop.clock.now_ms())

        self.acked = self.till.store.meta.get("acked")

    def sell(self, name):
        assert not isinstance(self.till.sell(name, [line(1, 10_000)], card=card(1)), Refusal)

    def client(self, url, **how):
        transport = HttpTransport(url, monotonic=time.monotonic, limits=SHORT, **how)
        nonces = (f"n{n}" for n in range(99))
        calls = HubCalls(
            transport, till="T1", signer=Signer(b"\x07" * 32), now_ms=self.shop.clock.now_ms, nonce=nonces.__next__
        )
        return SyncClient(
            self.till.client._outbox,
            calls,
            till="T1",
            hub_key=Verifier(self.key.public),
            below=random.Random(1).randrange,
        )

    @property
    def key(self):
        return Signer(self.shop.bench.keys.signer.seed)

    def digest(self, but=()):
        """Every row of the till's database."""
        sql = self.till.store.database.execute_sql
        names = [row[0] for row in sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()]
        return {name: sorted(map(repr, sql(f"SELECT * FROM {name}").fetchall())) for name in names if name not in but}

    def recovers(self):
        """Sales go on, and the right hub gets everything and is believed."""
        self.sell("S-2")
        self.shop.sync()
        assert self.till.unsent == 0
        sales = self.shop.bench.sql("SELECT count(*) FROM sale WHERE till = 'T1'")
        assert sales == [(3,)]
        assert self.shop.hub_balance(self.member) == 1000 + 3 * self.earned
        self.shop.check()


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path)
    yield scene
    scene.shop.close()


def saying(answer):
    """A server that says the same to every call."""
    return answer if callable(answer) else lambda connection, _: connection.sendall(answer)


def test_there_are_many():
    assert len(LINES) + len(REFUSED) + len(UNBELIEVED) + len(PAGES) + len(STATES) >= 60


@pytest.mark.parametrize("name", LINES)
def test_what_is_no_answer_changes_nothing(scene, name):
    answer, kind, code = LINES[name]
    before = scene.digest()
    with RawServer(saying(answer)) as server:
        outcomes = [scene.client(server.url).push_once(0), scene.client(server.url).pull_once(0)]
    for outcome in outcomes:
        assert outcome.kind == kind, outcome
        assert code in (outcome.code, "nonsense"), outcome
        assert outcome.code
        assert 0 <= outcome.wait_ms <= 3_600_000 + 1000
    assert scene.digest() == before
    scene.recovers()


def answering(scene, changed):
    """A server that says to a push what the right hub would, but for what `changed(head)` says."""

    def script(connection, request):
        head = head_of(request)
        answer = msgspec.to_builtins(right(head, scene.key, member=scene.member))
        answer |= msgspec.to_builtins(changed(head))
        connection.sendall(whole(msgspec.json.encode(answer)))

    return script


@pytest.mark.parametrize("name", REFUSED)
def test_an_answer_that_cannot_be_is_refused_whole(scene, name):
    changed, kind, code = REFUSED[name]
    before = scene.digest()
    with RawServer(answering(scene, changed)) as server:
        outcome = scene.client(server.url).push_once(0)
    assert (outcome.kind, outcome.code) == (kind, code)
    assert scene.digest() == before
    scene.recovers()


@pytest.mark.parametrize("name", UNBELIEVED)
def test_the_doubtful_part_of_an_answer_is_not_obeyed(scene, name):
    changed, doubt = UNBELIEVED[name]
    before = scene.digest(but=["meta"])
    with RawServer(answering(scene, lambda head: changed(head, scene.key, scene.member))) as server:
        outcome = scene.client(server.url).push_once(0)
    assert (outcome.kind, outcome.doubts) == ("sent", (doubt,) * len(outcome.doubts))
    assert outcome.doubts
    assert scene.digest(but=["meta"]) == before
    # It said that it had everything, which a till must believe of its hub; the right one has not, and says so by its epoch.
    with scene.till.store.transaction():
        scene.till.store.meta.put("acked", scene.acked)
    scene.recovers()


def test_a_right_answer_is_obeyed(scene):
    """The control: without a change the same server is believed, and the lease is here."""
    with RawServer(answering(scene, lambda _: {})) as server:
        outcome = scene.client(server.url).push_once(0)
    assert (outcome.kind, outcome.doubts) == ("sent", ())
    assert [lease.grant.granted for lease in scene.till.store.rights.leases(scene.member)] == [10]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_cannot_be_is_refused_whole(scene, name):
    changed, doubt = PAGES[name]
    page = msgspec.to_builtins(Changes(cursor="1:3:0:0", members=(NEWER,), at=NOW)) | changed
    before = scene.digest()
    with RawServer(saying(whole(msgspec.json.encode(page)))) as server:
        outcome = scene.client(server.url).pull_once(0)
    assert (outcome.kind, outcome.code, outcome.doubts) == ("suspect", doubt, (doubt,))
    assert scene.digest() == before
    scene.recovers()


def test_recalls_of_leases_that_are_not_here_close_nothing(scene):
    page = Changes(cursor="1:3:0:0", revokes=("0" * 64, "x" * 100_000, ""), at=NOW)
    before = scene.digest(but=["meta"])
    with RawServer(saying(whole(msgspec.json.encode(page)))) as server:
        assert scene.client(server.url).pull_once(0).kind == "pulled"
    assert scene.digest(but=["meta"]) == before
    scene.recovers()


def test_an_empty_first_page_is_not_believed(scene):
    with scene.till.store.transaction():
        scene.till.store.meta.put("cursor", "")
    before = scene.digest()
    with RawServer(saying(whole(b'{"cursor":"1:0:0:0","at":1}'))) as server:
        outcome = scene.client(server.url).pull_once(0)
    assert (outcome.kind, outcome.code) == ("suspect", "changes-empty")
    assert scene.digest() == before
    scene.recovers()


@pytest.mark.parametrize("name", STATES)
def test_one_state_that_cannot_be_is_put_aside_and_the_others_are_taken(scene, name):
    wrong, reason = STATES[name]
    kept = scene.till.store.members.get(scene.member)
    with RawServer(saying(whole(page_with(scene.member, wrong, scene.till.store.meta.get("cursor"))))) as server:
        outcome = scene.client(server.url).pull_once(0)
    assert (outcome.kind, outcome.doubts) == ("pulled", ())
    assert scene.till.store.members.get("new") == NEWER
    assert scene.till.store.members.get(scene.member) == kept
    (one,) = scene.till.store.spoilt.all()
    assert (one.member, one.reason.partition(":")[0]) == (scene.member, reason)
    scene.recovers()
    assert scene.till.store.spoilt.count() == 0


def test_a_key_said_twice_is_the_last_one_and_judged_as_any(scene):
    def script(connection, request):
        head = head_of(request)
        answer = msgspec.json.encode(right(head, scene.key, member=scene.member))
        connection.sendall(whole(answer[:-1] + b',"wm":999999}'))

    before = scene.digest()
    with RawServer(script) as server:
        assert scene.client(server.url).push_once(0).code == "rolled-back"
    assert scene.digest() == before
    scene.recovers()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_carries_nothing_elsewhere(scene, status):
    before = scene.digest()
    with RawServer(saying(whole(b"{}"))) as elsewhere:
        there = whole(b"", status=status, headers=f"Location: {elsewhere.url}/v1/push\r\n")
        with RawServer(saying(there)) as server:
            outcome = scene.client(server.url).push_once(0)
    assert (outcome.kind, outcome.status) == ("nonsense", int(status[:3]))
    assert elsewhere.requests == []
    assert scene.digest() == before
    scene.recovers()


def test_a_cookie_is_not_sent_back(scene):
    with RawServer(saying(whole(b"{}", status="500 Oops", headers="Set-Cookie: a=b\r\n"))) as server:
        client = scene.client(server.url)
        now = 0
        for _ in range(3):
            now += client.push_once(now).wait_ms
    assert len(server.requests) == 3
    assert not any(b"cookie" in request.lower() for request in server.requests)
    scene.recovers()


TLS = {
    "another authority": lambda right, other: other.issue("hub"),
    "a certificate out of date": lambda right, _: right.issue("hub", until=BORN),
    "a certificate of another host": lambda right, _: right.issue("hub", hosts=("elsewhere.example",)),
    "a certificate signed by itself": lambda right, other: other.issue("ca"),
}


@pytest.mark.parametrize("name", TLS)
def test_a_hub_that_cannot_show_who_it_is_hears_nothing(scene, tmp_path, name):
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    theirs.mkdir()
    pinned, other = Authority(mine), Authority(theirs)
    before = scene.digest()
    with RawServer(saying(whole(b"{}")), tls=server_context(*TLS[name](pinned, other))) as server:
        outcome = scene.client(server.url, ca_file=pinned.ca).push_once(0)
    assert (outcome.kind, outcome.code) == ("away", "tls")
    assert server.requests == []
    assert scene.digest() == before
    scene.recovers()


def test_a_pinned_authority_is_believed(scene, tmp_path):
    pinned = Authority(tmp_path)
    with RawServer(answering(scene, lambda _: {}), tls=server_context(*pinned.issue("hub"))) as server:
        assert scene.client(server.url, ca_file=pinned.ca).push_once(0).kind == "sent"
