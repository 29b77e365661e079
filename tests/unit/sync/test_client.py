"""The till's side against a hub that loses answers, forgets, forks and lies: facts stay, nothing doubtful is obeyed."""

import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from small_hub import HUB_KEY, TILL, MemoryOutbox, SmallHub

from sync.calls import HubFault
from sync.client import SyncClient
from sync.retry import CAP_MS, TRIP_AFTER
from sync.signing import Verifier, sign_programme
from sync.wire import Changes, Head, MemberState, Verdict


def joined(records=0):
    outbox, hub = MemoryOutbox(), SmallHub()
    outbox.epoch = 1
    for n in range(records):
        outbox.append(b'{"sale":%d}' % n)
    client = SyncClient(outbox, hub, till=TILL, hub_key=Verifier(HUB_KEY.public), below=random.Random(7).randrange)
    return outbox, hub, client


def drain(client, now=0, most=60):
    """Push until there is nothing more; waits pass in no time."""
    outcomes = []
    for _ in range(most):
        outcomes.append(client.push_once(now))
        now += outcomes[-1].wait_ms
        if outcomes[-1].kind in ("idle", "refused", "nonsense", "suspect", "fork"):
            return outcomes
    raise AssertionError(outcomes)


def test_nothing_to_send_makes_no_call():
    _, hub, client = joined()
    assert client.push_once(0).kind == "idle"
    assert hub.heads == []
    assert client.push_once(0, even_empty=True).kind == "sent"
    assert (hub.heads[0].first, hub.heads[0].last) == (1, 0)


def test_more_open_leases_than_a_head_may_name_do_not_stop_the_till(monkeypatch):
    outbox, hub, client = joined(1)
    read = outbox.read
    leases = tuple(f"{n:064x}" for n in range(5001))
    monkeypatch.setattr(outbox, "read", lambda **how: msgspec.structs.replace(read(**how), open_leases=leases))
    assert client.push_once(0).kind == "sent"
    # As strict as the hub's decoder.
    assert msgspec.json.decode(msgspec.json.encode(hub.heads[0]), type=Head).open_leases == leases[:5000]


def test_batches_of_at_most_200_until_all_is_there():
    outbox, hub, client = joined(450)
    outcomes = drain(client)
    assert [one.sent for one in outcomes] == [200, 200, 50, 0]
    assert [one.more for one in outcomes] == [True, True, False, False]
    assert outbox.acked == (1, 450)
    assert [line for line, _ in hub.chains[1]] == [row[2] for row in outbox.rows]


def test_batches_of_at_most_256_kilobytes_and_a_larger_record_alone():
    outbox, hub, client = joined()
    for size in (100_000, 100_000, 100_000, 700_000, 10):
        outbox.append(b"x" * size)
    drain(client)
    assert [(head.first, head.last) for head in hub.heads] == [(1, 2), (3, 3), (4, 4), (5, 5)]


def test_a_lost_answer_is_asked_again_and_counts_once():
    outbox, hub, client = joined(3)
    hub.faults = [("after", HubFault("away", cause="timeout"))] * 2
    outcomes = drain(client)
    assert [one.kind for one in outcomes] == ["away", "away", "sent", "idle"]
    assert (outbox.acked, len(hub.chains[1])) == ((1, 3), 3)


def test_a_mark_beyond_what_was_sent_is_obeyed_when_the_hash_is_ours():
    """After a lost answer and a halving the hub is ahead of the smaller batch."""
    outbox, hub, client = joined(200)
    hub.faults = [("after", HubFault("away", cause="timeout"))]
    drain(client)
    assert [(head.first, head.last) for head in hub.heads] == [(1, 200), (1, 100)]
    assert outbox.acked == (1, 200)


def test_413_halves_at_once_and_grows_again():
    _, hub, client = joined(400)
    hub.faults = [("before", HubFault("too-large", status=413))] * 2
    outcomes = drain(client)
    assert [head.last - head.first + 1 for head in hub.heads] == [200, 100, 50, 100, 200, 50]
    assert outcomes[0].wait_ms == 0


def test_a_single_record_that_is_too_large_stops():
    _, hub, client = joined(1)
    hub.faults = [("before", HubFault("too-large", status=413))]
    outcome = client.push_once(0)
    assert (outcome.kind, outcome.code) == ("refused", "too-large")
    assert outcome.wait_ms >= CAP_MS // 2


