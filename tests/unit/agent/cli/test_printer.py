"""kopilka printer against a simulated printer on a real port."""

from __future__ import annotations

import json

import pytest
from printing import simulated

from agent.cli import main
from drivers.sim.printer_device import Answers
from drivers.sim.printer_faults import Fault


@pytest.fixture(autouse=True)
def english(monkeypatch) -> None:
    monkeypatch.setenv("KOPILKA_LANG", "en")


def where(port: int, **rest: str) -> list[str]:
    options = {"profile": "epson-80", **rest}
    return [
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        *(w for key, value in options.items() for w in (f"--{key}", value)),
    ]


def test_a_test_page(capsys) -> None:
    with simulated() as printer:
        assert main(["printer", "test", *where(printer.listen())]) == 0
        (slip,) = printer.paper.receipts
    assert "Kopilka: test page" in slip.text
    assert "48 columns" in slip.text
    assert slip.qr_codes == ["https://kopilka.example/test"]
    assert "printed" in capsys.readouterr().out


def test_code_pages(capsys) -> None:
    with simulated() as printer:
        assert main(["printer", "codepages", *where(printer.listen())]) == 0
        (slip,) = printer.paper.receipts
    assert "17  Ёж№" in slip.text
    assert "CP866:17" in capsys.readouterr().out


def test_trouble_is_said_with_its_remedy(capsys) -> None:
    with simulated() as printer:
        port = printer.listen()
        printer.strike(Fault("paper_out", 0, 60_000))
        assert main(["printer", "test", *where(port)]) == 69
        assert "put in a roll" in capsys.readouterr().err
    assert main(["printer", "codepages", *where(port)]) == 69
    assert "busy or refused" in capsys.readouterr().err


def test_a_printer_that_does_not_answer(capsys) -> None:
    with simulated(answers=Answers(speaks=False)) as printer:
        port = printer.listen()
        assert main(["printer", "test", *where(port)]) == 69
        assert 'ack = "none"' in capsys.readouterr().err
        assert main(["printer", "test", *where(port, ack="none")]) == 0
        assert "not confirmed" in capsys.readouterr().out


def test_a_serial_printer_by_its_device() -> None:
    with simulated() as printer:
        assert main(["printer", "test", "--device", printer.open_pty(), "--profile", "epson-80"]) == 0
        assert len(printer.paper.receipts) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--host", "h", "--profile", "epsn-80"], 78, "epson-80"),
        (["--host", "h", "--ack", "maybe"], 64, "maybe"),
        (["--host", "h", "--port", "70000"], 64, "65535"),
        (["--config", "/no/such"], 78, "/no/such"),
    ],
)
def test_mistakes(words: list[str], code: int, said: str, capsys) -> None:
    assert main(["printer", "test", *words]) == code
    assert said in capsys.readouterr().err


def config_of(monkeypatch, *printers: object) -> None:
    from agent.cli import printer as command

    monkeypatch.setattr(command, "configured", lambda _path: printers)


def test_listing(monkeypatch, capsys) -> None:
    from printing import fast

    with simulated() as printer:
        settings = fast(printer.listen())
        config_of(monkeypatch, settings)
        assert main(["printer", "list"]) == 0
        assert "epson-80" in capsys.readouterr().out
        printer.strike(Fault("cover_open", 0, 60_000))
        assert main(["printer", "list", "--json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)
    assert found == {"name": "p", "transport": "tcp", "profile": "epson-80", "cause": "cover_open"}


def test_listing_nothing(monkeypatch, capsys) -> None:
    config_of(monkeypatch)
    assert main(["printer", "list"]) == 0
    assert "--host ADDRESS" in capsys.readouterr().out
    assert main(["printer", "test"]) == 64
    assert main(["printer", "test", "kitchen"]) == 64
    assert "kitchen" in capsys.readouterr().err


def test_a_printer_of_the_configuration_by_name(monkeypatch) -> None:
    from printing import fast

    with simulated() as printer:
        config_of(monkeypatch, fast(printer.listen()))
        assert main(["printer", "test", "p"]) == 0
        assert len(printer.paper.receipts) == 1
