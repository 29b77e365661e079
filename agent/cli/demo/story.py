"""A day at the demo's shop, played by itself: what is expected at each step is checked, and the first surprise ends it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from agent.cli.demo.goods import ANNA, BANK_CARD, BORIS, BREAD, CHEESE, COFFEE, MILK
from agent.cli.demo.stage import Stage
from agent.cli.demo.till import DemoFault, DemoTill, run

Say = Callable[[str, str], None]
"""Tell one line, in Russian and in English."""


class Story:
    """One day. Every step raises DemoFault when the shop does not do what it should."""

    def __init__(self, stage: Stage, say: Say, show: Callable[[str], None]) -> None:
        self.stage = stage
        self.say = say
        self.show = show
        self.earned = 0
        self.spent = 0
        self.anna = ""

    def play(self) -> None:
        self.morning()
        self.online_sale()
        self.cut()
        self.offline_redemption()
        self.offline_second_till()
        self.wrong_card()
        self.back()
        self.agree()

    @property
    def first(self) -> DemoTill:
        return self.stage.tills[0]

    @property
    def second(self) -> DemoTill:
        return self.stage.tills[1]

    def morning(self) -> None:
        for till in self.stage.tills:
            till.wait(lambda till=till: till.status()["line"]["online"], "the hub was not met")
            till.wait(lambda till=till: till.status()["members"] >= 2, "members did not arrive")
        self.begun = _points(self.stage.member(ANNA))
        self.say(
            f"Центр работает, две кассы подключены. У Анны {self.begun} баллов.",
            f"The hub runs, two tills have joined. Anna has {self.begun} points.",
        )

    def online_sale(self) -> None:
        who = self.first.scan(ANNA)
        expect(who["name"].startswith("Анна"), f"the card belongs to {who}")
        self.anna = who["member"]
        self.first.wait(lambda: _here(self.first) > 0, "no right to spend came")
        self.say(
            f"Касса 1: карта {who['card']} считана сканером, это {who['name']}; здесь можно списать {_here(self.first)}.",
            f"Till 1: the scanner read card {who['card']}: {who['name']}; {_here(self.first)} can be spent here.",
        )
        answer = self._sell(self.first, COFFEE, MILK)
        self.say(f"Чек на {_money(answer['to_pay'])}:", f"A sale of {_money(answer['to_pay'])}:")
        self._paper(self.first)

    def cut(self) -> None:
        assert self.stage.line is not None
        self.stage.line.cut()
        for till in self.stage.tills:
            till.wait(lambda till=till: not till.status()["line"]["online"], "the cut was not noticed", 30)
        self.say("Связь оборвана. Продажи идут.", "The line is cut. Sales go on.")

    def offline_redemption(self) -> None:
        self.first.scan(ANNA)
        here = _here(self.first)
        expect(here > 0, "nothing can be spent offline")
        answer = self._sell(self.first, COFFEE, BREAD, redeem={"main": "max"})
        points = answer["spent"].get("main", 0)
        expect(0 < points <= here, f"{points} points were spent of {here}")
        expect(bool(answer["offline"]), "the sale does not say that it was made offline")
        self.say(
            f"Касса 1 без связи: списано {points} баллов из {here} разрешённых, к оплате {_money(answer['to_pay'])}.",
            f"Till 1 offline: {points} points spent of the {here} allowed, to pay {_money(answer['to_pay'])}.",
        )
        self._paper(self.first)
        self._too_much()

    def _too_much(self) -> None:
        """More than this till may spend is refused before payment."""
        self.first.scan(ANNA)
        quote = self.first.quote(COFFEE, redeem={"main": 100_000})
        here = _here(self.first)
        expect(quote["spent"].get("main", 0) <= here, f"a quote grants {quote['spent']} of {here}")
        expect(bool(quote["refused"]), "asking for too much was not refused")
        self.say(
            "Касса 1 без связи: просят 100 000 баллов - касса честно говорит, сколько можно, и больше не даёт.",
            "Till 1 offline: 100,000 points asked for: the till says what is possible and gives no more.",
        )
        self.first.call("DELETE", "/v1/current")

    def offline_second_till(self) -> None:
        self.second.scan(BORIS)
        answer = self._sell(self.second, COFFEE, CHEESE)
        self.say(
            f"Касса 2 без связи: Борис купил на {_money(answer['to_pay'])}, чек на узкой ленте:",
            f"Till 2 offline: Boris bought for {_money(answer['to_pay'])}, the receipt on narrow paper:",
        )
        self._paper(self.second)
        self.second.scan(ANNA)
        self._sell(self.second, MILK)
        back = self.second.give_back(answer["id"], 1)
        self.say(
            f"Касса 2: Борис вернул кофе, выдано {_money(back['money_back'])}, снято {back['taken_back'].get('main', 0)} баллов.",
            f"Till 2: Boris returned the coffee, {_money(back['money_back'])} given back, {back['taken_back'].get('main', 0)} points taken back.",
        )

    def wrong_card(self) -> None:
        self.first.call("DELETE", "/v1/current")
        self.first.scanner.scan(BANK_CARD)
        self.first.scan(ANNA)
        log = self._log(self.first)
        expect(BANK_CARD not in log, "digits of a bank card are in the log")
        self.say(
            "Банковская карта у сканера: её номер не сохранён нигде.",
            "A bank card at the scanner: its number was kept nowhere.",
        )
        self.first.call("DELETE", "/v1/current")

    def back(self) -> None:
        assert self.stage.line is not None
        self.stage.line.join()
        for till in self.stage.tills:
            till.wait(lambda till=till: till.status()["queue"]["unsent"] == 0, "the queue was not sent", 30)
        self.say("Связь вернулась, всё отправлено в центр.", "The line is back, everything reached the hub.")

    def agree(self) -> None:
        want = self.begun + self.earned - self.spent
        self._settled(want)
        found = _points(self.stage.member(ANNA))
        expect(found == want, f"the hub has {found}, the receipts say {want}")
        for till in self.stage.tills:
            verify = json.loads(run("journal", "verify", "--config", till.config, "--json"))
            expect(verify["bad"] is None and not verify["odd"], f"the journal of {till.name}: {verify}")
        self.say(
            f"Итог: {self.begun} + {self.earned} начислено - {self.spent} списано = {found}; центр и обе кассы сходятся, журналы целы.",
            f"In the end: {self.begun} + {self.earned} earned - {self.spent} spent = {found}; hub and tills agree, journals are whole.",
        )

    def _settled(self, want: int) -> None:
        for till in self.stage.tills:
            till.call("DELETE", "/v1/current")
            till.wait(
                lambda till=till: _balance(till.scan(ANNA)) == want,
                f"Anna's balance is not {want}",
                30,
            )
            till.call("DELETE", "/v1/current")

    def _sell(
        self, till: DemoTill, *goods: dict[str, object], redeem: dict[str, object] | None = None
    ) -> dict[str, Any]:
        quote = till.quote(*goods, redeem=redeem)
        papers = len(till.papers())
        answer = till.sell(quote, *goods)
        if answer["member"] == self.anna:
            self.earned += sum(row["points"] for row in answer["earned"].values())
            self.spent += answer["spent"].get("main", 0)
        till.wait(lambda: len(till.papers()) > papers, "no receipt came out of the printer")
        return answer

    def _paper(self, till: DemoTill) -> None:
        self.show(till.papers()[-1])

    @staticmethod
    def _log(till: DemoTill) -> str:
        with open(os.path.join(till.folder, "log.jsonl"), encoding="utf-8", errors="replace") as file:
            return file.read()


def expect(holds: bool, otherwise: str) -> None:
    """Raises DemoFault with `otherwise`."""
    if not holds:
        raise DemoFault(otherwise)


def _points(member: dict[str, Any]) -> int:
    """A member's whole balance at the hub, in smallest points."""
    return int(member["balance"]["points:main"])


def _balance(member: dict[str, Any]) -> int:
    row = member["balance"]["main"]
    return int(row["confirmed"]) + int(row["unsynced"])


def _here(till: DemoTill) -> int:
    member = till.current()["member"]
    return int(member["balance"]["main"]["spendable_here"]) if member else 0


def _money(minor: int) -> str:
    from agent.messages import money

    return money(minor, "ru")
