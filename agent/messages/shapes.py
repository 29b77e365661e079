"""What msgspec and our configuration reader say of a wrong shape, in words; both speak a small fixed English."""

from __future__ import annotations

import re

from agent.messages.figures import Lang

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
)
_FAULTS = tuple((re.compile(pattern, re.DOTALL), ru) for pattern, ru in _FAULT_PARTS)
_WORDS: tuple[tuple[str, str], ...] = (
    ("a whole number", "целое число"),
    ("a number", "число"),
    ("true/false", "true или false"),
    ("text", "текст"),
    ("a table", "таблица"),
    ("a list", "список"),
    ("of at least", "длиной не меньше"),
    ("a multiple of", "кратное"),
    ("matching", "вида"),
    (" or ", " или "),
    (" of ", " длиной от "),
    (" to ", " до "),
)


def shape_words(text: str, lang: Lang) -> str:
    """A message of msgspec in words; one it did not use to say stays as it is."""
    for pattern, ru, en in _COMPILED:
        if found := pattern.fullmatch(text):
            return (ru if lang == "ru" else en).format(*(_kinds(group, lang) for group in found.groups()))
    return text


def _kinds(group: str, lang: Lang) -> str:
    """`int | null` as "целое число, null"; what names no type stays."""
    parts = group.split(" | ")
    if not all(part in _KINDS for part in parts):
        return group
    return ", ".join(_KINDS[part][0 if lang == "ru" else 1] for part in parts)


def fault_line(place: str, what: str, *, allowed: str = "", hint: str = "", lang: Lang = "ru") -> str:
    """A configuration fault on one line; `place` is "file:line: key". English is what the reader says itself."""
    if lang == "en":
        return (
            f"{place}: {what}"
            + (f"; allowed: {allowed}" if allowed else "")
            + (f"; did you mean {hint}?" if hint else "")
        )
    said = what
    for pattern, ru in _FAULTS:
        if found := pattern.fullmatch(what):
            said = ru.format(*(_russian(group) for group in found.groups()))
            break
    text = f"{place}: {said}" + (f"; можно: {_russian(allowed)}" if allowed else "")
    return text + (f"; может быть, {hint}?" if hint else "")


def _russian(text: str) -> str:
    """Kinds and ranges in Russian; what stands in quotes is the shop's own and stays."""
    parts = re.split(r"('(?:[^'\\]|\\.)*')", text)
    for index in range(0, len(parts), 2):
        for en, ru in _WORDS:
            parts[index] = re.sub(rf"(?<!\w){re.escape(en)}(?!\w)" if en[0] != " " else re.escape(en), ru, parts[index])
    return "".join(parts)
