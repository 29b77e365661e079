"""Names in two languages, with the right form for a number (CLDR plural rules for whole numbers, ru and en)."""

from __future__ import annotations

from msgspec import Struct

FORMS = {"ru": 3, "en": 2}
LANGUAGES = ("ru", "en")


class Names(Struct, frozen=True):
    """Forms of a name by language: ru one, few, many; en one, many. A single form serves every number."""

    ru: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def of(self, lang: str) -> tuple[str, ...]:
        """The forms in this language, or in the other one when this one has none."""
        return (self.ru or self.en) if lang == "ru" else (self.en or self.ru)


def form(count: int, forms: tuple[str, ...], lang: str) -> str:
    """The form of a name that goes with `count`: балл, балла, баллов; point, points."""
    if not forms:
        return ""
    place = russian_form(count) if lang == "ru" else int(abs(count) != 1)
    return forms[min(place, len(forms) - 1)]


def russian_form(count: int) -> int:
    """0 for 1, 21, 101; 1 for 2-4, 22-24; 2 for the rest, 11-14 among them."""
    last_two = abs(count) % 100
    last = last_two % 10
    if last == 1 and last_two != 11:
        return 0
    return 1 if 2 <= last <= 4 and not 12 <= last_two <= 14 else 2
