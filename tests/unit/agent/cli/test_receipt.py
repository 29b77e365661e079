"""kopilka receipt render: one document, three forms."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from printed import slip_of
from sample_receipts import design_receipt_ru

from agent.cli import main
from drivers.printer.document import encode_document
from drivers.printer.profiles import PROFILES
from drivers.printer.render import text_lines


@pytest.fixture
def file(tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("KOPILKA_LANG", "en")
    path = tmp_path / "receipt.json"
    path.write_bytes(encode_document(design_receipt_ru()))
    return str(path)


def test_text(file: str, capsysbinary) -> None:
    assert main(["receipt", "render", file, "--profile", "epson-58", "--format", "txt"]) == 0
    assert capsysbinary.readouterr().out.decode() == "\n".join(text_lines(design_receipt_ru(), 32)) + "\n"


def test_picture(file: str, tmp_path) -> None:
    out = tmp_path / "receipt.png"
    assert main(["receipt", "render", file, "--profile", "epson-80", "--format", "png", "--out", str(out)]) == 0
    assert Image.open(io.BytesIO(out.read_bytes())).size[0] == 640


def test_bytes(file: str, capsysbinary) -> None:
    assert main(["receipt", "render", file, "--profile", "POS-5890", "--format", "escpos"]) == 0
    slip = slip_of(capsysbinary.readouterr().out, PROFILES["POS-5890"])
    assert "Списано 150 баллов" in slip.text


@pytest.mark.parametrize(
    ("content", "words", "code", "said"),
    [
        (b"{}", [], 65, "blocks"),
        (b'{"blocks":[{"block":"kick"}]}', [], 65, "kick"),
        (b" " * 300_000, [], 65, "larger"),
        (b'{"blocks":[]}', ["--profile", "epsn-80"], 64, "epson-80"),
        (b'{"blocks":[]}', ["--out", "/no/such/folder/x"], 73, "/no/such/folder/x"),
    ],
)
def test_mistakes(content: bytes, words: list[str], code: int, said: str, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("KOPILKA_LANG", "en")
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert main(["receipt", "render", str(path), *words]) == code
    assert said in capsys.readouterr().err


def test_no_such_file(capsys) -> None:
    assert main(["receipt", "render", "/no/such"]) == 66
