"""The command's border: words, exit codes, never a traceback for a user's mistake."""

import pytest

from agent.cli.border import guarded
from agent.errors import BadRequest, ConfigFault, NotFound


def fails(error):
    def work():
        raise error

    return work


def test_a_result_is_the_exit_code():
    assert guarded(lambda: 3, "en") == 3


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_a_fault_is_three_lines_and_its_code(capsys, lang):
    assert guarded(fails(NotFound("receipt-unknown", id="r-1")), lang) == NotFound.exit_code
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert "r-1" in lines[1]


def test_every_fault_of_a_configuration_is_a_line(capsys):
    assert guarded(fails(ConfigFault(["a.toml:1: x", "a.toml:2: y"])), "en") == 78
    assert capsys.readouterr().err.splitlines() == ["a.toml:1: x", "a.toml:2: y"]


def test_a_bug_is_told_without_a_traceback_unless_asked(capsys, monkeypatch):
    monkeypatch.delenv("KOPILKA_DEBUG", raising=False)
    assert guarded(fails(ZeroDivisionError("x")), "en") == 70
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("KOPILKA_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        guarded(fails(ZeroDivisionError("x")), "en")


def test_an_interrupt_is_130():
    assert guarded(fails(KeyboardInterrupt()), "ru") == 130


def test_hostile_fields_do_not_move_the_terminal(capsys):
    guarded(fails(BadRequest(path="\x1b[2J", problem="a\nb")), "en")
    assert "\x1b" not in capsys.readouterr().err
