"""Bytes to paper without a wire: a job is fed to a simulated device and its slips are looked at."""

from __future__ import annotations

from drivers.printer.profiles import CODECS, Profile
from drivers.sim.paper import Paper, Slip
from drivers.sim.printer_device import PrinterDevice
from drivers.sim.printer_parser import EscposParser


def device_of(profile: Profile, *, kanji: bool = True) -> PrinterDevice:
    """A device with the profile's paper and code pages; as clones do, it starts in Chinese."""
    pages = {number: CODECS[name] for name, number in profile.code_pages.items()}
    return PrinterDevice(EscposParser(pages, columns=profile.columns, kanji=kanji), buffer_bytes=1 << 20)


def paper_of(job: bytes, profile: Profile) -> Paper:
    """What comes out."""
    device = device_of(profile)
    device.receive(job)
    device.work(len(job) + 1)
    assert not device.holds
    return device.paper


def slip_of(job: bytes, profile: Profile) -> Slip:
    """The one slip that comes out."""
    (slip,) = paper_of(job, profile).receipts
    return slip
