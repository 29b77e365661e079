"""From the file's tables to a Programme: every fault is told, and only a programme without faults comes out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent.loyalty.mechanics.earn import Earn
from agent.loyalty.mechanics.multiply import Multiply
from agent.loyalty.programme import index
from agent.loyalty.programme.conditions import LATER as LATER_WHEN
from agent.loyalty.programme.conditions import Contexts, line_selector, together
from agent.loyalty.programme.currencies import currency, names
from agent.loyalty.programme.desk import NOT_YET, Desk
from agent.loyalty.programme.grammar import UNCONDITIONAL, UNNAMED, Head, LimitTable, OfferTable, ProgrammeFile
from agent.loyalty.programme.offer_rules import check_offers
from agent.loyalty.programme.ranges import quantities, sums
from agent.loyalty.programme.rewards import Rewards
from agent.loyalty.programme.selecting import NOTHING, Selecting
from agent.loyalty.programme.values import ACCRUAL, NO_NAMES, PHASES, Effect, Offer, Programme
from agent.loyalty.programme.words import Unreadable, moment_ms, money_digits, percent, short

_later = attrgetter(*LATER_WHEN)
_NO_LATER = (None,) * len(LATER_WHEN)


def compile_programme(
    file: ProgrammeFile, document: dict[str, Any], desk: Desk, places: Sequence[int] | None = None
) -> Programme | None:
    """The programme, or None when the desk has faults. `document` is what the file said, for its hash.

    `places` are the offers' places in the document, where some could not be read.
    """
    return _Compiler(file, desk, places or range(len(file.offer))).programme(document)


def canonical_hash(document: dict[str, Any]) -> str:
    """SHA-256 over the document's content, whatever its spacing, comments and order of keys; hex."""
    return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()


