"""Every refusal of the use-cases has words, and its words have their figures."""

import ast
import pathlib
import re
import string

import pytest
from till_kit import NOW

from agent.messages import CODES
from agent.till.refusal import Refusal, reused

TOP = pathlib.Path(__file__).parents[4]
PLACES = [*(TOP / "agent/till").glob("*.py"), *(TOP / "agent/api").glob("*.py"), *(TOP / "agent/runtime").glob("*.py")]
RETURNS = [f"return-{code}" for code in re.findall(r'Refused\(\s*"return", "([a-z-]+)"', "".join(
    path.read_text() for path in (TOP / "agent/loyalty").glob("*.py")
))]  # fmt: skip


def made():
    """(file:line, code, keys or None) of every refusal and fault that is made with a code written out."""
    for path in PLACES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name, first = ast.unparse(node.func), node.args[0]
            is_refusal = name == "Refusal"
            is_fault = name in {
                "Conflict",
                "NotFound",
                "Unprocessable",
                "Forbidden",
                "BadRequest",
                "TooMany",
                "Unavailable",
            }
            if not (is_refusal or is_fault) or not isinstance(first, ast.Constant):
                continue
            keys = {word.arg for word in node.keywords}
            if is_refusal:
                fields = node.args[2] if len(node.args) > 2 else None
                keys = {key.value for key in fields.keys if key} if isinstance(fields, ast.Dict) else set()
                keys = None if isinstance(fields, ast.Name) else keys
            yield f"{path.name}:{node.lineno}", first.value, keys


def wanted(code):
    texts = [text for lang in ("ru", "en") for text in CODES[code][lang]]
    return {field for text in texts for _, field, _, _ in string.Formatter().parse(text) if field}


def test_many_are_looked_at():
    assert len({code for _, code, _ in made()}) > 25
    assert len(RETURNS) >= 5


def test_every_code_has_words():
    assert [(where, code) for where, code, _ in made() if code not in CODES] == []
    assert [code for code in RETURNS if code not in CODES] == []


def test_words_have_their_figures():
    lacking = [
        (where, code, wanted(code) - keys)
        for where, code, keys in made()
        if keys is not None and code in CODES and not wanted(code) <= keys
    ]
    assert lacking == []


@pytest.mark.parametrize("prefix", ["hold-"])
def test_codes_made_of_states_have_words(prefix):
    for state in ("stale", "released", "captured", "unknown"):
        assert prefix + state in CODES


def test_a_used_id_says_since_when():
    assert reused("S-1", NOW) == Refusal("id-reused", "conflict", {"id": "S-1", "at": "2026-11-22T07:15:00Z"})
