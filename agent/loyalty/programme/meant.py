"""What somebody probably meant who writes a programme the way other systems do: the reader's fault gets the spelling of this one."""

from __future__ import annotations

from msgspec.structs import replace

from agent.config import Fault

_KEYS = {
    ("when", "sku"): 'lines = "sku:..."',
    ("when", "group"): 'lines = "group:..."',
    ("when", "groups"): 'lines = "group:..."',
    ("when", "brand"): 'lines = "brand:..."',
    ("when", "tag"): 'lines = "tag:..."',
    ("when", "tags"): 'lines = "tag:..."',
    ("when", "min_total"): "total",
    ("lines", "sku"): 'lines = "sku:..."',
    ("lines", "group"): 'lines = "group:..."',
    ("lines", "brand"): 'lines = "brand:..."',
    ("lines", "tag"): 'lines = "tag:..."',
    ("then", "discount"): 'percent = "5%" or amount = "5.00"',
    ("then", "cheapest_free"): "cheapest = { of = 2 }",
    ("then", "currency"): 'earn = { percent = "5%", currency = "..." }',
    ("earn", "fixed"): "points",
    ("earn", "threshold"): "above",
    ("earn", "off"): "percent",
}
_SPELT = {
    "percent": '"5%"',
    "off": '"5%"',
    "max_share": '"30%"',
    "earn": '"5%" or a table',
    "multiply": '2, "1.5"',
    "by": '2, "1.5"',
    "amount": '500, "5.00" or a table',
    "price": '500, "5.00" or a table',
    "worth": '"100"',
    "pending": '"14d"',
    "expires": '"365d"',
}


def meant(fault: Fault) -> Fault:
    """The fault with a better hint, or as it is."""
    parent, _, key = fault.key.rpartition(".")
    if fault.what == "unknown key":
        hint = _KEYS.get((parent.rpartition(".")[2], key))
        return fault if hint is None else replace(fault, hint=hint)
    if fault.what.endswith("is not allowed here") and key in _SPELT:
        return replace(fault, allowed=_SPELT[key])
    return fault
