"""Joining a hub: a one-time code, keys and programme; what is refused, in words."""

import json

import pytest

from agent.cli.demo.goods import ANNA, COFFEE, MEMBERS
from agent.cli.demo.stage import Stage
from agent.cli.demo.till import DemoFault, DemoTill, run
from agent.runtime import secrets

pytestmark = [pytest.mark.slow]


@pytest.fixture
def stage(tmp_path):
    made = Stage(str(tmp_path), lang="ru")
    made.hub("migrate")
    made.hub("programme", "publish", made.programme)
    made.start_hub()
    yield made
    made.stop()


def till_of(stage, name):
    till = DemoTill(
        stage.folder, name, profile="epson-80", programme=stage.programme, hub_port=stage.hub_port, lang="ru"
    )
    stage.tills.append(till)
    return till


def code_for(stage, name):
    return json.loads(stage.hub("till", "add", name, "--store", "S1", "--store-name", "Соседи", "--json"))["code"]


def test_a_code_is_good_once(stage):
    code, till = code_for(stage, "T1"), till_of(stage, "T1")
    till.enrol(code)
    kept = secrets.read(f"{till.folder}/data")
    assert (kept.till, kept.store, kept.store_name) == ("T1", "S1", "Соседи")
    assert kept.hub_key
    with pytest.raises(DemoFault, match=r"enrolled already|уже подключена"):
        till.enrol(code)
    other = till_of(stage, "T2")
    with pytest.raises(DemoFault) as told:
        other.enrol(code)
    assert "Traceback" not in str(told.value)


def test_a_wrong_code_changes_nothing(stage, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    till = till_of(stage, "T1")
    with pytest.raises(DemoFault) as told:
        till.enrol("AAAA-BBBB-CCCC")
    assert "kopilka-hub till add" in str(told.value)
    assert "wrong, used, or out of date" in str(told.value)
    assert not secrets.read(f"{till.folder}/data").hub_key


def test_a_hub_that_is_away_is_told_with_the_next_step(stage):
    code, till = code_for(stage, "T1"), till_of(stage, "T1")
    stage.kill_hub()
    with pytest.raises(DemoFault) as told:
        till.enrol(code)
    assert "Check the network" in str(told.value) or "Проверьте сеть" in str(told.value)
    stage.start_hub()
    till.enrol(code)


def test_a_till_that_has_sold_alone_is_not_moved(stage):
    code, till = code_for(stage, "T1"), till_of(stage, "T1")
    till.start()
    till.call("POST", "/v1/sales", {"id": "A", "lines": [{"n": 1, "sku": "1", "price": 100, "amount": 100}]})
    till.kill()
    with pytest.raises(DemoFault, match=r"records of its own|есть записи"):
        till.enrol(code)


def test_a_till_that_was_revoked_sells_on_keeps_its_facts_and_says_so(stage):
    code, till = code_for(stage, "T1"), till_of(stage, "T1")
    till.enrol(code)
    till.start()
    till.wait(lambda: till.status()["line"]["online"], "the hub was not met")
    stage.hub("till", "revoke", "T1")
    body = {"id": "A", "lines": [{"n": 1, "sku": "1", "price": 100, "amount": 100}]}
    assert till.call("POST", "/v1/sales", body)[0] == 200
    till.wait(lambda: till.status()["state"] == "DEGRADED", "a refusal for good was not told")
    found = till.status()
    assert found["line"]["cause"]
    assert found["queue"]["unsent"] > 0
    assert till.call("POST", "/v1/sales", {**body, "id": "B"})[0] == 200


def test_a_key_is_changed_by_one_command_and_the_till_goes_on(stage):
    till = till_of(stage, "T1")
    till.enrol(code_for(stage, "T1"))
    before = secrets.read(f"{till.folder}/data").till_key
    told = run("rotate-key", "--json", "--config", till.config)
    kept = secrets.read(f"{till.folder}/data")
    assert (json.loads(told)["till"], kept.next_key) == ("T1", "")
    assert kept.till_key != before
    till.start()
    till.wait(lambda: till.status()["line"]["online"], "the hub does not know the new key")


def test_a_revoked_till_forgets_its_members_keeps_its_sales_and_comes_back(stage):
    members = f"{stage.folder}/members.csv"
    with open(members, "w", encoding="utf-8") as file:
        file.write(MEMBERS)
    stage.hub("import", members)
    till = till_of(stage, "T1")
    till.enrol(code_for(stage, "T1"))
    till.start()
    till.wait(lambda: till.status()["members"] == 2, "members did not arrive")
    stage.hub("till", "revoke", "T1")
    till.sell(till.quote(COFFEE), COFFEE)
    till.wait(lambda: till.status()["line"]["revoked"], "it was not told")
    till.wait(lambda: till.status()["members"] == 0, "members were not forgotten")
    till.sell(till.quote(COFFEE), COFFEE)
    assert till.status()["queue"]["unsent"] >= 2
    with pytest.raises(DemoFault):
        till.enrol(code_for(stage, "T1"))
    till.kill()
    till.enrol(code_for(stage, "T1"))
    till.start()
    till.wait(lambda: till.status()["queue"]["unsent"] == 0, "its sales did not arrive")
    till.wait(lambda: till.status()["members"] == 2, "members did not come back")
    assert not till.status()["line"]["revoked"]
    till.scan(ANNA)
    till.wait(lambda: till.status()["leases"]["open"] == 1, "no right came")
    run("shift", "end", "--config", till.config)
    till.wait(lambda: till.status()["leases"]["open"] == 0, "the shift's rights were not given back")
