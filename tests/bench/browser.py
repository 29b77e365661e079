"""From the last byte on the pty to the member's card on the page, in a real Chromium; the floor is the event stream's own time."""

from __future__ import annotations

import json
import shutil
import tempfile
import time

from bench.till import card, percentile, scan_to_event_ms

from agent.cli.demo.till import DemoTill, run
from agent.runtime.wiring import TEMPLATE

SCANS = 60
WATCH = """(wanted) => { window.shown = 0;
  const look = () => { if (document.body.innerText.includes(wanted)) { watcher.disconnect(); window.shown = Date.now(); } };
  const watcher = new MutationObserver(look);
  watcher.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}"""


def rows() -> list[tuple[str, float, float, str]]:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("bench: the browser part needs Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        till = DemoTill(folder, "B1", profile="epson-80", programme=TEMPLATE, hub_port=1, lang="ru")
        try:
            till.start()
            floor = percentile(scan_to_event_ms(till), 0.99)
            times = on_the_page_ms(till, chromium)
        finally:
            till.stop()
    return [
        ("scan bytes -> card on the page, p50 ms", percentile(times, 0.5), floor, "floor: the event stream, p99"),
        ("scan bytes -> card on the page, p99 ms", percentile(times, 0.99), floor, "p99 < 100 ms in the browser"),
    ]


def on_the_page_ms(till: DemoTill, chromium: str) -> list[float]:
    from playwright.sync_api import sync_playwright

    code = json.loads(run("page", "pair", "--config", till.config, "--json"))["code"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1024, "height": 600}, locale="ru-RU")
        page.goto(f"http://127.0.0.1:{till.port}/")
        page.fill("input", code)
        page.keyboard.press("Enter")
        page.wait_for_timeout(1500)
        times = []
        for n in range(SCANS):
            shown_card = card(1000 + n)
            till.call("DELETE", "/v1/current")
            page.wait_for_timeout(100)
            # Armed before the scan; the page's own clock is read when the card shows.
            page.evaluate(WATCH, f"*{shown_card[-4:]}")
            began = time.time() * 1000
            till.scanner.scan(shown_card)
            shown = page.wait_for_function("() => window.shown", timeout=5000)
            times.append(float(shown.json_value()) - began)
        browser.close()
    return times
