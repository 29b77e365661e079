"""Strategies: programmes the check accepts and baskets the API accepts, as odd as both allow."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from agent.loyalty.member import Member, Points
from agent.loyalty.sale import Line, Sale, Tender

GROUPS = ("a", "b", "c")
KEYS = st.sampled_from(["group:a", "group:b", "group:c", "brand:x", "tag:t", "s1", "sku:s2"])
PERCENTS = st.sampled_from(["0.01%", "1%", "7.5%", "10%", "33.33%", "50%", "99.99%", "100%"])
SUMS = st.one_of(st.integers(0, 3), st.integers(0, 20_000))
MAX = st.fixed_dictionaries({}, optional={"max": SUMS})
PER = st.sampled_from(["unit", "line", "offer"])

REWARDS = st.one_of(
    st.builds(lambda off, cap: {"percent": {"off": off, **cap}}, PERCENTS, MAX),
    st.builds(lambda off, per, cap: {"amount": {"off": off, "per": per, **cap}}, SUMS, PER, MAX),
    st.builds(lambda to, per: {"price": {"to": to, "per": per}}, SUMS, PER),
    st.builds(
        lambda buy, get, pick, spread: {"nth_free": {"buy": buy, "get": get, "pick": pick, "spread": spread}},
        st.integers(1, 5),
        st.integers(1, 3),
        st.sampled_from(["cheapest", "dearest"]),
        st.sampled_from(["all", "free"]),
    ),
    st.builds(lambda of, off: {"cheapest": {"of": of, "off": off}}, st.integers(2, 4), PERCENTS),
    st.builds(lambda units, price: {"bundle": {"units": units, "price": price}}, st.integers(1, 4), SUMS),
)
EARNS = st.one_of(
    st.builds(lambda percent: {"earn": percent}, PERCENTS),
    st.builds(lambda points: {"earn": {"points": points, "currency": "main"}}, st.integers(1, 500)),
    st.builds(
        lambda points, per, above, mode: {
            "earn": {"points": points, "per": per, **({"above": above, "mode": mode} if above else {})}
        },
        st.integers(1, 10),
        st.integers(1, 2_000),
        st.integers(0, 9_000),
        st.sampled_from(["marginal", "gate"]),
    ),
    st.builds(lambda by: {"multiply": by}, st.sampled_from([1, 2, "1.5", "1.001", 100])),
)
LINES = st.one_of(
    KEYS,
    st.lists(KEYS, min_size=1, max_size=3),
    st.builds(lambda keys, price: {"except": keys, "price": {"from": price}}, KEYS, SUMS),
    st.builds(lambda high: {"quantity": {"to": high}}, st.sampled_from(["0.5", 1, 7])),
)
WHEN = st.fixed_dictionaries(
    {},
    optional={
        "lines": LINES,
        "member": st.booleans(),
        "tier": st.just("gold"),
        "total": st.one_of(
            SUMS, st.builds(lambda low, of: {"from": low, "of": of}, SUMS, st.sampled_from(["initial", "left"]))
        ),
        "lines_total": st.builds(lambda high: {"below": high + 1}, SUMS),
        "quantity": st.sampled_from([1, "1.5", {"above": 2}]),
        "together": KEYS,
        "coupon": st.sampled_from(["SPRING", ["SPRING", "MAY"]]),
        "tender": st.sampled_from(["card", {"any": ["card", "sbp"]}]),
        "hours": st.sampled_from(["00:00-12:00", "22:00-02:00", ["08:00-11:00"]]),
        "weekdays": st.sampled_from(["sun", "mon-fri"]),
        "birthday": st.integers(0, 180),
    },
)
WHENS = st.one_of(st.just({}), st.just({}), WHEN)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A programme's document with up to eight discounts and five accruals."""
    phases = st.sampled_from(["price", "line", "bundle", "basket", "coupon"])
    discounts = [
        {
            "id": f"d{no}",
            "phase": draw(phases),
            "then": draw(REWARDS),
            "when": draw(WHENS),
            "priority": draw(st.integers(-2, 2)),
            "alone": draw(st.sampled_from([False, False, True])),
        }
        for no in range(draw(st.integers(0, 8)))
    ]
    for offer in discounts:
        if draw(st.integers(0, 2)) == 0:
            offer["group"] = f"g-{offer['phase']}"
        if "amount" not in offer["then"] and draw(st.booleans()):
            offer["of"] = "initial"
        if draw(st.booleans()):
            offer["limit"] = {"per_sale": draw(st.integers(1, 3))}
    return {
        "programme": {"id": "any", "version": 1, "currency": "RUB", "timezone": "Europe/Moscow"},
        "points": {"main": draw(_points())},
        "tier": [{"id": "gold"}],
        "discount": {
            "exclude": draw(st.lists(KEYS, max_size=1)),
            "rounding": draw(st.sampled_from(["floor", "half_up"])),
        },
        "offer": [*discounts, *draw(_accruals())],
    }