def test_a_poisoned_batch_is_halved_to_the_record_that_does_it():
    outbox, hub, client = joined(40)
    poison = outbox.rows[23][2]
    plain = hub.push

    def choking(head, lines):
        if poison in lines and not (len(lines) == 1 and head.failed >= 3):
            hub.heads.append(head)
            raise HubFault("server", status=500)
        return plain(head, lines)

    hub.push = choking
    drain(client, most=200)
    assert outbox.acked == (1, 40)
    alone = [head for head in hub.heads if head.first == head.last == 24]
    assert [head.failed for head in alone][-1] >= 3
    assert all(head.failed == 0 for head in hub.heads if head.last > head.first)
    # The hub parks unread what is said to have failed alone: nobody else's record may be said to.
    assert {head.first for head in hub.heads if head.failed} == {24}


def test_4xx_stops_and_keeps_everything():
    outbox, hub, client = joined(3)
    hub.faults = [("before", HubFault("refused", status=403, problem="till-revoked"))]
    outcome = client.push_once(0)
    assert (outcome.kind, outcome.code, outcome.status) == ("refused", "till-revoked", 403)
    assert (outbox.acked, outbox.settlings) == ((1, 0), [])
    assert client.push_once(outcome.wait_ms - 1).kind == "waiting"
    assert client.push_once(outcome.wait_ms).kind == "sent"


def test_busy_waits_for_what_was_asked():
    _, hub, client = joined(1)
    fault = HubFault("busy", status=503)
    fault.retry_after = 20_000
    hub.faults = [("before", fault)]
    outcome = client.push_once(5)
    assert outcome.kind == "busy"
    assert outcome.wait_ms >= 20_000
    waiting = client.push_once(5 + outcome.wait_ms - 1)
    assert (waiting.kind, waiting.code, waiting.wait_ms) == ("waiting", "busy", 1)


def test_a_dead_hub_is_probed_before_a_batch_is_sent():
    _, hub, client = joined(1)
    hub.down = HubFault("away", cause="unreachable")
    now = 0
    for _ in range(TRIP_AFTER + 3):
        now += client.push_once(now).wait_ms
    assert (len(hub.heads), hub.probes) == (TRIP_AFTER, 3)
    hub.down = None
    assert client.push_once(now).kind == "sent"
    assert hub.probes == 4
    assert client.pace.failures == 0


def test_nonsense_stops_and_keeps():
    outbox, hub, client = joined(1)
    hub.faults = [("before", HubFault("nonsense", status=200, cause="type 'text/html'"))]
    outcome = client.push_once(0)
    assert (outcome.kind, outcome.detail) == ("nonsense", "type 'text/html'")
    assert outbox.acked == (1, 0)


def test_grants_are_taken_once_however_often_the_answer_is_lost():
    outbox, hub, client = joined()
    want = outbox.want(10)
    hub.faults = [("after", HubFault("away", cause="timeout"))] * 3
    drain(client)
    assert [grant.granted for grant in outbox.grants] == [10]
    assert hub.grantable == 90
    assert outbox.wants == []
    assert {head.pending_wants for head in hub.heads} == {(want,)}


def test_a_refused_want_is_answered():
    outbox, hub, client = joined()
    hub.grantable = 0
    outbox.want(10)
    drain(client)
    assert [one.refused for one in outbox.refused] == ["nothing"]
    assert outbox.wants == []


def test_wants_are_asked_again_when_nothing_else_is_to_send():
    outbox, hub, client = joined()
    outbox.want(10)
    hub.change = lambda answer: msgspec.structs.replace(answer, leases=())
    assert client.push_once(0).kind == "sent"
    hub.change = lambda answer: answer
    assert client.push_once(0).kind == "sent"
    assert (hub.heads[1].first, hub.heads[1].last) == (2, 1)
    assert len(outbox.grants) == 1
    assert client.push_once(0).kind == "idle"


def test_former_incarnations_go_first_and_chains_run_on():
    outbox, hub, client = joined(3)
    outbox.begin()
    outbox.append(b'{"sale":9}')
    outcomes = drain(client)
    assert [(head.inc, head.first, head.last) for head in hub.heads] == [(1, 1, 3), (2, 1, 2)]
    assert outcomes[0].more
    assert hub.heads[1].prev == outbox.rows[2][3]
    assert outbox.acked == (2, 2)


