from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from agent.config import convert, read_toml
from agent.messages.shapes import fault_line, shape_words


class Shape(Struct, forbid_unknown_fields=True):
    n: Annotated[int, Meta(ge=1)]
    name: Annotated[str, Meta(max_length=3, pattern="^a")] = "a"
    many: Annotated[list[int], Meta(max_length=1)] = []
    kind: Literal["x", "y"] = "x"
    either: int | None = None


def said(raw: bytes, lang) -> str:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)) as caught:
        msgspec.json.decode(raw, type=Shape)
    return shape_words(str(caught.value).partition(" - at ")[0], lang)


@pytest.mark.parametrize(
    ("raw", "ru", "en"),
    [
        (b'{"n":"1"}', "нужно: целое число; пришло: текст", "a whole number is needed, text was given"),
        (
            b'{"n":1,"either":""}',
            "нужно: целое число, null; пришло: текст",
            "a whole number, null is needed, text was given",
        ),
        (b'{"n":0}', "число должно быть >= 1", "the number must be >= 1"),
        (b'{"n":1,"name":"aaaa"}', "длина текста должна быть <= 3", "the text's length must be <= 3"),
        (b'{"n":1,"name":"b"}', "текст не того вида, нужно ^a", "the text must look like ^a"),
        (b'{"n":1,"many":[1,2]}', "число записей должно быть <= 1", "the number of entries must be <= 1"),
        (b'{"n":1,"kind":"z"}', "значение 'z' не из списка", "'z' is not one of the choices"),
        (b"{}", "нет поля n", "the field n is missing"),
        (b'{"n":1,"q":1}', "неизвестное поле q", "the field q is unknown"),
        (b"[]", "нужно: объект; пришло: список", "an object is needed, a list was given"),
        (b"{", "JSON обрывается", "the JSON ends too early"),
        (b"x", "неверный JSON, байт 0", "malformed JSON at byte 0"),
        (b'{"n":1,"name":"\xff"}', "текст не в UTF-8", "the text is not UTF-8"),
    ],
)
def test_everything_msgspec_says_has_words(raw, ru, en):
    assert (said(raw, "ru"), said(raw, "en")) == (ru, en)


def test_what_is_new_stays_as_it_is():
    assert shape_words("Something else", "ru") == "Something else"


def test_configuration_faults_in_russian():
    text = 'n = "1"\nname = "text"\nkind = "z"\nmany = [1, 2]\nq = 1\neither = 1.5'
    data, lines, _ = read_toml(text, "k.toml")
    told = [fault.said("ru") for fault in convert(data, Shape, lines=lines, file="k.toml")[1]]
    assert told == [
        "k.toml:1: n: текст здесь нельзя; можно: целое число >= 1",
        "k.toml:2: name: 'text' - недопустимое значение; можно: текст вида ^a, длиной от 0 до 3",
        "k.toml:3: kind: 'z' - недопустимое значение; можно: 'x', 'y'",
        "k.toml:4: many: записей 2, столько нельзя; можно: список длиной от 0 до 1",
        "k.toml:5: q: неизвестный ключ; можно: n, name, many, kind, either",
        "k.toml:6: either: число здесь нельзя; можно: целое число",
    ]


def test_the_two_languages_have_the_same_parts():
    assert (
        fault_line("a:1: k", "missing", allowed="text", hint="b", lang="en")
        == "a:1: k: missing; allowed: text; did you mean b?"
    )
    assert (
        fault_line("a:1: k", "missing", allowed="text", hint="b", lang="ru")
        == "a:1: k: не задан; можно: текст; может быть, b?"
    )
