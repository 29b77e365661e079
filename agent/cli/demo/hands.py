"""The demo by hand: where to look, and a few keys that play customer, line and printer."""

from __future__ import annotations

import signal
import sys
import threading
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


def serve(stage: Stage, say: Say) -> None:
    """Tell where to look, then obey keys until the end."""
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
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    if not sys.stdin.isatty():
        over.wait()
        return
    while not over.is_set():
        line = sys.stdin.readline()
        if not line or line.strip() == "x":
            return
        try:
            _obey(stage, till, line.strip(), say)
        except DemoFault as fault:
            say(str(fault), str(fault))


def _obey(stage: Stage, till: DemoTill, key: str, say: Say) -> None:
    cards = {"1": ANNA, "2": BORIS, "3": NOBODY, "4": BANK_CARD}
    if key in cards:
        till.scanner.scan(cards[key])
    elif key == "q":
        till.quote(*GOODS)
    elif key in ("s", "m"):
        answer = till.sell(till.quote(*GOODS, redeem={"main": "max"} if key == "m" else None), *GOODS)
        till.wait(till.papers, "no receipt came out")
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
