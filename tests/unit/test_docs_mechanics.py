"""The worked examples of docs/mechanics.md, run: every programme, basket and answer in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from programmes import AT

from agent.loyalty.answer import quote_answer
from agent.loyalty.basket_file import read_basket, read_member, read_moment
from agent.loyalty.engine import evaluate
from agent.loyalty.member import Member
from agent.loyalty.programme.reader import read_programme
from agent.loyalty.programme.values import Programme

PAGE = Path(__file__).parents[2] / "docs" / "mechanics.md"
_PART = re.compile(r"^(?:## (?P<title>[^\n]+)|```(?P<info>\S[^\n]*)\n(?P<body>.*?)^```$)", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    name: str
    programme: str
    member: str | None
    basket: str
    answer: str
    says: dict[str, list[str]]


def examples() -> list[Example]:
    found: list[Example] = []
    title = programme = basket = ""
    member: str | None = None
    for part in _PART.finditer(PAGE.read_text()):
        info, body = part["info"], part["body"]
        if part["title"]:
            title, member = part["title"].split(".")[0], None
        elif info == "toml":
            programme = body
        elif info == "json member":
            member = body
        elif info == "json nobody":
            member = None
        elif info == "json basket":
            basket = body
        elif info == "json answer":
            found.append(Example(f"{title}-{len(found)}", programme, member, basket, body, {}))
        elif info.startswith("text says "):
            found[-1].says[info[-2:]] = body.strip().splitlines()
    return found


EXAMPLES = examples()


def ran(example: Example) -> tuple[Programme, Any]:
    reading = read_programme(example.programme, "mechanics.md")
    assert reading.programme is not None, [str(fault) for fault in reading.faults]
    member: Member | None = read_member(example.member.encode()) if example.member else None
    basket = read_basket(example.basket.encode())
    at = read_moment(basket.closed_at) if basket.closed_at else AT
    return reading.programme, evaluate(reading.programme, member, basket, at)


def assert_holds(shown: Any, answer: Any, where: str = "") -> None:
    """Everything the page shows is in the answer; of lists of named things, the shown ones, by their number or offer."""
    if isinstance(shown, dict):
        for key, value in shown.items():
            assert key in answer, f"{where}.{key} is missing"
            if value == {}:
                assert answer[key] == {}, f"{where}.{key}"
            assert_holds(value, answer[key], f"{where}.{key}")
    elif isinstance(shown, list):
        if not shown:
            assert answer == [], where
        for item in shown:
            name = next(key for key in ("n", "of", "offer", "what", "code") if key in item)
            twins = [each for each in answer if each.get(name) == item[name]]
            assert twins, f"{where} has no {name} {item[name]}"
            assert_holds(item, twins[0], f"{where}[{item[name]}]")
    else:
        assert shown == answer, where


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.name for each in EXAMPLES])
def test_example(example: Example) -> None:
    programme, decision = ran(example)
    assert_holds(json.loads(example.answer), json.loads(msgspec.json.encode(quote_answer(decision, programme, "en"))))
    for lang, lines in example.says.items():
        answer = quote_answer(decision, programme, "ru" if lang == "ru" else "en")
        said = list(dict.fromkeys(why["text"] for line in answer["lines"] for why in line["why"]))
        assert said == lines


def test_every_mechanic_of_the_page_has_examples_and_both_languages() -> None:
    titles = {each.name.split("-")[0] for each in EXAMPLES}
    assert titles == {"1", "3", "4", "13"}
    for title in titles:
        spoken = {lang for each in EXAMPLES if each.name.split("-")[0] == title for lang in each.says}
        assert spoken == {"ru", "en"}
