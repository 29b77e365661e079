"""What a printer model can do. The common ones stand here so that printing needs no library at run time.

The table is checked by a test against python-escpos' capabilities; a model that stands only there is read from it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Literal

AckKind = Literal["gs_h", "gs_r", "none"]
"""How a printer confirms: `GS ( H` with an id, an ordered `GS r 1`, or not at all."""

FONT_A_DOTS = 12
FONT_B_DOTS = 9

CODECS: dict[str, str] = {
    "CP1251": "cp1251",
    "CP866": "cp866",
    "CP1125": "cp1125",
    "CP855": "cp855",
    "CP1252": "cp1252",
    "CP858": "cp858",
    "CP850": "cp850",
    "CP437": "cp437",
}
"""Code pages we print with, best first: one is chosen for a whole receipt."""


class UnknownProfile(LookupError):
    """No printer model of that name; `close` are the names most like it."""

    def __init__(self, name: str, close: tuple[str, ...]) -> None:
        """Keep the name and the suggestions."""
        super().__init__(f"unknown printer profile {name!r}")
        self.name = name
        self.close = close


@dataclass(frozen=True, slots=True)
class Profile:
    """One printer model, for one font."""

    name: str
    columns: int
    """Characters a line in the chosen font."""
    dots: int
    """Printable width."""
    code_pages: dict[str, int] = field(hash=False)
    """Name -> the number `ESC t` selects it by; numbers differ between makers."""
    cutter: bool = True
    qr_native: bool = True
    barcode_native: bool = True
    ack: AckKind = "gs_r"
    font: Literal["a", "b"] = "a"
    condensed_columns: int = 0
    """Characters a line in font B."""

    def in_font_b(self) -> Profile:
        """The same printer with its small font."""
        return _replace(self, columns=self.condensed_columns, font="b")

    def with_code_page(self, name: str, number: int | None = None) -> Profile:
        """The same printer held to one code page. Raises KeyError for one that is unknown or has no number."""
        if name not in CODECS:
            raise KeyError(name)
        return _replace(self, code_pages={name: self.code_pages[name] if number is None else number})

    def with_ack(self, ack: AckKind) -> Profile:
        """The same printer, confirming in another way."""
        return _replace(self, ack=ack)

    def code_page(self) -> tuple[str, int]:
        """The one code page of a receipt: CP1251 where the printer has it, else CP866, and so on."""
        for name in CODECS:
            if name in self.code_pages:
                return name, self.code_pages[name]
        return "CP437", 0


def _replace(profile: Profile, **changes: object) -> Profile:
    values = {name: getattr(profile, name) for name in Profile.__slots__}
    return Profile(**{**values, **changes})


_EPSON = {"CP437": 0, "CP850": 2, "CP858": 19, "CP1251": 46, "CP866": 17, "CP1125": 44, "CP1252": 16, "CP855": 34}
_EPSON_OLD = {"CP437": 0, "CP850": 2, "CP858": 19, "CP866": 17, "CP1252": 16}
_ZJIANG = {"CP437": 52, "CP850": 2, "CP858": 53, "CP1251": 73, "CP866": 59, "CP1252": 71, "CP855": 60}
_RONGTA = {"CP437": 0, "CP850": 2, "CP858": 19, "CP1251": 6, "CP866": 7, "CP1252": 16, "CP855": 28}
_GENERIC = {"CP866": 17, "CP437": 0}
"""What nearly every clone has at these numbers; `kopilka printer codepages` shows what one's own printer says."""


def _t88v() -> dict[str, int]:
    return {name: number for name, number in _EPSON.items() if name != "CP1125"}


def _profile(name: str, columns: int, dots: int, code_pages: dict[str, int], **rest: object) -> Profile:
    return _replace(Profile(name, columns, dots, code_pages, condensed_columns=columns * 4 // 3), **rest)


PROFILES: dict[str, Profile] = {
    made.name: made
    for made in (
        _profile("epson-80", 48, 576, _EPSON, ack="gs_h"),
        _profile("epson-80-42", 42, 512, _t88v(), ack="gs_h"),
        _profile("epson-58", 32, 384, _EPSON, ack="gs_h", condensed_columns=42),
        _profile("generic-80", 48, 576, _GENERIC),
        _profile("generic-58", 32, 384, _GENERIC, cutter=False, qr_native=False, condensed_columns=42),
        _profile("TM-T20II", 48, 576, _EPSON, ack="gs_h"),
        _profile("TM-T88III", 42, 512, _EPSON_OLD),
        _profile("TM-T88IV", 42, 512, _EPSON_OLD, ack="gs_h"),
        _profile("TM-T88V", 42, 512, _t88v(), ack="gs_h"),
        _profile(
            "POS-5890",
            32,
            384,
            _ZJIANG,
            cutter=False,
            qr_native=False,
            barcode_native=False,
            condensed_columns=42,
        ),
        _profile("RP326", 42, 512, _RONGTA),
    )
}
"""Our own names first (paper width in millimetres), then models by their makers' names."""


def profile_named(name: str) -> Profile:
    """The profile of a name of ours or of python-escpos (imported only then). Raises UnknownProfile."""
    if name in PROFILES:
        return PROFILES[name]
    from drivers.printer import escpos_library

    found = escpos_library.library_profile(name)
    if found is not None:
        return found
    known = list(dict.fromkeys([*PROFILES, *escpos_library.library_names()]))
    close = difflib.get_close_matches(name.lower(), [n.lower() for n in known], n=3, cutoff=0.5)
    raise UnknownProfile(name, tuple(n for n in known if n.lower() in close))
