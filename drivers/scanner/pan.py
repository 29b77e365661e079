"""Primary account numbers: what digits could be a bank card's (ISO/IEC 7812-1)."""

from __future__ import annotations

from drivers.scanner.checks import digits_only, ean_ok, luhn_ok

LENGTHS = range(13, 20)

RANGES = (
    ("4", "4"),  # Visa
    ("51", "55"),  # Mastercard
    ("2221", "2720"),
    ("2200", "2204"),  # Mir
    ("34", "34"),  # American Express
    ("37", "37"),
    ("35", "35"),  # JCB
    ("62", "62"),  # UnionPay
    ("50", "50"),  # Maestro and others
    ("56", "69"),
)
"""First and last prefix of each issuers' range."""


def is_pan(number: str) -> bool:
    """13 to 19 digits in an issuer's range that pass Luhn. At 13 a valid EAN wins: one in ten passes Luhn by chance."""
    if len(number) not in LENGTHS or not digits_only(number) or (len(number) == 13 and ean_ok(number)):
        return False
    return any(low <= number[: len(low)] <= high for low, high in RANGES) and luhn_ok(number)


def could_be_pan(prefix: str, length: int) -> bool:
    """Whether some number of this beginning and length lies in an issuer's range."""
    if length not in LENGTHS:
        return False
    low, high = prefix.ljust(4, "0")[:4], prefix.ljust(4, "9")[:4]
    return any(low <= last.ljust(4, "9") and high >= first.ljust(4, "0") for first, last in RANGES)
