"""What a sale was promised: the quote or hold it names. What does not fit is told as misfits; who judges decides what they mean."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from agent.loyalty.sale import Line, Sale
from agent.rows import Hold
from agent.till import identify, quotes
from agent.till.desk import Desk
from agent.till.hold import content_of_quote
from agent.till.identify import Who
from agent.till.quotes import Quote
from agent.till.refusal import Refusal
from agent.till.reserved import standing


class Promise(Struct, frozen=True, kw_only=True):
    """`hold` is captured by the sale, `quote` gives it its Decision; either may be missing."""

    hold: Hold | None = None
    quote: Quote | None = None


def promised(desk: Desk, sale: Sale, misfits: list[Refusal], *, final: bool) -> Promise:
    """The promise a sale names. A quote's own hold is captured with it, named or not, and outlives the quote and a restart."""
    now = desk.clock.now_ms()
    hold = _named(desk, sale, misfits, now, final=final)
    quote = quotes.decoded(hold.quote) if hold else None
    if sale.quote is not None:
        hold, quote = _quoted(desk, sale.quote, (hold, quote), misfits, final=final)
    if quote is not None and not same_basket(quote.sale.lines, sale.lines):
        misfits.append(Refusal("quote-differs", "conflict", {"quote": quote.id}))
        quote = None
    return Promise(hold=hold, quote=quote)


def _named(desk: Desk, sale: Sale, misfits: list[Refusal], now: int, *, final: bool) -> Hold | None:
    """The hold that the sale names, if it can still be captured."""
    if sale.hold is None:
        return None
    row = desk.store.operations.hold(sale.hold)
    if row is None or row.state == "captured":
        code = "hold-unknown" if row is None else "hold-captured"
        misfits.append(Refusal(code, "conflict", {"id": sale.hold}))
        return None
    state = standing(row, now)
    # A stale hold's points are free again; a final sale may have them all the same, as far as they are still there.
    if state == "released" or (state == "stale" and not final):
        misfits.append(Refusal("hold-" + state, "conflict", {"id": sale.hold}))
    return row


def _quoted(
    desk: Desk, id: str, found: tuple[Hold | None, Quote | None], misfits: list[Refusal], *, final: bool  # noqa: A002
) -> tuple[Hold | None, Quote | None]:  # fmt: skip
    """The quote that the sale names, and the hold that keeps its points."""
    hold, quote = found
    if quote is not None:
        if quote.id != id:
            misfits.append(Refusal("hold-other-quote", "conflict", {"quote": id}))
        return hold, quote
    now = desk.clock.now_ms()
    quote = desk.quotes.get(id, now)
    kept = desk.store.operations.hold_of(content_of_quote(id))
    if kept is not None and (quote is not None or final or standing(kept, now) == "open"):
        return kept, quote or quotes.decoded(kept.quote)
    if quote is None:
        misfits.append(Refusal("quote-unknown", "conflict", {"id": id}))
    return hold, quote


def same_basket(quoted: tuple[Line, ...], sold: tuple[Line, ...]) -> bool:
    """Whether two baskets are one; a name decides nothing and may be left out of a quote."""
    if quoted == sold:
        return True
    return len(quoted) == len(sold) and all(
        one == other or _nameless(one) == _nameless(other) for one, other in zip(quoted, sold, strict=True)
    )


def _nameless(line: Line) -> Line:
    return msgspec.structs.replace(line, name="")


def member_of(desk: Desk, sale: Sale, quote: Quote | None, misfits: list[Refusal]) -> Who | None:
    """The quote's member where a quote stands, else the card named or shown. A card nobody can read never stops a paid sale."""
    if quote is None:
        who = identify.of_sale(desk, sale.card)
        if not isinstance(who, Refusal):
            return who
        misfits.append(who)
        return None
    if sale.card is not None:
        named = identify.by_card(desk, sale.card, how="pos")
        if isinstance(named, Refusal):
            misfits.append(named)
        elif named.member != quote.member:
            misfits.append(Refusal("quote-other-member", "conflict", {"quote": quote.id}))
    if quote.member is None:
        return None
    return identify.again(desk, member=quote.member, hmac=quote.hmac, masked=quote.masked, how=quote.how)
