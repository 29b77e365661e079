"""The shop whose power is cut: a hub, two tills, members with points, a right to spend some of them at each till."""

from __future__ import annotations

import os
import sqlite3

from agent.cli.demo.stage import Stage
from agent.cli.demo.till import DemoTill

UNIT = "points:main"
OPENING = 1000
MEMBERS = 12
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


def ean(number: int) -> str:
    digits = f"28{number:010d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return digits + str(-(odd + 3 * even) % 10)


class Shop:
    """Started by `open`, ended by `close`; `cards` are known to the hub and to both tills."""

    def __init__(self, folder: str) -> None:
        programme = os.path.join(folder, "programme.toml")
        with open(programme, "w", encoding="utf-8") as file:
            file.write(PROGRAMME)
        self.folder = folder
        self.stage = Stage(folder, lang="ru", programme=programme)
        self.cards = [ean(n) for n in range(1, MEMBERS + 1)]
        self.members: dict[str, str] = {}
        """Card -> member."""

    @property
    def tills(self) -> list[DemoTill]:
        return self.stage.tills

    def open(self) -> None:
        """Raises DemoFault."""
        rows = "".join(f"{card},Член {n},{OPENING}\n" for n, card in enumerate(self.cards, 1))
        self.stage.start(members_csv="card,name,points\n" + rows)
        for till in self.tills:
            till.wait(lambda till=till: till.status()["members"] >= MEMBERS, "members did not arrive")
        numbers = {name: member for member, name in self.hub_rows("SELECT member, name FROM member")}
        self.members = {card: numbers[f"Член {n}"] for n, card in enumerate(self.cards, 1)}
        self._split_rights()

    def _split_rights(self) -> None:
        """Each till gets the right to spend for half of the members."""
        for n, card in enumerate(self.cards):
            self.tills[n % 2].call("POST", "/v1/scans", {"data": card})
        for n, card in enumerate(self.cards):
            till = self.tills[n % 2]
            till.wait(lambda till=till, card=card: self.spendable(till, card) > 0, "no right came", 20)

    def spendable(self, till: DemoTill, card: str) -> int:
        """What the till may spend of a member now; 0 when it does not know the member. Raises OSError, HTTPException."""
        code, found = till.call("GET", f"/v1/members/{self.members[card]}")
        return int(found["balance"]["main"]["spendable_here"]) if code == 200 else 0

    def hub_rows(self, sql: str, *values: object) -> list[tuple]:
        return rows(self.stage.database, sql, *values)

    def settle(self) -> None:
        """Start all anew, as in the morning after, and wait until all is told. Raises DemoFault."""
        assert self.stage.line is not None
        self.stage.line.join()
        for till in self.tills:
            till.kill()
            till.start()
        self.drain()

    def drain(self) -> None:
        """Wait until every queue is empty and every receipt is out. Raises DemoFault."""
        for till in self.tills:
            till.wait(lambda till=till: till.status()["queue"]["unsent"] == 0, "the queue was not sent", 60)
            till.wait(lambda till=till: till.status()["printing"]["waiting"] == 0, "receipts were not printed", 60)

    def close(self) -> None:
        self.stage.stop()


def rows(path: str, sql: str, *values: object) -> list[tuple]:
    """Rows of a database that others may be writing to."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        return database.execute(sql, values).fetchall()
    finally:
        database.close()
