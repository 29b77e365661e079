"""What msgspec and our configuration reader say of a wrong shape, in words; both speak a small fixed English."""

from __future__ import annotations

import re

from agent.messages.figures import Lang
from agent.messages.looks import LOOKS, looks
from agent.messages.programme_faults import PROGRAMME_FAULTS

_KINDS: dict[str, tuple[str, str]] = {
    "int": ("целое число", "a whole number"),
    "float": ("число", "a number"),
    "str": ("текст", "text"),
    "bool": ("true или false", "true or false"),
    "object": ("объект", "an object"),
    "array": ("список", "a list"),
    "null": ("null", "null"),
}
# Pattern, Russian, English; groups fill the braces, names of types are put in words.
_SAID: tuple[tuple[str, str, str], ...] = (
    (r"Expected `([^`]*)`, got `([^`]*)`", "нужно: {0}; пришло: {1}", "{0} is needed, {1} was given"),
    (r"Expected `\w+` ([<>]=? \S+)", "число должно быть {0}", "the number must be {0}"),
    (r"Expected `str` of length ([<>=]+ \d+)", "длина текста должна быть {0}", "the text's length must be {0}"),
    (r"Expected `\w+` of length ([<>=]+ \d+)", "число записей должно быть {0}", "the number of entries must be {0}"),
    (r"Expected `str` matching regex '(.*)'", "текст не того вида, нужно {0}", "the text must look like {0}"),
    (r"Object missing required field `(.*)`", "нет поля {0}", "the field {0} is missing"),
    (r"Object contains unknown field `(.*)`", "неизвестное поле {0}", "the field {0} is unknown"),
    (r"Invalid enum value (.*)", "значение {0} не из списка", "{0} is not one of the choices"),
    (r"Invalid value (.*)", "значение {0} не из списка", "{0} is not one of the choices"),
    (r"Integer value out of range", "число слишком велико", "the number is too large"),
    (r"Given more than once", "задано дважды", "given more than once"),
    (r"Longer than (\d+) bytes", "длиннее {0} байт", "longer than {0} bytes"),
    (r"Not form-encoded UTF-8", "не UTF-8 в кодировке форм", "not form-encoded UTF-8"),
    (r"JSON is malformed: .* \(byte (\d+)\)", "неверный JSON, байт {0}", "malformed JSON at byte {0}"),
    (r"Input data was truncated", "JSON обрывается", "the JSON ends too early"),
    (r"'utf-8' codec can't decode .*", "текст не в UTF-8", "the text is not UTF-8"),
    (r"two lines have the number (\d+)", "две строки с номером {0}", "two lines have the number {0}"),
    (
        r"('.*') is not a moment with an offset",
        "{0}: не момент со смещением от UTC",
        "{0} is not a moment with an offset",
    ),
    (r"('.*') lies outside the years (\d+) to (\d+)", "{0}: вне {1}-{2} годов", "{0} lies outside {1} to {2}"),
)
_COMPILED = tuple((re.compile(pattern, re.DOTALL), ru, en) for pattern, ru, en in _SAID)

_FAULT_PARTS: tuple[tuple[str, str], ...] = (
    (r"unknown key", "неизвестный ключ"),
    (r"missing", "не задан"),
    (r"nested too deeply", "слишком глубокая вложенность"),
    (r"the file is too large", "файл слишком велик"),
    (r"a number is too long", "число слишком длинное"),
    (r"not TOML: (.*)", "это не TOML: {0}"),
    (r"(.*) is not allowed here", "{0} здесь нельзя"),
    (r"(.*) is out of range", "{0} вне пределов"),
    (r"(.*) is not an allowed number of entries", "записей {0}, столько нельзя"),
    (r"(.*) is not an allowed value", "{0} - недопустимое значение"),
    (r"not an allowed value", "недопустимое значение"),
    *PROGRAMME_FAULTS,
)
_FAULTS = tuple((re.compile(pattern, re.DOTALL), ru) for pattern, ru in _FAULT_PARTS)
_WORDS: tuple[tuple[str, str], ...] = (
    ("a whole number of minor units", "целое число мелких единиц"),
    ("a whole number of smallest points", "целое число мельчайших баллов"),
    ("minor units of one whole point", "цена целого балла в мелких единицах"),
    ("an id of its own", "свой id"),
    ("a tier needs its [[tier]]", "уровню нужна своя таблица [[tier]]"),
    ("a currency needs its [points.X]", "баллам нужна своя таблица [points.X]"),
    ("a name like", "имя вида"),
    ("a date like", "дата вида"),
    ("the lower end first", "сначала меньшее"),
    ("write one offer for each", "на каждую по акции"),
    ("one of", "одно из"),
    ("levels", "уровней"),
    ("bits", "бит"),
    ("bytes", "байт"),
    ("a whole number", "целое число"),
    ("a number", "число"),
    ("true/false", "true или false"),
    ("text", "текст"),
    ("a table", "таблица"),
    ("a list", "список"),
    ("of at least", "длиной не меньше"),
    ("a multiple of", "кратное"),
    ("matching", "вида"),
    ("like", "вида"),
    ("or leave it out", "или уберите"),
    ("leave it out, a later version runs it", "убрать, это будет в следующей версии"),
    ("up to", "до"),
    (" or ", " или "),
)
_SIZES = re.compile(r" of (\d+) to (\d+)")


def shape_words(text: str, lang: Lang) -> str:
    """A message of msgspec in words; one it did not use to say stays as it is."""
    for pattern, ru, en in _COMPILED:
        if found := pattern.fullmatch(text):
            return (ru if lang == "ru" else en).format(*(_words(group, lang) for group in found.groups()))
    return text


def _words(group: str, lang: Lang) -> str:
    """Types in words, a pattern as its examples; msgspec shows patterns as Python writes them, backslashes twice."""
    return looks(_kinds(group, lang).replace("\\\\", "\\"))


def _kinds(group: str, lang: Lang) -> str:
    """`int | null` as "целое число, null"; what names no type stays."""
    parts = group.split(" | ")
    if not all(part in _KINDS for part in parts):
        return group
    return ", ".join(_KINDS[part][0 if lang == "ru" else 1] for part in parts)


def fault_line(place: str, what: str, *, allowed: str = "", hint: str = "", lang: Lang = "ru") -> str:
    """A configuration fault on one line; `place` is "file:line: key". English is what the reader says itself."""
    for pattern, examples in LOOKS.items():
        allowed = allowed.replace(f"matching {pattern}", f"like {examples}")
    if lang == "en":
        return (
            f"{place}: {what}"
            + (f"; allowed: {allowed}" if allowed else "")
            + (f"; did you mean {hint}?" if hint else "")
        )
    said = what
    for known, ru in _FAULTS:
        if found := known.fullmatch(what):
            # What the TOML reader says stays whole: half of a sentence in each language helps nobody.
            said = ru.format(*(group if "TOML" in ru else _russian(group) for group in found.groups()))
            break
    text = f"{place}: {said}" + (f"; можно: {_russian(allowed)}" if allowed else "")
    return text + (f"; может быть, {hint}?" if hint else "")


def _russian(text: str) -> str:
    """Kinds and ranges in Russian; what stands in quotes is the shop's own and stays."""
    parts = re.split(r"('(?:[^'\\]|\\.)*')", text)
    for index in range(0, len(parts), 2):
        parts[index] = _SIZES.sub(r" длиной от \1 до \2", parts[index])
        for en, ru in _WORDS:
            parts[index] = re.sub(rf"(?<!\w){re.escape(en)}(?!\w)" if en[0] != " " else re.escape(en), ru, parts[index])
    return "".join(parts)
