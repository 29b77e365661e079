"""The desk: what every use-case has at hand. Made once by the wiring; use-cases are plain functions over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct

from agent.loyalty.programme.values import Programme
from agent.till.current import Current
from agent.till.ports import Clock, Events, Ids, Recogniser, Store
from agent.till.quotes import Quotes
from drivers.shapes import Document


class Rules(Struct, frozen=True, kw_only=True):
    """The shop's settings that use-cases need."""

    till: str
    store: str
    store_name: str = ""
    lang: str = "ru"
    printer: str | None = None
    """Printer that gets receipts; None prints nothing."""
    quote_life_ms: int = 15 * 60_000
    hold_life_ms: int = 15 * 60_000
    current_idle_ms: int = 180_000
    oldest_sale_ms: int = 24 * 3_600_000
    """A sale closed longer ago is refused before payment and flagged after it."""
    expiry_notice_days: int = 60


@dataclass(slots=True)
class Desk:
    """Everything handed in: nothing below makes a clock, an id or a thread of its own."""

    rules: Rules
    store: Store
    clock: Clock
    ids: Ids
    recogniser: Recogniser
    events: Events
    programme: Callable[[int], Programme]
    """The programme in force at a moment (UTC ms)."""
    key: bytes
    """The programme key under which cards and phones are named."""
    encode_document: Callable[[Document], bytes]
    online: Callable[[], bool] = lambda: False
    push_soon: Callable[[], None] = lambda: None
    print_soon: Callable[[str], None] = lambda _printer: None
    current: Current = field(default_factory=Current)
    quotes: Quotes = field(default_factory=Quotes)
