import ast
import pathlib

import pytest

from agent import errors
from agent.errors import ConfigFault, Conflict, KopilkaError, StorageFull, words
from agent.messages import CODES

TOP = pathlib.Path(errors.__file__).parents[1]


def families(cls=KopilkaError):
    return [cls, *(deeper for sub in cls.__subclasses__() for deeper in families(sub))]


OURS = [cls for cls in families() if cls.__module__ == errors.__name__]


@pytest.mark.parametrize("cls", OURS, ids=lambda cls: cls.__name__)
def test_every_family_has_words_a_status_and_an_exit_code(cls):
    assert cls.code in CODES
    assert 400 <= cls.status <= 599
    assert 64 <= cls.exit_code <= 78


def raised_codes():
    """Every code written as a literal where a fault is made, anywhere in the tree."""
    names = {cls.__name__ for cls in OURS}
    for top in ("agent", "drivers", "sync"):
        for path in sorted((TOP / top).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in names and isinstance(node.args[0].value, str):
                    yield f"{path.relative_to(TOP)}:{node.lineno}", node.args[0].value


def test_every_code_raised_has_words():
    assert [(where, code) for where, code in raised_codes() if code not in CODES] == []


def test_a_fault_keeps_its_code_and_fields():
    fault = Conflict("id-reused", id="S-1", at="09:58")
    assert (fault.code, fault.fields, fault.status) == ("id-reused", {"id": "S-1", "at": "09:58"}, 409)
    assert str(fault) == "id-reused id='S-1' at='09:58'"
    assert str(StorageFull()) == "storage-full"


def test_words_come_in_both_languages():
    fault = StorageFull(free_mb=3, path="/data")
    assert words(fault, lang="ru").why == "Свободно 3 МБ в /data."
    assert words(fault, lang="en").why == "3 MB free in /data."
    assert words("storage-full", {"free_mb": 1, "path": "x"}, "en").why == "1 MB free in x."


def test_a_configuration_tells_all_its_faults():
    fault = ConfigFault(["a:1: x", "a:2: y"], file="kopilka.toml")
    assert fault.exit_code == 78
    assert fault.faults == ("a:1: x", "a:2: y")
    assert words(fault).why == "2 ошибки, они перечислены выше."


def test_a_code_without_words_is_still_a_sentence():
    told = words("never-heard", lang="en")
    assert "never-heard" in told.why
    assert told.next_step
