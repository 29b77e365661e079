"""Files given to a command: limits and words."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from agent.cli.reading import DATA, NO_INPUT, Stop, read_file, told


def test_files_and_the_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    assert read_file(str(tmp_path / "f"), 3) == b"abc"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"xyz")))
    assert read_file("-", 10) == b"xyz"


@pytest.mark.parametrize(("path", "code"), [("f", DATA), ("none", NO_INPUT), (".", NO_INPUT)])
def test_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, code: int) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f").write_bytes(b"abcd")
    with pytest.raises(Stop) as caught:
        read_file(path, 3)
    assert caught.value.code == code


def test_a_stop_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(Stop(65, "one", "two")) == 65
    assert capsys.readouterr().err == "one\ntwo\n"
