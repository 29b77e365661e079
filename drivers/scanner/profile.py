"""The rules a shop begins with: what Kopilka's own cards, coupons and certificates look like."""

from __future__ import annotations

from drivers.scanner.settings import RuleSettings

_EAN = ("ean_upc",)

DEFAULT_RULES: tuple[RuleSettings, ...] = (
    RuleSettings(
        kind="rotating",
        name="rotating",
        pattern=r"KP1\.(?P<id>[A-Za-z0-9_-]{1,64})\.(?P<unix>\d{9,11})\.(?P<totp>\d{8})",
    ),
    RuleSettings(kind="member", name="member-ean", symbology=_EAN, digits=True, length=13, prefix=("28",), check="ean"),
    RuleSettings(kind="member", name="member-number", pattern=r"MEMBER-\d{6}"),
    RuleSettings(kind="member", name="member-url", url="https://loy.example/c/{id}"),
    RuleSettings(kind="member", name="member-json", json={"t": "member"}),
    RuleSettings(
        kind="coupon", name="coupon-ean", symbology=_EAN, digits=True, length=13, prefix=("981", "982"), check="ean"
    ),
    RuleSettings(kind="coupon", name="coupon-code", pattern=r"CPN-[A-Z0-9]{8}"),
    RuleSettings(kind="coupon", name="coupon-gs1", ai="255"),
    RuleSettings(kind="gift", name="gift", pattern=r"GC\d{14}"),
    RuleSettings(kind="command", name="command", pattern="CMD:[A-Z]{1,32}"),
)
"""Rotating codes first: nothing else may take what only a phone can make."""
