"""Pictures for the README, of the real thing: the cashier's page in the middle of a sale, a receipt at 80 and at 58 mm.

Run as `./run pictures [DIR]`; needs a Chromium.
"""

from __future__ import annotations

import os
import sys
import tempfile

from agent.cli.demo.goods import ANNA, BREAD, COFFEE, MILK
from agent.cli.demo.stage import Stage
from agent.cli.demo.till import DemoTill, run

ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZE = {"width": 1024, "height": 600}


def take(folder: str) -> list[str]:
    """Make all pictures in a folder; their paths."""
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kopilka-pictures-") as place:
        stage = Stage(place, lang="ru")
        try:
            stage.start()
            return [*_receipts(stage, folder), *_page(stage.tills[0], folder)]
        finally:
            stage.stop()


def _receipts(stage: Stage, folder: str) -> list[str]:
    till = stage.tills[0]
    till.wait(lambda: till.status()["line"]["online"] and till.status()["members"] >= 2, "the hub was not met")
    till.scan(ANNA)
    till.wait(lambda: till.current()["member"]["balance"]["main"]["spendable_here"] > 0, "no right came")
    answer = till.sell(till.quote(COFFEE, MILK, redeem={"main": 150}), COFFEE, MILK)
    made = []
    for width, profile in (("80", "epson-80"), ("58", "epson-58")):
        path = os.path.join(folder, f"receipt-{width}.png")
        with open(path, "wb") as file:
            file.write(till.raw("GET", f"/v1/receipts/{answer['receipt']}.png?profile={profile}"))
        made.append(path)
    return made


def _page(till: DemoTill, folder: str) -> list[str]:
    from playwright.sync_api import sync_playwright

    made = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        page = browser.new_page(viewport=SIZE, locale="ru-RU")
        page.goto(f"http://127.0.0.1:{till.port}/")
        page.fill("input", _code(till))
        page.keyboard.press("Enter")
        page.wait_for_timeout(1000)
        made.append(_shot(page, folder, "page-empty"))
        till.scan(ANNA)
        till.quote(COFFEE, MILK, BREAD, redeem={"main": 100})
        page.wait_for_timeout(1000)
        made.append(_shot(page, folder, "page"))
        page.emulate_media(color_scheme="dark")
        made.append(_shot(page, folder, "page-dark"))
        browser.close()
    return made


def _code(till: DemoTill) -> str:
    import json

    return str(json.loads(run("page", "pair", "--config", till.config, "--json"))["code"])


def _shot(page: object, folder: str, name: str) -> str:
    path = os.path.join(folder, f"{name}.png")
    page.screenshot(path=path)  # type: ignore[attr-defined]
    return path


if __name__ == "__main__":
    for made in take(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"):
        print(made)
