"""Two tills and a hub, all real processes: line cut, power cuts in the middle of everything, the POS replaying its day.

In the end hub and tills agree to the point, each sale is there once, nobody is below 0, and the journals are whole.
"""

import itertools
import json
import random
import sqlite3
import threading
from http.client import HTTPException

import pytest

from agent.cli.demo.goods import basket
from agent.cli.demo.stage import Stage
from agent.cli.demo.till import DemoFault, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
SALES = 200
PROGRAMME = """
[programme]
id = "kill"
version = 1
currency = "RUB"
timezone = "Europe/Moscow"
[points.main]
worth = "100"
redeem = { as = "discount", max_share = "100%", min = 1, step = 1 }
[[offer]]
id = "base"
phase = "accrual"
then = { earn = "5%" }
"""
OPENING = 1000


def ean(number: int) -> str:
    digits = f"28{number:010d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return digits + str(-(odd + 3 * even) % 10)


CARDS = [ean(n) for n in range(1, 9)]
IDS: dict[str, str] = {}
MEMBERS = "card,name,points\n" + "".join(f"{card},Член {n},{OPENING}\n" for n, card in enumerate(CARDS))


class Pos:
    """A POS that keeps what was not confirmed and sends it again until it is."""

    def __init__(self, till, seed):
        self.till = till
        self.chance = random.Random(seed)
        self.confirmed = {}
        self.count = 0
        self.replays = 0

    def body(self):
        self.count += 1
        card = self.chance.choice(CARDS)
        good = {"sku": "1", "name": "Товар", "groups": [], "price": self.chance.randrange(5_000, 60_000)}
        return {
            "id": f"{self.till.name}-{self.count:05d}",
            "receipt_no": str(self.count),
            "card": card,
            "lines": basket(good),
            "redeem": {"main": self.redeem(card, good["price"])},
            "print": self.count % 10 == 0,
        }

    def redeem(self, card, price):
        """What the cashier sees as spendable here, part of it; 0 when the till cannot say just now."""
        try:
            code, member = self.till.call("GET", f"/v1/members/{IDS[card]}")
        except (OSError, HTTPException):
            return 0
        here = member["balance"]["main"]["spendable_here"] if code == 200 else 0
        return self.chance.randrange(0, min(here, price // 100, 60) + 1)

    def sell(self):
        body = self.body()
        while True:
            try:
                code, answer = self.till.call("POST", "/v1/sales", body)
            except (OSError, HTTPException):
                self.replays += 1
                threading.Event().wait(0.05)
                continue
            assert code == 200, answer
            self.confirmed[body["id"]] = answer
            return answer


def hub_rows(stage, sql):
    with sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()


def power_cuts(stage, over, chance, kills):
    """Kill tills and hub in turn until told to stop."""
    victims = itertools.cycle(("T1", "hub", "T2"))
    while not over.wait(chance.uniform(0.1, 0.3)):
        victim = next(victims)
        if victim == "hub":
            stage.kill_hub()
            stage.start_hub()
        else:
            till = next(till for till in stage.tills if till.name == victim)
            till.kill()
            till.start()
        kills.append(victim)


def test_nothing_is_lost_doubled_or_overspent(tmp_path):
    programme = tmp_path / "programme.toml"
    programme.write_text(PROGRAMME, encoding="utf-8")
    stage = Stage(str(tmp_path), lang="ru", programme=str(programme))
    try:
        stage.start(members_csv=MEMBERS)
        for till in stage.tills:
            till.wait(lambda till=till: till.status()["members"] >= len(CARDS), "members did not arrive")
        IDS.update({card: stage.member(card)["member"] for card in CARDS})
        split_rights(stage)
        stage.line.cut()
        posts = [Pos(till, seed) for seed, till in enumerate(stage.tills)]
        run_day(stage, posts)
        stage.line.join()
        for till in stage.tills:
            till.wait(lambda till=till: till.status()["queue"]["unsent"] == 0, "the queue was not sent", 60)
        check(stage, posts)
    finally:
        stage.stop()


def split_rights(stage):
    """Each till gets the right to spend for half of the members."""
    for n, card in enumerate(CARDS):
        till = stage.tills[n % 2]
        till.scan(card)
        till.wait(
            lambda till=till: till.current()["member"]["balance"]["main"]["spendable_here"] > 0, "no right came", 20
        )
        till.call("DELETE", "/v1/current")


def run_day(stage, posts):
    over = threading.Event()
    failures, kills = [], []

    def day(pos):
        try:
            for _ in range(SALES // 2):
                pos.sell()
                over.wait(0.02)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=day, args=(pos,)) for pos in posts]
    killer = threading.Thread(target=power_cuts, args=(stage, over, random.Random(7), kills))
    for thread in [*threads, killer]:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    killer.join()
    assert not failures, failures
    assert sum(pos.replays for pos in posts) > 0, "no power cut hit a call: the test proved nothing"
    assert {"T1", "T2", "hub"} <= set(kills), kills


def check(stage, posts):
    want = dict.fromkeys(CARDS, OPENING)
    members = {member: card for card, member in IDS.items()}
    spent = 0
    for pos in posts:
        for answer in pos.confirmed.values():
            card = members[answer["member"]]
            assert not answer["loss"], answer
            points = answer["spent"].get("main", 0)
            spent += points
            want[card] += answer["earned"].get("main", {"points": 0})["points"] - points
    assert spent > 0, "nobody spent anything: the test proved nothing"
    assert {card: stage.member(card)["balance"]["points:main"] for card in CARDS} == want
    assert min(want.values()) >= 0
    assert hub_rows(stage, "SELECT count(*) FROM quarantine")[0][0] == 0
    for till, pos in zip(stage.tills, posts, strict=True):
        records = sold_ids(till)
        assert sorted(records) == sorted(set(records)) == sorted(pos.confirmed)
    for till in stage.tills:
        for card in CARDS:
            till.wait(lambda till=till, card=card: balance(till, card) == want[card], f"{card} differs", 30)
    flipped_byte_is_named(stage)


def balance(till, card):
    row = till.call("GET", f"/v1/members/{IDS[card]}")[1]
    if "balance" not in row:
        return None
    return row["balance"]["main"]["confirmed"] + row["balance"]["main"]["unsynced"]


def sold_ids(till):
    lines = run("journal", "export", "--config", till.config).splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    bodies = [row.get("record", row).get("body", {}) for row in rows]
    return [body["sale"]["id"] for body in bodies if body.get("kind") == "sale"]


def flipped_byte_is_named(stage):
    till = stage.tills[0]
    verify = json.loads(run("journal", "verify", "--config", till.config, "--json"))
    assert verify["bad"] is None
    assert not verify["odd"]
    source = f"{till.folder}/data/till.sqlite3"
    copy = f"{till.folder}/copy.sqlite3"
    with sqlite3.connect(source) as live, sqlite3.connect(copy) as target:
        live.backup(target)
    with sqlite3.connect(copy) as database:
        n, line = database.execute("SELECT n, line FROM journal ORDER BY n LIMIT 1 OFFSET 20").fetchone()
        at = len(line) // 2
        database.execute(
            "UPDATE journal SET line = ? WHERE n = ?", (line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :], n)
        )
    database.close()
    with pytest.raises(DemoFault) as told:
        run("journal", "verify", "--database", copy, "--json")
    assert f'"seq":{n & (1 << 40) - 1}' in str(told.value).replace(" ", "")