class _Compiler:
    """One pass over one file."""

    def __init__(self, file: ProgrammeFile, desk: Desk, places: Sequence[int]) -> None:
        self.file = file
        self.desk = desk
        self.placed = list(zip(places, file.offer, strict=True))
        self.digits = money_digits(file.programme.currency)
        self.selecting = Selecting(desk, self.digits)
        self.currencies = tuple(
            currency(name, table, desk, self.selecting) for name, table in sorted(file.points.items())
        )
        self.contexts = Contexts(desk, frozenset(tier.id for tier in file.tier))
        self.rewards = Rewards(desk, self.currencies, digits=self.digits, rounding=file.discount.rounding)
        desk.base = ("discount",)
        hidden = self.selecting.of_words(file.discount.exclude, ("exclude",))
        self.hidden = -1 if hidden == NOTHING else hidden

    def programme(self, document: dict[str, Any]) -> Programme | None:
        head = self._head(self.file.programme)
        self._tiers()
        made = [self._offer(place, table) for place, table in self.placed]
        self.desk.base = ()
        offers = sorted((offer for offer in made if offer), key=lambda offer: (offer.phase, -offer.priority, offer.id))
        offers = [_numbered(offer, no) for no, offer in enumerate(offers)]
        selectors = self.selecting.selectors
        check_offers(self.placed, self.desk)
        if self.desk.faults:
            return None
        return Programme(
            **head,
            id=self.file.programme.id,
            version=self.file.programme.version,
            hash=canonical_hash(document),
            currency=self.file.programme.currency,
            digits=self.digits,
            currencies=self.currencies,
            tiers={tier.id: names(tier.name) for tier in self.file.tier},
            offers=tuple(offers),
            first_accrual=next((offer.no for offer in offers if offer.phase == ACCRUAL), len(offers)),
            contexts=tuple(self.contexts.all),
            selectors=tuple(selectors),
            index=index.build(offers, selectors, self.contexts.all, self.selecting.keys),
            rivals=any(self._rival(offer) for offer in offers),
        )

    def _head(self, head: Head) -> dict[str, Any]:
        self.desk.base = ("programme",)
        return {
            "zone": self.desk.read(("timezone",), _zone, head.timezone),
            "effective_from_ms": None
            if head.effective_from is None
            else self.desk.read(("effective_from",), moment_ms, head.effective_from),
            "hint_within_bp": self.desk.read(("hint_within",), percent, head.hint_within),
        }

    def _tiers(self) -> None:
        seen: set[str] = set()
        for place, tier in enumerate(self.file.tier):
            self.desk.base = ("tier", place)
            if tier.id in seen:
                self.desk.wrong(("id",), f"the tier {short(tier.id)} stands twice", "an id of its own")
            seen.add(tier.id)
            self.desk.later(tier, ("this_sale",))
            if tier.from_ is not None or tier.keep is not None:
                self.desk.warn(
                    ("from",),
                    "a member's tier is taken from the member's data; reaching it by spend is not worked out yet",
                )

    def _offer(self, place: int, table: OfferTable) -> Offer | None:
        desk, when = self.desk, table.when
        desk.base = ("offer", place)
        before = len(desk.faults)
        effect = self.rewards.effect(table)
        if table.limit is not None or table.offline is not None or table.risk is not None:
            self._limits(table, table.limit)
        if when is not UNCONDITIONAL and _later(when) != _NO_LATER:
            desk.later(when, LATER_WHEN, ("when",))
        fits = self._phase_fits(table, effect)
        context = self.contexts.number(when)
        selector = line_selector(when, self.selecting)
        each = together(when, self.selecting)
        quantity = None if when.quantity is None else quantities(desk, when.quantity, ("when", "quantity"))
        total = None if when.total is None else sums(desk, when.total, ("when", "total"), self.digits)
        lines_total = (
            None if when.lines_total is None else sums(desk, when.lines_total, ("when", "lines_total"), self.digits)
        )
        if effect is None or not fits or len(desk.faults) > before:
            return None
        return Offer(
            table.id,
            PHASES[table.phase],
            effect,
            context,
            selector,
            self.currencies[effect.currency].hidden if isinstance(effect, (Earn, Multiply)) else self.hidden,
            each,
            quantity,
            total,
            lines_total,
            table.group,
            table.alone,
            table.priority,
            NO_NAMES if table.name is UNNAMED else names(table.name),
        )

    def _limits(self, table: OfferTable, limit: LimitTable | None) -> None:
        if limit is not None:
            self.desk.later(limit, ("per_member", "budget"), ("limit",))
        self.desk.later(table, ("risk",))
        if table.offline in ("lease", "deny"):
            self.desk.wrong(("offline",), f'"{table.offline}": {NOT_YET}', '"allow", or leave it out')

    def _phase_fits(self, table: OfferTable, effect: Effect | None) -> bool:
        if table.phase == "issue":
            self.desk.wrong(("phase",), f'"issue": {NOT_YET}', "price, line, bundle, basket, coupon, accrual")
            return False
        if table.phase in ("points", "tender"):
            self.desk.wrong(
                ("phase",),
                f'"{table.phase}" takes no offers: points pay by [points.X].redeem, certificates by themselves',
                "price, line, bundle, basket, coupon, accrual",
            )
            return False
        if effect is None:
            return False
        accrual = isinstance(effect, (Earn, Multiply))
        if (table.phase == "accrual") != accrual:
            allowed = "accrual" if accrual else "price, line, bundle, basket, coupon"
            self.desk.wrong(("phase",), f'this reward does not belong to "{table.phase}"', allowed)
            return False
        if accrual and table.alone:
            self.desk.wrong(("alone",), "only a discount can stand alone", "false")
        if accrual and table.of == "initial":
            self.desk.wrong(("of",), "what earns is said by [points.X].earn.base", "leave `of` out")
        return True

    def _rival(self, offer: Offer) -> bool:
        if offer.phase == ACCRUAL:
            return False
        ranges = (offer.total, offer.lines_total)
        return (
            offer.alone
            or offer.group is not None
            or self.contexts.all[offer.context].member is False
            or offer.effect.code == "bundle"
            or any(limits is not None and (limits.of_left or limits.high is not None) for limits in ranges)
        )


def _numbered(offer: Offer, no: int) -> Offer:
    return msgspec.structs.replace(offer, no=no)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        # An unknown name, a directory of the database, a name that is no path.
        raise Unreadable(f"{short(text)} is no time zone", 'a name like "Europe/Moscow"') from None