def test_a_fork_is_reported_and_nothing_changes():
    outbox, hub, client = joined(3)
    hub.chains[1] = [(b"other", "a" * 64), (b"other", "b" * 64)]
    outcome = client.push_once(0)
    assert (outcome.kind, outcome.code) == ("fork", "fork")
    assert (outbox.acked, outbox.settlings) == ((1, 0), [])


def test_a_story_that_parts_behind_a_halved_batch_is_a_fork_from_the_batch_s_end():
    outbox, hub, client = joined(8)
    hub.chains[1] = [(row[2], row[3]) for row in outbox.rows[:5]] + [(b"other", "a" * 64)]
    hub.faults = [("before", HubFault("too-large", status=413))] * 2
    outcomes = drain(client)
    assert (hub.heads[-1].first, hub.heads[-1].last) == (1, 3)
    assert (outcomes[-1].kind, outcomes[-1].code, outcomes[-1].common) == ("fork", "fork", 3)
    assert (outbox.acked, outbox.settlings) == ((1, 0), [])


def test_a_till_that_was_set_back_without_knowing_is_told():
    outbox, _, client = joined(5)
    drain(client)
    outbox.rows, outbox.seq, outbox.hash, outbox.acked = outbox.rows[:3], 3, outbox.rows[2][3], (1, 3)
    outcome = client.push_once(0, even_empty=True)
    assert (outcome.kind, outcome.code, outcome.wm) == ("fork", "rolled-back", 5)
    assert outbox.acked == (1, 3)


def test_a_hub_back_from_a_backup_gets_everything_again():
    outbox, hub, client = joined(5)
    drain(client)
    outbox.begin()
    drain(client)
    hub.epoch, hub.chains = 2, {1: hub.chains[1][:2]}
    outbox.append(b'{"sale":7}')
    outcomes = drain(client)
    assert outcomes[0].rewound
    assert [len(hub.chains[inc]) for inc in (1, 2)] == [5, 2]
    assert (outbox.acked, outbox.epoch) == ((2, 2), 2)
    assert [line for inc in (1, 2) for line, _ in hub.chains[inc]] == [row[2] for row in outbox.rows]


def test_a_hub_that_forgot_without_saying_so_is_not_obeyed():
    outbox, hub, client = joined(5)
    drain(client)
    hub.chains = {1: hub.chains[1][:2]}
    outbox.append(b"{}")
    outcome = client.push_once(0)
    assert (outcome.kind, outcome.code) == ("suspect", "watermark-shrank")
    assert outbox.acked == (1, 5)


def test_pruned_records_cannot_be_sent_again_and_that_is_said():
    outbox, hub, client = joined(5)
    drain(client)
    outbox.prune(1, 3)
    hub.epoch, hub.chains = 2, {1: hub.chains[1][:2]}
    outbox.append(b"{}")
    outcome = client.push_once(0)
    assert (outcome.kind, outcome.code) == ("suspect", "not-kept")
    assert outbox.acked == (1, 5)


def test_no_progress_is_no_success():
    _, hub, client = joined(2)
    hub.change = lambda answer: msgspec.structs.replace(answer, wm=0, hash="0" * 64)
    outcome = client.push_once(0)
    assert (outcome.kind, outcome.code) == ("away", "no-progress")
    assert client.pace.failures == 1


def test_exceptions_reach_the_store():
    outbox, hub, client = joined(3)
    hub.change = lambda answer: msgspec.structs.replace(
        answer, exceptions=(Verdict(2, "quarantined", "why"), Verdict(9, "duplicate"))
    )
    outcome = client.push_once(0)
    assert outbox.exceptions == [Verdict(2, "quarantined", "why")]
    assert outcome.doubts == ("foreign-verdict",)


def test_pull_applies_pages_and_saves_the_cursor():
    outbox, hub, client = joined()
    hub.next_changes = Changes(cursor="1:2:0:0", members=(MemberState(member="m", rev=2),), more=True)
    first = client.pull_once(0, wait_s=25)
    assert (first.kind, first.more, outbox.saved_cursor, hub.heads) == ("pulled", True, "1:2:0:0", [("", 25)])
    hub.next_changes = Changes(cursor="1:3:0:0")
    assert not client.pull_once(0).more
    assert outbox.saved_cursor == "1:3:0:0"


