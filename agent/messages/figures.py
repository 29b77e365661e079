"""Figures in running text: plurals, money, values that came from outside."""

from __future__ import annotations

from typing import Literal

Lang = Literal["ru", "en"]
THIN = "\u202f"
"""Narrow no-break space: thousands stay on one line."""


def plural(count: int, lang: Lang, forms: str) -> str:
    """The noun for a count: forms "чек|чека|чеков" in Russian (one, few, many), "sale|sales" in English."""
    one, *rest = forms.split("|")
    if lang == "en":
        return one if count == 1 else rest[-1]
    tens, ones = abs(count) % 100, abs(count) % 10
    if ones == 1 and tens != 11:
        return one
    return rest[0] if ones in (2, 3, 4) and tens not in (12, 13, 14) else rest[-1]


def money(amount_minor: int, lang: Lang) -> str:
    """Minor units with two decimals: "1 149,00" in Russian, "1,149.00" in English."""
    whole, part = divmod(abs(amount_minor), 100)
    sign = "-" if amount_minor < 0 else ""
    text = f"{whole:,}.{part:02d}"
    if lang == "ru":
        text = text.replace(",", THIN).replace(".", ",")
    return sign + text


class Shown:
    """A field as a template formats it: `{x}`, `{x:money}`, `{x:one|few|many}`, `{x:shape}`; never more than 120 signs, none of control."""

    __slots__ = ("lang", "value")

    def __init__(self, value: object, lang: Lang) -> None:
        self.value = value
        self.lang = lang

    def __format__(self, spec: str) -> str:
        number = self.value if isinstance(self.value, int) else 0
        if spec == "money":
            return money(number, self.lang)
        if "|" in spec:
            return f"{number} {plural(number, self.lang, spec)}"
        text = str(self.value)[:121]
        if spec == "shape":
            from agent.messages.shapes import shape_words

            text = shape_words(text, self.lang)[:121]
        text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
        return text if len(text) <= 120 else text[:119] + "\N{HORIZONTAL ELLIPSIS}"


class Fields(dict[str, object]):
    """Fields for `format_map`; one that was not given is a dash, never a crash on the way to telling a fault."""

    def __missing__(self, key: str) -> str:
        return "\N{EN DASH}"
