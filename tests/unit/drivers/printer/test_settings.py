from __future__ import annotations

import msgspec
import pytest

from drivers.printer.settings import PrinterSettings, profile_of, setting_faults


def keys(**given: object) -> list[tuple[str, str]]:
    return [(fault.key, fault.code) for fault in setting_faults(PrinterSettings(name="p", **given))]


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"host": "10.0.0.5"}, []),
        ({}, [("host", "missing")]),
        ({"transport": "serial"}, [("path", "missing")]),
        ({"transport": "file", "path": "/tmp/x", "ack": "gs_h"}, [("ack", "file_never_answers")]),
        ({"profile": "epsn-80"}, [("host", "missing"), ("profile", "unknown")]),
        ({"host": "h", "code_page": "CP1252x"}, [("code_page", "unknown")]),
        ({"host": "h", "code_page": "CP1251"}, [("code_page", "unknown")]),
        ({"host": "h", "code_page": "CP1251:73"}, []),
        ({"host": "h", "code_page": "CP866:256"}, [("code_page", "unknown")]),
        ({"host": "h", "code_page": "CP866:-1"}, [("code_page", "unknown")]),
        ({"host": "h", "code_page": "CP866:२"}, [("code_page", "unknown")]),
    ],
)
def test_everything_wrong_is_said_at_once(given: dict[str, object], faults: list[tuple[str, str]]) -> None:
    assert keys(**given) == faults


def test_suggestions() -> None:
    (fault,) = setting_faults(PrinterSettings(name="p", host="h", profile="epsn-80"))
    assert "epson-80" in fault.allowed


@pytest.mark.parametrize(
    "given",
    [{"ack_wait_s": 0}, {"port": 0}, {"transport": "usb"}, {"baud": 9601}, {"speed": 1}, {"copies_policy": "no"}],
)
def test_types_say_the_rest(given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "p", **given}, PrinterSettings)


def test_overrides() -> None:
    settings = PrinterSettings(name="p", host="h", profile="epson-80", font="b", code_page="cp866", ack="gs_r")
    profile = profile_of(settings)
    assert (profile.columns, profile.code_page(), profile.ack) == (64, ("CP866", 17), "gs_r")


def test_a_file_never_acknowledges() -> None:
    assert profile_of(PrinterSettings(name="p", transport="file", path="x", profile="epson-80")).ack == "none"
    assert profile_of(PrinterSettings(name="p", host="h", profile="epson-80")).ack == "gs_h"