def test_a_pull_that_shows_a_new_epoch_makes_an_idle_till_ask_for_its_mark():
    outbox, hub, client = joined(3)
    drain(client)
    outbox.saved_cursor = "1:5:0:0"
    hub.epoch, hub.chains = 2, {}
    hub.next_changes = Changes(cursor="2:1:0:0", members=(MemberState(member="m", rev=1),))
    assert client.pull_once(0).kind == "pulled"
    hub.next_changes = None
    drain(client)
    assert len(hub.chains[1]) == 3


def test_a_doubtful_pull_changes_nothing_but_gives_leases_back():
    outbox, hub, client = joined()
    outbox.saved_cursor = "1:9:0:0"
    hub.next_changes = Changes(cursor="1:2:0:0", members=(MemberState(member="m", rev=2),), revokes=("L",))
    outcome = client.pull_once(0)
    assert (outcome.kind, outcome.code, outcome.doubts) == ("suspect", "cursor-shrank", ("cursor-shrank",))
    assert outbox.saved_cursor == "1:9:0:0"
    assert outbox.applied == [Changes(cursor="", revokes=("L",))]
    assert client.pull_once(0).kind == "waiting"


def test_a_pull_fails_like_a_push():
    _, hub, client = joined()
    hub.down = HubFault("away", cause="unreachable")
    assert client.pull_once(0).code == "unreachable"


def test_changes_in_a_push_are_weighed_too():
    outbox, hub, client = joined(1)
    outbox.saved_cursor = "1:1:0:0"
    text = 'id = "x"\n'
    hub.next_changes = Changes(cursor="1:2:1:0", programme=text, programme_signature="AAAA")
    outcome = client.push_once(0)
    assert (outcome.kind, outcome.doubts, outbox.applied) == ("sent", ("programme-signature",), [])
    hub.next_changes = Changes(cursor="1:2:1:0", programme=text, programme_signature=sign_programme(HUB_KEY, text))
    assert client.push_once(0, even_empty=True).doubts == ()
    assert outbox.saved_cursor == "1:2:1:0"


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.data())
def test_every_fact_arrives_once_and_in_order_whatever_the_line_does(data):
    outbox, hub, client = joined()
    faults = st.sampled_from(
        [
            ("before", HubFault("away", cause="timeout")),
            ("after", HubFault("away", cause="cut")),
            ("before", HubFault("too-large", status=413)),
            ("after", HubFault("server", status=500)),
            ("before", HubFault("busy", status=429)),
            ("", None),
        ]
    )
    now = 0
    for _ in range(data.draw(st.integers(1, 12))):
        for _ in range(data.draw(st.integers(0, 9))):
            outbox.append(b'{"n":%d}' % len(outbox.rows))
        if data.draw(st.booleans()) and data.draw(st.booleans()):
            outbox.begin()
        if data.draw(st.integers(0, 9)) == 0:
            hub.epoch += 1
            held = sorted(hub.chains.items())
            hub.chains = {inc: rows[: data.draw(st.integers(0, len(rows)))] for inc, rows in held[:1]}
        hub.faults = data.draw(st.lists(faults, max_size=4))
        for _ in range(data.draw(st.integers(0, 5))):
            outcome = client.push_once(now)
            assert outcome.kind in ("idle", "waiting", "sent", "away", "busy", "refused"), outcome
            now += outcome.wait_ms
    hub.faults = []
    client.push_once(now + CAP_MS, even_empty=True)
    drain(client, now + CAP_MS, most=100)
    assert [(inc, n, line) for inc in sorted(hub.chains) for n, (line, _) in enumerate(hub.chains[inc], 1)] == [
        row[:3] for row in outbox.rows
    ]


def test_pulls_and_pushes_wait_each_for_themselves_until_one_gets_through():
    outbox, hub, client = joined(1)
    hub.next_changes = Changes(cursor="1:1:0:0")
    hub.faults = [("before", HubFault("away", cause="unreachable"))]
    assert client.push_once(0).kind == "away"
    assert client.push_once(0).kind == "waiting"
    assert client.pull_once(0).kind == "pulled"
    assert client.push_once(0).kind == "sent", "the line is back"
    hub.faults = [("before", HubFault("server", status=500))]
    outbox.append(b"{}")
    assert client.push_once(0).kind == "away"
    assert client.pull_once(0).kind == "pulled"
    assert client.push_once(0).kind == "waiting", "its own fault a server must get over by itself"


def test_news_are_asked_for_with_the_last_batch_only():
    outbox, hub, client = joined(450)
    outbox.saved_cursor = "1:5:0"
    drain(client)
    assert [head.cursor for head in hub.heads] == ["", "", "1:5:0"]
