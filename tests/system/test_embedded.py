"""A shop with one till and no server: the hub runs inside, all rights are at the till, and moves out when the shop grows."""

import os
import sqlite3
import subprocess
import sys
import time

import pytest
from net_till import HubProcess
from till_process import TillProcess, sale

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
CARD = "2811111111114"
EMBEDDED = "[hub]\nembedded = true\npush_s = 1\n"


def wait(until, seconds=15):
    deadline = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < deadline, "did not come about"
        time.sleep(0.02)
    return found


def points(till, member):
    return till.call("GET", f"/v1/members/{member}")[1]["balance"]["main"]


def earned(till, name="s-1", amount=100_000):
    code, answer = till.call("POST", "/v1/sales", sale(name, amount=amount, receipt_no=name))
    assert code == 200, answer
    return answer


def show_card(till, member):
    """The hub's word of the sale is back, the card is shown: the right to spend all of it comes."""
    balance = wait(lambda: (row := points(till, member))["unsynced"] == 0 and row["confirmed"] > 0 and row)
    till.call("POST", "/v1/scans", {"data": CARD})
    wait(lambda: points(till, member)["spendable_here"] == balance["confirmed"])


def test_points_earned_here_are_spent_here_at_once(tmp_path):
    with TillProcess(tmp_path, extra=EMBEDDED) as till:
        member = earned(till)["member"]
        show_card(till, member)
        code, answer = till.call("POST", "/v1/sales", sale("s-2", redeem={"main": 60}))
        assert (code, answer["spent"]) == (200, {"main": 60})
        wait(lambda: till.call("GET", "/v1/status")[1]["queue"]["unsent"] == 0)
        code, said, _ = till.stop()
        assert code == 0, said
        assert os.stat(tmp_path / "data" / "hub.sqlite3").st_mode & 0o077 == 0
    with sqlite3.connect(tmp_path / "data" / "hub.sqlite3") as hub:
        assert hub.execute("SELECT posted - debt FROM account").fetchall() == [(44,)]
    hub.close()


class Central(HubProcess):
    """`kopilka-hub run` on a file, on a port of its own, and its commands beside it."""

    def command(self, *words):
        return subprocess.run(
            [sys.executable, "-m", "sync.hub.cli", "--database", self.database, *words],
            capture_output=True, text=True, check=True, timeout=60, env={**os.environ, "KOPILKA_LANG": "en"},
        ).stdout  # fmt: skip

    def balance(self):
        with sqlite3.connect(self.database) as hub:
            rows = hub.execute("SELECT posted, leased, debt FROM account").fetchall()
        hub.close()
        return rows[0] if rows else None


def test_the_shop_grows_and_its_hub_moves_out(tmp_path):
    """Sold with the hub inside, taken over while the till sells on, then on against the hub elsewhere: to the point."""
    central = Central(str(tmp_path / "central.db"), str(tmp_path / "central.log"))
    with TillProcess(tmp_path, extra=EMBEDDED) as till:
        member = earned(till)["member"]
        show_card(till, member)
        assert till.call("POST", "/v1/sales", sale("s-2", redeem={"main": 60}))[0] == 200
        wait(lambda: till.call("GET", "/v1/status")[1]["queue"]["unsent"] == 0)
        told = central.command("adopt", f"{tmp_path}/data")
        assert "At till T1 take `embedded` out" in told
        # The old hub takes nothing more; the till keeps what it sells meanwhile.
        earned(till, "s-3", 50_000)
        wait(lambda: till.call("GET", "/v1/status")[1]["line"]["cause"] == "hub-adopted")
        assert till.call("GET", "/v1/status")[1]["queue"]["unsent"] > 0
        assert till.stop()[0] == 0
        assert central.balance() == (44, 40, 0)
    with open(till.config, encoding="utf-8") as file:
        text = file.read()
    with central:
        moved = text.replace("embedded = true", f'url = "{central.base}"')
        with open(till.config, "w", encoding="utf-8") as file:
            file.write(moved)
        with till:
            wait(lambda: till.call("GET", "/v1/status")[1]["queue"]["unsent"] == 0)
            assert till.call("GET", "/v1/status")[1]["line"]["online"]
            # What was leased by the old hub is spent on; the new one lends what was earned since.
            code, answer = till.call("POST", "/v1/sales", sale("s-4", redeem={"main": 40}))
            assert (code, answer["loss"], answer["spent"]) == (200, {}, {"main": 40})
            wait(lambda: points(till, member)["unsynced"] == 0)
            till.call("POST", "/v1/scans", {"data": CARD})
            have = 44 + 50 - 40 + 6
            wait(lambda: points(till, member)["spendable_here"] == have)
            code, answer = till.call("POST", "/v1/sales", sale("s-5", redeem={"main": 50}, amount=100_000))
            assert (code, answer["spent"]) == (200, {"main": 50})
            wait(lambda: till.call("GET", "/v1/status")[1]["queue"]["unsent"] == 0)
            assert points(till, member)["confirmed"] == have - 50 + 95
            assert till.stop()[0] == 0
        posted, _, debt = central.balance()
        assert posted - debt == have - 50 + 95
        assert central.command("quarantine", "ls").strip() in ("", "-")
