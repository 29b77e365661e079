"""Rights go where the customer stands: two tills and a hub, all real processes, and a lease that is asked back."""

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


def test_a_till_ends_at_once_though_it_listens(stage):
    till = stage.tills[0]
    began = time.monotonic()
    till._process.terminate()
    till._process.wait(10)
    assert time.monotonic() - began < 5
    with open(f"{till.folder}/log.jsonl", encoding="utf-8") as log:
        assert '"leftovers":0' in log.read()
