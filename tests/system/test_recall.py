"""Rights go where the customer stands: two tills and a hub, all real processes, and a lease that is asked back."""

import threading
import time

import pytest

from agent.cli.demo.goods import ANNA, COFFEE
from agent.cli.demo.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
GENEROUS_S = 10
"""For a machine that does other things too; how long it takes on a quiet one is told by the bench."""


@pytest.fixture
def stage(tmp_path):
    made = Stage(str(tmp_path), lang="ru")
    try:
        made.start()
        for till in made.tills:
            till.wait(lambda till=till: till.status()["members"] >= 2, "members did not arrive")
        yield made
    finally:
        made.stop()


def here(till):
    member = till.current()["member"]
    return member["balance"]["main"]["spendable_here"] if member else 0


def take_all(till):
    """Scan a card and wait for the right to spend everything."""
    till.scan(ANNA)
    till.wait(lambda: here(till) == 340, "no right came")


def test_a_lease_asked_back_is_given_back_at_once(stage):
    first, second = stage.tills
    take_all(second)
    began = time.monotonic()
    first.scan(ANNA)
    second.wait(lambda: second.status()["leases"]["open"] == 0, "the lease was not given back", GENEROUS_S)
    print(f"recall to closed, scan included: {time.monotonic() - began:.2f} s")


def test_a_customer_who_is_paying_is_not_disturbed(stage):
    first, second = stage.tills
    take_all(second)
    quote = second.quote(COFFEE, redeem={"main": 100})
    hold = {"id": "H-1", "quote": quote["quote"]}
    assert second.call("POST", "/v1/holds", hold)[0] == 200
    first.scan(ANNA)
    second.wait(lambda: second.status()["leases"]["recalled"] == 1, "the hub asked for nothing", GENEROUS_S)
    second.kill()
    second.start()
    assert second.status()["leases"]["open"] == 1
    assert second.call("DELETE", "/v1/holds/H-1")[0] == 200
    assert second.status()["leases"]["open"] == 0
    first.wait(
        lambda: first.current()["member"]["balance"]["main"]["locked_elsewhere"] == 0, "not given back", GENEROUS_S
    )


def top_up(till, points="max"):
    began = time.monotonic()
    code, answer = till.call("POST", "/v1/current/top-up", {"points": points})
    return code, answer, time.monotonic() - began


def test_what_another_till_holds_is_here_while_the_customer_waits(stage):
    """Show 6."""
    first, second = stage.tills
    take_all(second)
    second.call("DELETE", "/v1/current")
    first.scan(ANNA)
    code, answer, took_s = top_up(first)
    print(f"top-up of points another till held: {took_s:.2f} s")
    assert (code, answer["spendable_here"]) == (200, 340), answer
    assert second.status()["leases"]["open"] == 0
    quote = first.quote(COFFEE, redeem={"main": 340})
    assert quote["spent"]["main"] > 0
    assert first.sell(quote, COFFEE)["loss"] == {}


def test_what_a_till_without_a_line_holds_is_refused_and_said_where(stage):
    """Show 6, the other half."""
    first, second = stage.tills
    take_all(second)
    second.kill()
    first.scan(ANNA)
    code, answer, took_s = top_up(first)
    print(f"refused after {took_s:.2f} s: {answer['detail']}")
    assert (code, answer["type"]) == (409, "urn:kopilka:problem:top-up-elsewhere")
    assert (answer["fields"]["elsewhere"], answer["fields"]["tills"], answer["fields"]["allowed"]) == (340, "T2", 0)
    assert "T2" in answer["detail"]
    assert first.status()["leases"]["wanted"] == 0
    # The till comes back with its right, and gives it back: nobody waits for it any more.
    second.start()
    second.wait(lambda: second.status()["leases"]["open"] == 0, "not given back", GENEROUS_S)
    first.wait(lambda: first.status()["leases"]["open"] == 0, "a late grant was left lying", GENEROUS_S)
    assert top_up(first)[1]["spendable_here"] == 340


def test_whoever_waits_for_a_top_up_may_stop_waiting(stage):
    first, second = stage.tills
    take_all(second)
    second.kill()
    first.scan(ANNA)
    found = []
    waiting = threading.Thread(target=lambda: found.append(top_up(first)))
    waiting.start()
    first.wait(lambda: first.call("DELETE", "/v1/current/top-up")[1]["ended"] == 1, "nobody waited")
    waiting.join(GENEROUS_S)
    assert found[0][0] == 409


def test_a_till_ends_at_once_though_it_listens(stage):
    till = stage.tills[0]
    began = time.monotonic()
    till._process.terminate()
    till._process.wait(10)
    assert time.monotonic() - began < 5
    with open(f"{till.folder}/log.jsonl", encoding="utf-8") as log:
        assert '"leftovers":0' in log.read()
