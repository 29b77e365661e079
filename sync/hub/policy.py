"""How much of a member's points one till may hold, and for how long."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class Policy(Struct, frozen=True, kw_only=True):
    """The hub's limits on leases. A life is the till's own: at its end the till closes; the hub never releases by its clock."""

    visit_cap: int = 10**9
    """Most points a scan may lock at one till."""
    visit_life_ms: int = 12 * HOUR_MS
    standing_cap: int = 10**9
    standing_life_ms: int = 60 * DAY_MS
    shared: Fraction = Fraction(1, 2)
    """Largest share of what is available that one store's till may hold for good, where there are other stores."""
