"""Quotes in memory: bounded by number, by size and by time."""

import msgspec
from till_kit import NOW, as_sale, line

from agent.loyalty.decision import Decision, Trace
from agent.till import quotes
from agent.till.quotes import Quote, Quotes, decoded, encoded


def quote(name, *, lines=1, until=NOW + 1000):
    sale = as_sale(None, [line(n, name="x" * 190) for n in range(1, lines + 1)])
    decision = Decision(
        programme="p", version=1, hash="h", at=NOW, total=1, discount=0, redeemed=0, to_pay=1, lines=(),
        trace=(Trace("base", "applied"),), hints=(Trace("", "would-earn", {"points": 5, "currency": "main"}),),
    )  # fmt: skip
    return Quote(id=name, sale=sale, decision=decision, member=None, how="", valid_until=until)


def test_what_is_kept_is_all_but_the_trace():
    made = quote("q-1")
    assert decoded(encoded(made)) == msgspec.structs.replace(
        made, decision=msgspec.structs.replace(made.decision, trace=())
    )


def test_valid_until_and_not_a_moment_longer():
    kept = Quotes()
    kept.put(quote("q-1", until=NOW + 10))
    assert kept.get("q-1", NOW + 9).id == "q-1"
    assert kept.get("q-1", NOW + 10) is None
    assert kept.get("q-2", NOW) is None


def test_the_oldest_of_too_many_go():
    kept = Quotes()
    for n in range(quotes.MAX_QUOTES + 3):
        kept.put(quote(f"q-{n}"))
    assert len(kept.kept) == quotes.MAX_QUOTES
    assert kept.get("q-2", NOW) is None
    assert kept.get("q-3", NOW) is not None


def test_big_baskets_do_not_fill_the_memory():
    kept = Quotes()
    for n in range(60):
        kept.put(quote(f"q-{n}", lines=1000))
    assert kept.size_bytes == sum(len(data) for _, data in kept.kept.values()) <= quotes.MAX_BYTES
    assert 1 < len(kept.kept) < 60
    assert kept.get("q-59", NOW) is not None
