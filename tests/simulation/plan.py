"""What a seed is: how large the shop, which faults may happen to it and how often. Every seed leaves some of them out: rare pairs meet."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from simulation.clocks import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

PROGRAMME = """
[programme]
id = "sim"
version = 1
currency = "RUB"
timezone = "Europe/Moscow"

[points.main]
name.ru = ["балл", "балла", "баллов"]
name.en = ["point", "points"]
worth = "100"
redeem = {{ as = "discount", max_share = "100%", min = 1, step = 1 }}
earn = {{ base = "net_of_points", tax = "included" }}
lots = {{ pending = "{pending}", expires = "{expires}" }}

[[offer]]
id = "base"
phase = "accrual"
then = {{ earn = "{earn}%" }}
"""

COUNTER = {
    "scan": 8.0, "sell": 10.0, "redeem": 10.0, "quote": 2.0, "hold": 4.0, "release": 1.0, "give_back": 3.0, "void": 1.5,
    "overcharge": 0.6, "enrol": 0.5, "replay": 1.0, "replay_elsewhere": 1.2,
}  # fmt: skip
"""What happens at a counter, by weight."""
ALWAYS = {"switch_on": 12.0, "line_up": 6.0, "line_down": 2.0, "nothing": 4.0, "save": 2.0}
FAULTS = {
    "till_off": 2.0, "till_doomed": 3.0, "hub_off": 1.0, "hub_doomed": 3.0, "clock_jump": 1.5, "clock_never_set": 0.7,
    "full_disk": 1.0, "poison": 0.7, "choke": 0.5, "newer_till": 1.5, "merge": 1.0, "long_outage": 0.6,
    "set_back": 0.6, "clone": 0.5, "hub_lost": 0.7, "burnt": 0.8, "revoke": 0.3, "release_lease": 0.6,
}  # fmt: skip
SPANS = (
    (6.0, 2 * SECOND_MS, 2 * MINUTE_MS),
    (2.0, 2 * MINUTE_MS, 45 * MINUTE_MS),
    (0.6, HOUR_MS, 14 * HOUR_MS),
    (0.25, DAY_MS, 4 * DAY_MS),
)
"""How much time goes by between two steps: weight, least, most."""


@dataclass
class Plan:
    """One seed's circumstances."""

    steps: int
    stores: list[str]
    """The store of each till."""
    members: int
    programme: str
    weights: dict[str, float]
    rates: dict[str, float]
    till_risk: float
    hub_risk: float
    http: bool
    """Through the hub's whole application, its door and signatures included."""
    left_out: list[str] = field(default_factory=list)


def plan(chance: random.Random, *, can: set[str]) -> Plan:
    """Draw a seed's plan; `can` are the faults this shop's code knows how to meet."""
    known = {name: weight for name, weight in FAULTS.items() if name in can}
    faults = {name: weight for name, weight in known.items() if chance.random() < 0.55}
    counter = {name: weight * chance.uniform(0.3, 1.5) for name, weight in COUNTER.items()}
    count = chance.choice((2, 2, 3, 3, 4))
    stores = ["S1"] * count
    if chance.random() < 0.4:
        stores = [chance.choice(("S1", "S2")) for _ in range(count)]
    bad_line = chance.random() < 0.7
    return Plan(
        steps=chance.randrange(120, 220),
        stores=stores,
        members=chance.randrange(3, 9),
        programme=PROGRAMME.format(
            pending=chance.choice(("0d", "0d", "1d", "3d")),
            expires=chance.choice(("2d", "3d", "10d", "365d")),
            earn=chance.choice((10, 30, 60)),
        ),
        weights={**ALWAYS, **counter, **faults},
        rates={
            fate: chance.choice((0.0, 0.02, 0.08)) if bad_line else 0.0 for fate in ("drop", "late", "deaf", "twice")
        }
        | {"stale": chance.choice((0.0, 0.0, 0.02)) if bad_line else 0.0},
        till_risk=chance.choice((0.0, 0.005, 0.03)),
        hub_risk=chance.choice((0.0, 0.005, 0.03)),
        http=chance.random() < 0.25,
        left_out=sorted(set(known) - set(faults)),
    )
