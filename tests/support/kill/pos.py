"""A POS: sells, holds, takes back, and sends again what was not confirmed until it is."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from kill.shop import Shop

from agent.cli.demo.goods import basket
from agent.cli.demo.till import DemoTill

AGAIN_S = 0.03
MAX_POINTS = 80
EXPECTED = frozenset({"cannot-spend", "quote-unknown", "return-more-than-sold", "hold-captured"})
"""Refusals that a POS meets because another one at the same till was faster, or because a quote died with the process."""

Body = dict[str, Any]


class Pos:
    """One POS at one till; another may stand beside it. `confirmed` is by kind, then by the POS's own id."""

    def __init__(self, shop: Shop, till: DemoTill, name: str, chance: random.Random) -> None:
        self.shop = shop
        self.till = till
        self.name = name
        self.chance = chance
        self.confirmed: dict[str, dict[str, Body]] = {"sale": {}, "return": {}, "void": {}}
        self.counts: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self._last = 0
        self._open: dict[str, int] = {}
        """Sales with pieces that can still be returned."""

    def step(self) -> None:
        """One thing of a POS's day, to its end."""
        steps: list[tuple[int, Callable[[], None]]] = [
            (58, self.sell),
            (14, self.sell_by_hold),
            (6, self.let_go),
            (14, self.give_back),
            (8, self.void),
        ]
        work = self.chance.choices([work for _, work in steps], [weight for weight, _ in steps])[0]
        work()
        time.sleep(self.chance.uniform(0, 0.02))

    def sell(self) -> None:
        """A sale, often with points, asked for before payment; where they are gone meanwhile it is made without."""
        card, lines = self._basket()
        if self.chance.random() < 0.3:
            self._ask("POST", "/v1/scans", {"data": card})
        asked = self._wish(card, lines)
        body = {"id": self._id("s"), "card": card, "lines": lines, "print": self.chance.random() < 0.1}
        if asked and self._sold({**body, "redeem": {"main": asked}}):
            return
        self._sold({**body, "receipt_no": str(self._last)})

    def sell_by_hold(self) -> None:
        held = self._held()
        if held is None:
            return
        quote, hold, lines = held
        body = {"id": self._id("s"), "hold": hold, "quote": quote["quote"], "receipt_no": str(self._last)}
        paid = [{"type": "card", "amount": quote["to_pay"]}]
        self._sold({**body, "lines": lines, "tenders": paid, "print": self.chance.random() < 0.3})

    def let_go(self) -> None:
        """The customer changes his mind after the hold."""
        held = self._held()
        if held is not None:
            self._must("hold", "DELETE", f"/v1/holds/{held[1]}")

    def give_back(self) -> None:
        if not self._open:
            return
        sale = self.chance.choice(sorted(self._open))
        body = {"id": self._id("r"), "lines": [{"n": 1, "quantity": "1"}], "print": self.chance.random() < 0.1}
        if self._must("return", "POST", f"/v1/sales/{sale}/returns", body):
            self._open[sale] -= 1
            if not self._open[sale]:
                del self._open[sale]

    def void(self) -> None:
        if self._open:
            sale = self.chance.choice(sorted(self._open))
            del self._open[sale]
            self._must("void", "POST", f"/v1/sales/{sale}/void", {"id": self._id("v"), "print": False})

    def _held(self) -> tuple[Body, str, list[Body]] | None:
        """A quote whose points are kept; None when somebody else took them, or the quote died in a power cut."""
        card, lines = self._basket()
        asked = self._wish(card, lines)
        quote = self._must("quote", "POST", "/v1/quotes", {"card": card, "lines": lines, "redeem": {"main": asked}})
        if quote is None:
            return None
        hold = self._id("h")
        kept = self._must("hold", "POST", "/v1/holds", {"id": hold, "quote": quote["quote"]})
        return None if kept is None else (quote, hold, lines)

    def _basket(self) -> tuple[str, list[Body]]:
        good = {"sku": "1", "name": "Товар", "groups": [], "price": self.chance.randrange(5_000, 60_000)}
        pieces = self.chance.randrange(1, 4)
        return self.chance.choice(self.shop.cards), basket({**good, "quantity": str(pieces)})

    def _wish(self, card: str, lines: list[Body]) -> int:
        """What the cashier sees as spendable here, part of it; 0 when the till cannot say just now."""
        try:
            here = self.shop.spendable(self.till, card)
        except (OSError, HTTPException):
            return 0
        return self.chance.randrange(0, min(here, lines[0]["amount"] // 100, MAX_POINTS) + 1)

    def _id(self, kind: str) -> str:
        self._last += 1
        return f"{self.name}-{kind}{self._last:06d}"

    def _sold(self, body: Body) -> bool:
        answer = self._must("sale", "POST", "/v1/sales", body)
        if answer is not None:
            self._open[body["id"]] = int(body["lines"][0]["quantity"])
        return answer is not None

    def _must(self, kind: str, method: str, path: str, body: object = None) -> Body | None:
        """The answer, however often it takes; None for a refusal."""
        tries = 0
        while (found := self._ask(method, path, body)) is None:
            tries += 1
            time.sleep(AGAIN_S)
        code, answer = found
        if code != 200:
            self._refused(kind, code, answer)
            return None
        self._count(kind, tries, answer)
        if kind in self.confirmed:
            self.confirmed[kind][answer["id"]] = answer
        return answer

    def _count(self, kind: str, tries: int, answer: Body) -> None:
        self.counts[kind] += 1
        if tries:
            self.counts["replays"] += 1
            self.counts["lost answers"] += bool(answer.get("replayed"))

    def _refused(self, kind: str, code: int, answer: Body) -> None:
        problem = str(answer.get("type", "")).rpartition(":")[2]
        self.counts["refusals"] += 1
        if problem not in EXPECTED:
            self.unexpected.append(f"{self.name}: {kind}: {code} {answer}")

    def _ask(self, method: str, path: str, body: object) -> tuple[int, Any] | None:
        """None when no whole answer came: nobody knows whether it was done. 503 is a till that is starting or stopping."""
        try:
            code, answer = self.till.call(method, path, body)
        except (OSError, HTTPException):
            return None
        return None if code == 503 else (code, answer)
