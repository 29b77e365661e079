"""The demo by hand: where to look, and a few keys that play customer, line and printer."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable
from typing import Any

from agent.cli.demo.goods import ANNA, BANK_CARD, BORIS, BREAD, COFFEE, MILK, NOBODY
from agent.cli.demo.stage import Stage
from agent.cli.demo.till import DemoFault, DemoTill, run
from agent.messages import money
from drivers.sim.printer_faults import Fault

Say = Callable[[str, str], None]
KEYS = (
    ("1", "показать карту Анны", "show Anna's card"),
    ("2", "показать карту Бориса", "show Boris's card"),
    ("3", "показать новую карту", "show a card nobody knows"),
    ("4", "показать банковскую карту", "show a bank card"),
    ("q", "рассчитать корзину", "quote a basket"),
    ("s", "продать её", "sell it"),
    ("m", "продать, списав максимум баллов", "sell it, spending all the points it may"),
    ("c", "оборвать / вернуть связь", "cut the line / bring it back"),
    ("p", "кончилась бумага на 10 секунд", "no paper for ten seconds"),
    ("x", "конец", "end"),
)
GOODS = (COFFEE, MILK, BREAD)
SEEN_S = 2.0


def serve(stage: Stage, say: Say) -> None:
    """Tell where to look, then obey keys until the end; without a keyboard until a signal."""
    till = stage.tills[0]
    code = run("page", "pair", "--config", till.config, "--json")
    import json

    paired: dict[str, Any] = json.loads(code)
    say(
        f"Страница кассира: {paired['page']}  код {paired['code']} (10 минут)",
        f"The cashier's page: {paired['page']}  code {paired['code']} (10 minutes)",
    )
    say(f"Папка: {stage.folder}", f"Folder: {stage.folder}")
    for key, russian, english in KEYS:
        say(f"  {key}  {russian}", f"  {key}  {english}")
    while sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line or line.strip() == "x":
            return
        try:
            _obey(stage, till, line.strip(), say)
        except DemoFault as fault:
            say(str(fault), str(fault))
    signal.pause()


def _obey(stage: Stage, till: DemoTill, key: str, say: Say) -> None:
    cards = {"1": ANNA, "2": BORIS, "3": NOBODY, "4": BANK_CARD}
    if key in cards:
        _show_card(till, cards[key], say)
    elif key == "q":
        till.quote(*GOODS)
    elif key in ("s", "m"):
        before = len(till.papers())
        answer = till.sell(till.quote(*GOODS, redeem={"main": "max"} if key == "m" else None), *GOODS)
        till.wait(lambda: len(till.papers()) > before, "no receipt came out")
        ru, en = money(answer["to_pay"], "ru"), money(answer["to_pay"], "en")
        say(f"Чек {answer['seq']}: к оплате {ru}", f"Sale {answer['seq']}: to pay {en}")
        print(till.papers()[-1])
    elif key == "c":
        assert stage.line is not None
        (stage.line.cut if stage.line.joined else stage.line.join)()
        say(
            "Связь есть" if stage.line.joined else "Связи нет",
            "The line is up" if stage.line.joined else "The line is down",
        )
    elif key == "p":
        till.printer.strike(Fault("paper_out", at_byte=0, hold_ms=10_000))
        say("Бумага кончилась на 10 секунд", "No paper for ten seconds")


def _show_card(till: DemoTill, card: str, say: Say) -> None:
    """Hold it to the scanner, and tell who is presented then: the next sale is that customer's."""
    before = till.current()
    till.scanner.scan(card)
    with contextlib.suppress(DemoFault):  # the same card again, or a bank card, changes nothing
        till.wait(lambda: till.current() != before, "nothing changed", SEEN_S)
    now = till.current()
    if now["ambiguous"]:
        say("Показаны две карты: кассир выбирает на странице.", "Two cards are shown: the cashier chooses on the page.")
    elif now["member"] is None:
        say("Карты лояльности у чека нет.", "The receipt has no loyalty card.")
    else:
        who, name = now["member"]["card"], now["member"]["name"]
        say(f"К чеку: карта {who}, {name or 'новая'}", f"For this receipt: card {who}, {name or 'new'}")
