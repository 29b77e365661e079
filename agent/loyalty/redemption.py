"""Points that pay: what a member asks for is cut to the limits, in whole steps, and lies on the lines it may pay."""

from __future__ import annotations

from agent.loyalty.bill import Bill
from agent.loyalty.decision import Refused
from agent.loyalty.mechanics.percent import WHOLE_BP
from agent.loyalty.member import Member, Points
from agent.loyalty.money import split_within
from agent.loyalty.points import Currency, Redeem

Numbers = dict[str, str | int]


class Redeemed:
    """What points pay, per line and currency. `left` is what money must still pay of each line."""

    __slots__ = ("by_currency", "left", "refused", "room", "spent", "worth")

    def __init__(self, left: list[int], room: list[int]) -> None:
        self.left = left
        self.room = room
        self.by_currency: dict[str, list[int]] = {}
        """Minor units by line."""
        self.spent: dict[str, int] = {}
        self.worth: dict[str, int] = {}
        self.refused: list[Refused] = []


def redeem(
    bill: Bill, member: Member | None, asked: dict[str, int | str], *, left: list[int], room: list[int]
) -> Redeemed:
    """Every currency asked for, by id, each a share of what the former left. Takes copies of `left` and `room`."""
    result = Redeemed(list(left), list(room))
    for name in sorted(asked):
        wish = asked[name]
        currency = bill.programme.currency_of(name)
        code = _unable(currency, member)
        if code is not None or currency is None or member is None:
            if wish:
                result.refused.append(_refused(name, code or "no-member", wish))
            continue
        _redeem(bill, currency, (wish, member.points.get(name, Points()).spendable), result)
    return result


def _unable(currency: Currency | None, member: Member | None) -> str | None:
    if currency is None:
        return "unknown-currency"
    if currency.redeem is None:
        return "not-redeemable"
    if member is None:
        return "no-member"
    if member.status == "blocked":
        return "card-blocked"
    return "not-activated" if member.status == "not_activated" else None


def _redeem(bill: Bill, currency: Currency, wished: tuple[int | str, int], result: Redeemed) -> None:
    rule = currency.redeem
    assert rule is not None, "asked before"
    wish, spendable = wished
    lines = bill.select(0, rule.hidden)
    bases = [result.left[place] for place in lines]
    # What points may take of each line: as a discount down to the price floor and what must be left.
    rooms = bases if rule.tender else [max(0, result.room[place] - rule.leave_min) for place in lines]
    cap_minor = sum(bases) * rule.max_share_bp // WHOLE_BP
    limits: list[tuple[str, int, Numbers]] = [
        ("max-share", currency.points_within(cap_minor), {"cap": cap_minor}),
        ("floor", currency.points_within(sum(rooms)), {"cap": sum(rooms)}),
        ("balance", spendable, {"spendable": spendable}),
    ]
    if isinstance(wish, int):
        limits.append(("", wish, {}))
    code, points, numbers = min(limits, key=lambda limit: limit[1])
    points, code, numbers = _whole(points, rule, (code, dict(numbers)))
    if points:
        worth = currency.minor(points)
        parts = split_within(worth, bases, rooms)
        for place, part in zip(lines, parts, strict=True):
            result.left[place] -= part
            result.room[place] -= part
        by_line = [0] * len(bill.lines)
        for place, part in zip(lines, parts, strict=True):
            by_line[place] = part
        result.by_currency[currency.id] = by_line
        result.spent[currency.id], result.worth[currency.id] = points, worth
    if (points < wish) if isinstance(wish, int) else not points:
        result.refused.append(_refused(currency.id, code, wish, granted=points, numbers=numbers))


def _whole(points: int, rule: Redeem, why: tuple[str, Numbers]) -> tuple[int, str, Numbers]:
    """Down to whole steps; nothing below the least. The reason is the last limit that cut."""
    code, numbers = why
    stepped = points - points % rule.step
    if stepped < points and not code:
        code, numbers = "step", {"step": rule.step}
    if stepped < rule.least:
        return 0, "below-min", {"min": rule.least, "allowed": stepped}
    return stepped, code, numbers


def _refused(name: str, code: str, wish: int | str, *, granted: int = 0, numbers: Numbers | None = None) -> Refused:
    return Refused(
        what=f"points:{name}",
        code=code,
        asked=wish if isinstance(wish, int) else 0,
        granted=granted,
        numbers=numbers or {},
    )
