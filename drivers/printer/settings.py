"""How one printer is set up: its configuration section, what is wrong with it, and the profile it comes to."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from drivers.printer.profiles import CODECS, PROFILES, Profile, UnknownProfile, profile_named

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class PrinterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[printer]]` section. Deadlines are seconds."""

    name: str
    transport: Literal["tcp", "serial", "file"] = "tcp"
    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 9100
    path: str = ""
    """The serial device, or the file receipts are appended to."""
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    flow: Literal["none", "rtscts", "xonxoff", "dsr"] = "none"
    """Flow control of a serial line."""
    profile: str = "generic-80"
    font: Literal["a", "b"] = "a"
    lang: Literal["ru", "en"] = "ru"
    ack: Literal["auto", "gs_h", "gs_r", "none"] = "auto"
    """How it confirms; `none` for a one-way cable: receipts are then handed over, not confirmed."""
    code_page: str = ""
    """Overrides the profile's: `CP866`, or `CP866:17` with the number read from `kopilka printer codepages`."""
    copies_policy: Literal["wait", "reprint"] = "wait"
    """When paper runs out in a receipt: wait for the printer to finish it, or clear it and print a copy."""
    paper_wait_s: Seconds = 600.0
    """How long a receipt may stay in a printer without paper before it is printed again as a copy."""
    connect_s: Seconds = 2.0
    silence_s: Seconds = 2.0
    """A printer that has answered before and says nothing for so long is not ready."""
    ack_wait_s: Seconds = 15.0
    """How long an untroubled printer may take to confirm a receipt it has got."""
    stall_s: Seconds = 10.0
    """How long it may take no byte while it reports no trouble."""


class SettingFault(msgspec.Struct, frozen=True):
    """One thing wrong: which key, what is the matter (a stable code), and what is allowed or close."""

    key: str
    code: str
    allowed: tuple[str, ...] = ()


def setting_faults(settings: PrinterSettings) -> list[SettingFault]:
    """Everything wrong with a section at once, past what its types say."""
    faults = []
    if settings.transport == "tcp" and not settings.host:
        faults.append(SettingFault("host", "missing"))
    if settings.transport != "tcp" and not settings.path:
        faults.append(SettingFault("path", "missing"))
    if settings.transport == "file" and settings.ack not in ("auto", "none"):
        faults.append(SettingFault("ack", "file_never_answers", ("auto", "none")))
    try:
        profile_of(settings)
    except UnknownProfile as fault:
        faults.append(SettingFault("profile", "unknown", fault.close or tuple(PROFILES)))
    except (KeyError, ValueError):
        faults.append(SettingFault("code_page", "unknown", tuple(CODECS)))
    return faults


def profile_of(settings: PrinterSettings) -> Profile:
    """The printer's profile with the section's overrides.

    Raises UnknownProfile, KeyError for a code page the profile has no number for, ValueError for a number that is none.
    """
    profile = profile_named(settings.profile)
    if settings.font == "b":
        profile = profile.in_font_b()
    if settings.code_page:
        name, _, number = settings.code_page.partition(":")
        profile = profile.with_code_page(name.upper(), _code_page_number(number) if number else None)
    if settings.transport == "file":
        return profile.with_ack("none")
    return profile if settings.ack == "auto" else profile.with_ack(settings.ack)


def _code_page_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 255:
        raise ValueError(f"code page number {text!r}")
    return int(text)
