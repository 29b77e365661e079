"""docs/programme.md says what the grammar takes: its samples pass, every key is named, the schema file is the grammar's and agrees."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_schema import fits

from agent.loyalty.programme import grammar
from agent.loyalty.programme.reader import compile_document, read_programme
from agent.loyalty.programme.schema import schema
from agent.toml_lines import Lines

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "programme.md").read_text()
SAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TEMPLATES = sorted((ROOT / "agent" / "templates" / "programmes").glob("*.toml"))
TABLES = [
    value
    for value in vars(grammar).values()
    if isinstance(value, type) and issubclass(value, grammar.Strict) and value is not grammar.Strict
]


def test_the_samples_together_are_a_programme() -> None:
    reading = read_programme("\n".join(SAMPLES), "programme.md")
    assert not reading.faults
    assert [warning.key for warning in reading.warnings] == ["tier[0].from"]


def test_every_key_of_the_grammar_is_in_the_page() -> None:
    words = set(re.findall(r"[a-z_]+", PAGE))
    keys = {field.encode_name for table in TABLES for field in msgspec.structs.fields(table)}
    assert keys <= words, sorted(keys - words)


@pytest.mark.parametrize("key", ["when", "then"])
def test_every_example_of_the_tables_passes(key: str) -> None:
    section = PAGE.split(f"### {key}\n")[1].split("\n### ")[0].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`.*\| ([^|]+) \|$", section, re.MULTILINE)
    assert len(rows) > 7
    for name, shown in rows:
        for example in re.findall(r"`([^`]+)`", shown):
            value = example if example.startswith(f"{name} = ") else f"{name} = {example}"
            phase = "accrual" if name in ("earn", "multiply") else "line"
            when, then = (value, 'percent = "1%"') if key == "when" else ("", value)
            text = f'[programme]\nid = "a"\nversion = 1\ncurrency = "RUB"\n[points.main]\nworth = "100"\n[[tier]]\nid = "gold"\n[[offer]]\nid = "o"\nphase = "{phase}"\nwhen = {{ {when} }}\nthen = {{ {then} }}\n'
            reading = read_programme(text, name)
            assert not reading.faults, (example, [str(fault) for fault in reading.faults])


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.stem for path in TEMPLATES])
def test_templates_pass_without_a_warning(path: Path) -> None:
    reading = read_programme(path.read_text(), path.name)
    assert reading.programme is not None, [str(fault) for fault in reading.faults]
    assert reading.warnings == ()
    assert fits(tomllib.loads(path.read_text()), schema())


def test_the_schema_file_is_the_grammars() -> None:
    written = json.loads((ROOT / "docs" / "programme.schema.json").read_text())
    assert written == schema()


GOOD: dict[str, Any] = tomllib.loads("\n".join(SAMPLES))


@pytest.mark.parametrize(
    ("path", "value", "good"),
    [
        ((), None, True),
        (("programme", "version"), 0, False),
        (("programme", "currency"), "rub", False),
        (("programme", "colour"), "red", False),
        (("points", "main", "scale"), 5, False),
        (("points", "main", "redeem", "auth"), {"scan": 1}, False),
        (("points", "main", "exclude"), [], True),
        (("offer", 0, "phase"), "issue", False),
        (("offer", 0, "phase"), "bundle", True),
        (("offer", 0, "offline"), "lease", False),
        (("offer", 0, "offline"), "allow", True),
        (("offer", 0, "limit"), {"budget": 5}, False),
        (("offer", 0, "when", "store"), "x", False),
        (("offer", 0, "when", "birthday"), 181, False),
        (("offer", 0, "when", "birthday"), {"before": 3}, True),
        (("offer", 0, "then", "stamps"), 1, False),
        (("offer", 0, "then", "percent"), 10, False),
        (("offer", 0, "then", "percent"), {"off": "10%", "max": 5}, True),
        (("offer", 0, "when", "dates"), [{"from": "2026-01-01"}, "2026-02-01"], True),
    ],
)
def test_schema_and_check_agree(path: tuple[Any, ...], value: Any, good: bool) -> None:
    document = json.loads(json.dumps(GOOD))
    target = document
    for step in path[:-1]:
        target = target[step]
    if path:
        target[path[-1]] = value
    assert fits(document, schema()) is good
    assert (compile_document(document, Lines(), "x").programme is not None) is good
