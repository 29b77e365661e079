"""`[points.X]` tables become currencies."""

from __future__ import annotations

from fractions import Fraction

from agent.loyalty import lot_rules
from agent.loyalty.plural import FORMS, Names
from agent.loyalty.points import Currency, Redeem
from agent.loyalty.programme.desk import Desk
from agent.loyalty.programme.grammar import NamesTable, PointsTable, RedeemTable
from agent.loyalty.programme.selecting import NOTHING, Selecting
from agent.loyalty.programme.words import Unreadable, money, percent, points, short
from agent.toml_lines import Path


def names(table: NamesTable) -> Names:
    """Names as forms by language; a single text serves every number."""
    return Names(_forms(table.ru), _forms(table.en))


def _forms(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def currency(name: str, table: PointsTable, desk: Desk, selecting: Selecting) -> Currency:
    """One currency; what is wrong with it goes to the desk, and a harmless value stands in its place."""
    desk.base = ("points", name)
    worth = Fraction(table.worth) / 10**table.scale
    hidden = selecting.of_words(table.exclude, ("exclude",))
    redeem = None if table.redeem is None else _redeem(table, table.redeem, desk, selecting)
    if redeem is not None:
        _check_step(worth, redeem.step, desk)
    _check_names(table.name, desk)
    _check_lots(table, desk)
    desk.base = ()
    return Currency(
        id=name,
        scale=table.scale,
        worth_num=worth.numerator,
        worth_den=worth.denominator,
        names=names(table.name),
        redeem=redeem,
        base=table.earn.base,
        tax_excluded=table.earn.tax == "excluded",
        rounding=table.earn.rounding,
        by_line=table.earn.scope == "line",
        hidden=-1 if hidden == NOTHING else hidden,
        pending=table.lots.pending,
        expires=table.lots.expires,
    )


def _redeem(points_table: PointsTable, table: RedeemTable, desk: Desk, selecting: Selecting) -> Redeem:
    desk.later(table, ("auth",), ("redeem",))
    exclude = points_table.exclude if table.exclude is None else table.exclude
    where: Path = ("exclude",) if table.exclude is None else ("redeem", "exclude")
    hidden = selecting.of_words(exclude, where)
    step = desk.read(("redeem", "step"), points, table.step, points_table.scale)
    if step == 0:
        desk.wrong(("redeem", "step"), "a step is more than 0", "1 and up")
    leave_min = desk.read(("redeem", "leave_min"), money, table.leave_min, selecting.digits) or 0
    if leave_min and table.as_ == "tender":
        desk.wrong(("redeem", "leave_min"), "a tender lowers no line", 'as = "discount"')
    return Redeem(
        tender=table.as_ == "tender",
        max_share_bp=desk.read(("redeem", "max_share"), percent, table.max_share) or 0,
        least=desk.read(("redeem", "min"), points, table.min, points_table.scale) or 0,
        step=step or 1,
        hidden=-1 if hidden == NOTHING else hidden,
        leave_min=leave_min,
    )


def _check_step(worth: Fraction, step: int, desk: Desk) -> None:
    if not worth:
        desk.wrong(("worth",), "points that pay need a worth", 'minor units of one whole point, like "100"')
    elif (worth * step).denominator != 1:
        fits = worth.denominator
        desk.wrong(
            ("redeem", "step"),
            f"{step} smallest points are worth {worth * step} minor units, which cannot be paid",
            "a step whose worth is whole minor units",
            f"step = {fits}",
        )


def _check_names(table: NamesTable, desk: Desk) -> None:
    for lang, count in FORMS.items():
        forms = getattr(table, lang)
        if isinstance(forms, tuple) and forms and len(forms) != count:
            sample = '["балл", "балла", "баллов"]' if lang == "ru" else '["point", "points"]'
            desk.wrong(("name", lang), f"{len(forms)} forms", f"{count} forms, like {sample}, or one text")


def _check_lots(table: PointsTable, desk: Desk) -> None:
    def first(rule: str) -> str:
        try:
            return lot_rules.first_day(rule, "2024-02-29")
        except ValueError:
            raise Unreadable(f"{short(rule)} is not a wait", 'days, like "14d" or "0d"') from None

    def last(rule: str) -> None:
        if not lot_rules.check(rule):
            raise Unreadable(
                f"{short(rule)} is not an expiry", '"365d", "end_of_month+3", "2027-01-31", "01-31" or "never"'
            )

    desk.read(("lots", "pending"), first, table.lots.pending)
    desk.read(("lots", "expires"), last, table.lots.expires)
