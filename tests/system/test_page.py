"""The cashier's page in a real Chromium, against a real server of ours with canned answers."""

import re
import shutil

import pytest
from page_site import ANNA, QUOTE, RECEIPTS, Till, files, page
from sample_receipts import design_receipt_ru

from drivers.printer.profiles import profile_named
from drivers.printer.render import picture

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MODULES = {name: body.decode() for name, body in files().items()}


def test_nothing_on_the_page_comes_from_elsewhere_or_inline():
    for name, text in MODULES.items():
        assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text.replace("http://www.w3.org/2000/svg", "")) == [], name
    html = MODULES["index.html"]
    assert not re.search(r"\son\w+=|style=|<style|javascript:", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    scripts = "".join(text for name, text in MODULES.items() if name.endswith(".js"))
    assert not re.search(r"innerHTML\s*=(?!=)|insertAdjacentHTML|document\.write|\beval\(|new Function", scripts)


def test_every_word_is_there_in_both_languages():
    ru, en = re.search(r"  ru: \{(.*?)\n  \},\n  en: \{(.*?)\n  \},", MODULES["words.js"], re.DOTALL).groups()
    keys = [set(re.findall(r"(\w+): \"", half)) for half in (ru, en)]
    assert keys[0] == keys[1]
    used = {key for text in MODULES.values() for key in re.findall(r"\bword\(\"(\w+)\"\)", text)} | {
        key for text in MODULES.values() for key in re.findall(r"(?:button|main)\(\"[\w]+\", \"(\w+)\"", text)
    }
    assert used <= keys[0]


if CHROMIUM is not None:
    from playwright.sync_api import Page, expect, sync_playwright

    @pytest.fixture(scope="module")
    def browser():
        with sync_playwright() as playwright:
            made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield made
            made.close()

    @pytest.fixture
    def till():
        made = Till()
        made.png = picture(design_receipt_ru(), profile_named("generic-80"))
        return made

    @pytest.fixture
    def site(till):
        with page(till) as made:
            yield made

    @pytest.fixture
    def tab(browser, site):
        """A paired page at the till's own size; any complaint of the browser fails the test."""
        context = browser.new_context(
            viewport={"width": 1024, "height": 600}, locale="ru-RU", timezone_id="Europe/Moscow"
        )
        context.add_cookies([{"name": "kopilka_page", "value": "page-secret", "url": f"http://127.0.0.1:{site.port}"}])
        made = context.new_page()
        wrong: list[str] = []
        made.on("pageerror", lambda error: wrong.append(str(error)))
        made.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        asked: list[str] = []
        made.on("request", lambda request: asked.append(request.url))
        made.goto(f"http://127.0.0.1:{site.port}/")
        expect(made.locator("#states li").first).to_be_visible()
        yield made
        assert wrong == []
        assert [url for url in asked if not url.startswith(f"http://127.0.0.1:{site.port}/")] == []
        context.close()

    pytestmark = pytest.mark.browser

    def fits(tab: Page) -> bool:
        return tab.evaluate(
            "document.documentElement.scrollWidth <= 1024 && document.documentElement.scrollHeight <= 600"
            " && [...document.querySelectorAll('button')].every((b) => b.id === 'lang' || b.offsetHeight >= 56)"
        )

    def test_a_page_is_paired_once_by_a_code(browser, site, till):
        context = browser.new_context(locale="ru-RU")
        tab = context.new_page()
        tab.goto(f"http://127.0.0.1:{site.port}/")
        expect(tab.locator("#who")).to_contain_text("kopilka page pair")
        tab.keyboard.type("00000000")
        tab.keyboard.press("Enter")
        expect(tab.locator("#who .note")).to_be_visible()
        tab.locator("#code").fill("1234 5678")
        tab.keyboard.press("Enter")
        expect(tab.locator("#who")).to_contain_text("Отсканируйте карту")
        assert tab.evaluate("document.cookie") == ""
        tab.reload()
        expect(tab.locator("#who")).to_contain_text("Отсканируйте карту")
        context.close()

    def test_a_scan_shows_who_it_is_and_the_quote_what_it_gives(tab, till):
        till.present(ANNA)
        expect(tab.locator(".name")).to_have_text("Анна С.")
        expect(tab.locator(".points")).to_contain_text("190 баллов")
        expect(tab.locator(".facts")).to_contain_text("120 сгорят 31.12")
        till.events.publish("quote", QUOTE)
        expect(tab.locator(".total")).to_contain_text("1\u202f302,00")
        expect(tab.locator("#side")).to_contain_text("Кофе зерно 1 кг")
        expect(tab.locator("#who .hint")).to_contain_text("351,00")
        assert fits(tab)
        till.receipts = RECEIPTS
        till.events.publish("sale", {"receipt": "r-3"})
        expect(tab.locator("#side h2")).to_contain_text("Продажа записана")
        expect(tab.locator("#recent")).to_contain_text("+57")
        tab.wait_for_function("() => document.querySelector('.paper img').naturalWidth > 300")
        assert fits(tab)

    def test_a_members_name_is_only_ever_text(tab, till):
        evil = "<img src=x onerror=alert(1)>"
        till.present({**ANNA, "name": evil, "tier_name": evil, "card": evil})
        expect(tab.locator(".name")).to_have_text(evil)
        assert tab.locator("#who img").count() == 0
        assert fits(tab)

    @pytest.mark.parametrize(
        ("member", "text"),
        [
            ({"status": "blocked"}, "заблокирована"),
            ({"status": "not_activated"}, "не активирована"),
            ({"known": False, "name": ""}, "Новая карта"),
        ],
    )
    def test_every_kind_of_card_has_its_sentence(tab, till, member, text):
        till.present({**ANNA, **member})
        expect(tab.locator("#who")).to_contain_text(text)

    def test_a_bank_card_is_told_without_its_digits(tab, till):
        till.events.publish("notice", {"code": "payment-card", "device": "s1"})
        expect(tab.locator("#who .note")).to_have_text("Это банковская карта, не карта клуба.")

    def test_devices_and_line_are_told_with_their_remedy(tab, till):
        till.status["devices"][1] |= {"state": "waiting", "cause": "paper_out"}
        till.events.publish("printer", till.status["devices"][1])
        expect(tab.locator("#band")).to_have_text("Принтер: нет бумаги. Вставьте рулон, чек допечатается сам.")
        till.status["devices"][1] |= {"state": "ready", "cause": ""}
        till.status["line"] = {"configured": True, "online": False, "since": "2026-11-22T06:58:00Z"}
        till.status["queue"]["unsent"] = 12
        till.events.publish("sync", {"online": False})
        expect(tab.locator("#band")).to_have_text("Нет связи с центром с 09:58. Продажи идут, баллы начисляются.")
        expect(tab.locator("#unsent")).to_have_text("12 ждут связи")
        tab.keyboard.press("F9")
        expect(tab.locator(".devices")).to_contain_text("сканер prilavok")
        assert fits(tab)

    def test_nothing_jumps_when_there_is_something_to_say(tab, till):
        before = tab.locator("main").bounding_box()
        till.status["devices"][1] |= {"state": "absent", "cause": "gone"}
        till.events.publish("printer", till.status["devices"][1])
        expect(tab.locator("#band")).to_contain_text("Проверьте кабель")
        assert tab.locator("main").bounding_box() == before

    def test_the_keyboard_alone_does(tab, till):
        tab.keyboard.type("2811111111114")
        tab.keyboard.press("Enter")
        expect(tab.locator("#number")).to_have_value("")
        till.receipts = RECEIPTS
        till.present(ANNA)
        till.events.publish("receipt", {})
        expect(tab.locator("nav")).to_contain_text("Копия чека")
        tab.keyboard.press("F4")
        tab.keyboard.press("Escape")
        expect(tab.locator("#who")).to_contain_text("Отсканируйте карту")
        tab.keyboard.press("F3")
        expect(tab.locator("#enrol_card")).to_be_focused()
        tab.keyboard.type("2811111111121")
        tab.keyboard.press("Enter")
        expect(tab.locator("#who .note")).to_contain_text("*4471")
        names = [name for name, _ in till.calls]
        assert names == ["scan", "reprint", "clear", "enrol"]
        assert till.calls[0][1]["data"] == "2811111111114"
        assert till.calls[3][1]["card"] == "2811111111121"

    def test_what_is_typed_survives_events(tab, till):
        tab.keyboard.type("2811")
        till.events.publish("scanner", {"device": "prilavok", "state": "absent", "cause": "gone"})
        till.status["devices"][0] |= {"state": "absent", "cause": "gone"}
        expect(tab.locator("#band")).to_contain_text("Сканер отключён")
        tab.keyboard.type("99")
        expect(tab.locator("#number")).to_have_value("281199")

    def test_the_language_is_a_button_and_is_kept(tab, till):
        till.present(ANNA)
        tab.locator("#lang").click()
        expect(tab.locator(".points")).to_contain_text("190 points")
        expect(tab.locator(".facts")).to_contain_text("120 expire 31 Dec")
        tab.reload()
        expect(tab.locator("nav")).to_contain_text("New member")
        assert tab.locator("html").get_attribute("lang") == "en"

    def test_points_are_shown_as_the_programme_counts_them(tab, till):
        till.status["programme"] |= {
            "digits": 2,
            "currencies": [
                {"id": "main", "scale": 1, "names": {"ru": ["звезда", "звезды", "звёзд"], "en": ["star", "stars"]}}
            ],
        }
        till.events.publish("sync", {"online": True})
        till.present(ANNA)
        expect(tab.locator(".points")).to_contain_text("19 звёзд")
        expect(tab.locator(".points")).to_contain_text("39,7 звезды")

    def test_the_agent_gone_is_told_at_once_and_its_return_too(browser, till):
        with page(till) as site:
            context = browser.new_context(locale="ru-RU")
            context.add_cookies(
                [{"name": "kopilka_page", "value": "page-secret", "url": f"http://127.0.0.1:{site.port}"}]
            )
            tab = context.new_page()
            tab.goto(f"http://127.0.0.1:{site.port}/")
            expect(tab.locator("#states li").first).to_be_visible()
        expect(tab.locator("#band")).to_contain_text("systemctl start kopilka", timeout=2_000)
        context.close()

    def test_an_agent_that_hangs_is_told_within_two_seconds(tab, till):
        """The socket stays open and nothing comes: only the missing beat tells."""
        till.events.beat_ms = 60_000
        expect(tab.locator("#band")).to_contain_text("systemctl start kopilka", timeout=3_500)
        till.events.publish("sync", {"online": True})
        expect(tab.locator("#band")).not_to_contain_text("systemctl")

    def test_a_gap_reads_everything_anew(tab, till):
        till.current = {**till.current, "member": ANNA}
        for number in range(600):
            till.events.publish("noise", number)
        till.events.publish("member", {"member": "m-1", "enrolled": True})
        expect(tab.locator(".name")).to_have_text("Анна С.")