@st.composite
def _accruals(draw: st.DrawFn) -> list[dict[str, Any]]:
    accruals = [
        {"id": f"e{no}", "phase": "accrual", "then": draw(EARNS), "when": draw(WHENS)}
        for no in range(draw(st.integers(0, 5)))
    ]
    for offer in accruals:
        if draw(st.integers(0, 2)) == 0:
            offer["group"] = "multiply" if "multiply" in offer["then"] else "earn"
    return accruals


@st.composite
def _points(draw: st.DrawFn) -> dict[str, Any]:
    points: dict[str, Any] = {
        "worth": draw(st.sampled_from(["1", "10", "100", "33"])),
        "redeem": {
            "as": draw(st.sampled_from(["discount", "tender"])),
            "max_share": draw(PERCENTS),
            "min": draw(st.sampled_from([0, 10])),
            "step": draw(st.sampled_from([1, 7])),
        },
        "earn": {
            "base": draw(st.sampled_from(["gross", "net_of_discounts", "net_of_points"])),
            "tax": draw(st.sampled_from(["included", "excluded"])),
            "scope": draw(st.sampled_from(["receipt", "line"])),
            "rounding": draw(st.sampled_from(["floor", "half_up", "half_even"])),
        },
        "exclude": draw(st.lists(KEYS, max_size=1)),
    }
    if points["redeem"]["as"] == "discount" and draw(st.booleans()):
        points["redeem"]["leave_min"] = draw(st.sampled_from([1, 100]))
    return points


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Up to eight lines: pieces, weighed goods, nothing at all, with floors and odd roundings of the POS."""
    lines = []
    for n in range(1, draw(st.integers(1, 8)) + 1):
        quantity = draw(st.sampled_from(["1", "1", "2", "3", "7", "0.35", "1.234", "2.5", "12.007", "0", "2.000"]))
        price = draw(st.one_of(st.integers(0, 5), st.integers(0, 20_000)))
        thousandths = int(float(quantity) * 1000 + 0.5)
        amount = max(0, price * thousandths // 1000 + draw(st.sampled_from([0, 0, 1, -1])))
        lines.append(
            Line(
                n=n * 3,
                sku=f"s{n}",
                price=price,
                amount=amount,
                quantity=quantity,
                groups=tuple(draw(st.lists(st.sampled_from(GROUPS), max_size=3))),
                brand=draw(st.sampled_from([None, "x"])),
                tags=tuple(draw(st.lists(st.just("t"), max_size=2))),
                tax_rate=draw(st.sampled_from([None, "22", "10", "5.5"])),
                min_price=draw(st.sampled_from([None, None, 0, 100, price])),
            )
        )
    return Sale(
        lines=tuple(lines),
        coupons=tuple(draw(st.lists(st.sampled_from(["SPRING", "NOBODY"]), max_size=2))),
        tenders=tuple(draw(st.lists(st.sampled_from([Tender("card", 1), Tender("cash", 1)]), max_size=2))),
        redeem=draw(st.sampled_from([{}, {"main": "max"}, {"main": 100}, {"main": 3, "other": 4}])),
    )


MEMBERS = st.one_of(
    st.none(),
    st.builds(
        lambda status, tier, birthday, points: Member(
            id="m", status=status, tier=tier, birthday=birthday, points={"main": Points(spendable=points)}
        ),
        st.sampled_from(["active", "active", "not_activated", "blocked"]),
        st.sampled_from([None, "gold"]),
        st.sampled_from([None, "02-29", "12-31", "13-45"]),
        st.sampled_from([0, 5, 340, 10**9]),
    ),
)
