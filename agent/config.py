"""Reading TOML into typed values and saying everything that is wrong with it at once. Text in, values out: no file is opened.

Each schema lives with its owner as msgspec Structs; a field whose `Meta(extra={"secret": True})` says so is never echoed.
"""

from __future__ import annotations

import re
import tomllib
import types
import typing
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from agent.messages.figures import Lang
from agent.messages.shapes import fault_line
from agent.toml_lines import MAX_DEPTH, Lines, Path, TooDeep, find_lines

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Fault", "Lines", "convert", "read_toml"]

MAX_BYTES = 1024 * 1024
T = TypeVar("T")

_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_AT_PATH = re.compile(r" - at `[^`]*`$")
_KINDS: dict[type, str] = {
    bool: "true/false",
    int: "a whole number",
    float: "a number",
    str: "text",
    dict: "a table",
    list: "a list",
}
_MARK = "secret"
_SECRET = Meta(extra={_MARK: True})
_ENDS = {
    "ge": ">= {}",
    "gt": "> {}",
    "le": "<= {}",
    "lt": "< {}",
    "multiple_of": "a multiple of {}",
    "pattern": "matching {}",
}


class Fault(Struct, frozen=True):
    """One thing wrong with a file. `line` counts from 1; `key` is a dotted path; `hint` is what was probably meant."""

    file: str
    line: int
    key: str
    what: str
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        return self.said("en")

    def said(self, lang: Lang) -> str:
        """The fault on one line, in a language."""
        place = f"{self.file}:{self.line}" + (f": {self.key}" if self.key else "")
        return fault_line(place, self.what, allowed=self.allowed, hint=self.hint, lang=lang)


def read_toml(text: str, file: str) -> tuple[dict[str, Any], Lines, list[Fault]]:
    """The document, its line numbers, and the fault that stopped the reading; the document is empty then."""

    def stop(line: int, what: str, allowed: str = "") -> tuple[dict[str, Any], Lines, list[Fault]]:
        return {}, Lines(), [Fault(file, line, "", what, allowed)]

    if len(text) > MAX_BYTES or len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        return stop(1, "the file is too large", f"{MAX_BYTES} bytes")
    text = text.removeprefix("\ufeff")
    try:
        lines = find_lines(text)
        return tomllib.loads(text), lines, []
    except TooDeep as deep:
        return stop(deep.line, "nested too deeply", f"{MAX_DEPTH} levels")
    except tomllib.TOMLDecodeError as error:
        where = _AT_LINE.search(str(error))
        line = int(where[1]) if where and where[1] else text.count("\n", 0, len(text.rstrip())) + 1
        return stop(line, f"not TOML: {_AT_LINE.sub('', str(error))}")
    except ValueError:
        # Python refuses whole numbers of more than 4300 digits with a plain ValueError that names no place.
        return stop(1, "a number is too long", "64 bits")


def convert(data: object, type_: type[T], *, lines: Lines, file: str, at: Path = ()) -> tuple[T | None, list[Fault]]:
    """`data` as a `type_` (a Struct or any type msgspec knows), or None and every fault found, in order of lines.

    `at` is the path of `data` in the document. Keys no field takes are faults even where the Struct would ignore them.
    """
    check = _Check(lines, file)
    check.value(data, type_, at, ())
    if check.faults:
        return None, sorted(check.faults, key=lambda fault: fault.line)
    try:
        return msgspec.convert(data, type_), []
    except (msgspec.ValidationError, RecursionError) as error:
        return None, [Fault(file, lines.of(at), dotted(at), _plain(error))]


def dotted(path: Path) -> str:
    """A path for people: `printer[0].port`, words that are no bare keys in quotes."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            word = step if re.fullmatch(r"[\w-]{1,60}", step) else _shown(step)
            text += f".{word}" if text else word
    return text


class _Check:
    """One walk over data and type together, collecting faults; msgspec judges the leaves."""

    def __init__(self, lines: Lines, file: str) -> None:
        self.lines = lines
        self.file = file
        self.faults: list[Fault] = []

    def add(self, path: Path, what: str, *, allowed: str = "", hint: str = "") -> None:
        self.faults.append(Fault(self.file, self.lines.of(path), dotted(path), what, allowed, hint))

    def value(self, data: object, hint: Any, path: Path, metas: tuple[Meta, ...]) -> None:
        """Check one value. `metas` are the constraints collected on the way through Annotated."""
        if len(path) > MAX_DEPTH:
            return self.add(path[:MAX_DEPTH], "nested too deeply", allowed=f"{MAX_DEPTH} levels")
        hint, metas = _bare(hint, metas)
        arms = _arms(hint)
        if len(arms) > 1:
            hint, metas = _bare(_fitting(data, arms), metas)
        if isinstance(hint, type) and issubclass(hint, Struct) and isinstance(data, dict):
            return self.struct(data, hint, path)
        origin, args = get_origin(hint) or hint, get_args(hint)
        # What stands inside a secret is secret too.
        inner = (_SECRET,) if any((meta.extra or {}).get(_MARK) for meta in metas) else ()
        before = len(self.faults)
        if origin is dict and args and isinstance(data, dict):
            for key, item in data.items():
                self.leaf(key, args[0], (*path, str(key)), ())
                self.value(item, args[1], (*path, str(key)), inner)
            hint = dict
        elif origin in (list, tuple, set, frozenset) and args and isinstance(data, list):
            hint = self.items(data, (origin, args), path, inner)
        if len(self.faults) == before:
            self.leaf(data, hint, path, metas)
        return None

    def items(self, data: list[Any], shape: tuple[Any, Any], path: Path, metas: tuple[Meta, ...]) -> Any:
        """Check a list's members; returns the type that still judges the list as a whole (its length)."""
        origin, args = shape
        fixed = origin is tuple and args[-1:] != (Ellipsis,)
        for index, item in enumerate(data):
            if not fixed:
                self.value(item, args[0], (*path, index), metas)
            elif index < len(args):
                self.value(item, args[index], (*path, index), metas)
        return tuple[(Any,) * len(args)] if fixed else list  # type: ignore[misc]

    def struct(self, data: dict[str, Any], cls: type[Struct], path: Path) -> None:
        before = len(self.faults)
        fields = {field.encode_name: field for field in msgspec.structs.fields(cls)}
        tag = cls.__struct_config__.tag_field
        for key, item in data.items():
            if key in fields:
                self.value(item, fields[key].type, (*path, key), ())
            elif key != tag:
                near = get_close_matches(key, fields, n=1, cutoff=0.6)
                self.add((*path, key), "unknown key", allowed=_listed(list(fields)), hint=near[0] if near else "")
        for key, field in fields.items():
            if field.required and key not in data:
                self.add((*path, key), "missing", allowed=_allowed(field.type))
        if len(self.faults) == before:
            # What only the whole can say: the tag, and the Struct's own __post_init__.
            self.leaf(data, cls, path, ())

    def leaf(self, data: object, hint: Any, path: Path, metas: tuple[Meta, ...]) -> None:
        full = Annotated[(hint, *metas)] if metas else hint
        try:
            msgspec.convert(data, full)
        except msgspec.ValidationError as error:
            secret = _is_secret(full)
            whole = isinstance(data, dict) and _kind(hint) is dict
            near = [] if secret or not isinstance(data, str) else get_close_matches(data[:100], _choices(full), n=1)
            self.add(
                path,
                _what(error, data, secret=secret),
                allowed="" if whole else _allowed(full),
                hint=_shown(near[0]) if near else "",
            )


def _bare(hint: Any, metas: tuple[Meta, ...]) -> tuple[Any, tuple[Meta, ...]]:
    """A type without Annotated, NewType and alias around it, and what they said."""
    while True:
        if get_origin(hint) is Annotated:
            hint, *said = get_args(hint)
            metas = (*metas, *(meta for meta in said if isinstance(meta, Meta)))
        elif isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        else:
            return hint, metas


def _arms(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _kind(hint: Any) -> type | None:
    """The shape of data a type takes: dict, list, or None for a leaf."""
    bare = _bare(hint, ())[0]
    origin = get_origin(bare) or bare
    if origin is dict or (isinstance(origin, type) and issubclass(origin, Struct)):
        return dict
    return list if origin in (list, tuple, set, frozenset) else None


def _fitting(data: object, arms: tuple[Any, ...]) -> Any:
    """The arm of a union that takes data of this shape; the whole union where more than one does, or none."""
    kind = type(data) if isinstance(data, (dict, list)) else None
    near = [arm for arm in arms if _kind(arm) is kind and arm is not types.NoneType]
    if len(near) > 1 and isinstance(data, dict):
        # Structs told apart by their tag.
        tagged = [arm for arm in near if _tagged(_bare(arm, ())[0], data)]
        near = tagged or near
    if len(near) == 1 and not (data is None and types.NoneType in arms):
        return near[0]
    return Union[arms]  # noqa: UP007 - made at run time from a tuple


def _tagged(hint: Any, data: dict[str, Any]) -> bool:
    if not (isinstance(hint, type) and issubclass(hint, Struct)):
        return False
    config = hint.__struct_config__
    return config.tag_field is not None and data.get(config.tag_field) == config.tag


def _choices(hint: Any) -> list[str]:
    """Words a type lists by Literal, through unions."""
    words: list[str] = []
    for arm in _arms(_bare(hint, ())[0]):
        bare = _bare(arm, ())[0]
        if get_origin(bare) is Literal:
            words += [word for word in get_args(bare) if isinstance(word, str)]
    return words


def _allowed(hint: Any) -> str:
    """What a type takes, in words: choices, or kind and range."""
    told = []
    for arm in _arms(_bare(hint, ())[0]):
        bare, metas = _bare(arm, ())
        metas = (*_bare(hint, ())[1], *metas)
        if get_origin(bare) is Literal:
            told.append(_listed([_shown(word) for word in get_args(bare)]))
        elif bare is not types.NoneType:
            kind = _kind(bare)
            name = _KINDS.get(bare if kind is None else kind, getattr(bare, "__name__", str(bare)))
            told.append(" ".join([name, _limits(metas, sized=bare is str or kind is not None)]).strip())
    return " or ".join(told)


def _limits(metas: tuple[Meta, ...], *, sized: bool) -> str:
    parts = []
    for meta in metas:
        parts += [_ENDS[end].format(getattr(meta, end)) for end in _ENDS if getattr(meta, end) is not None]
        least, most = meta.min_length, meta.max_length
        if sized and (least or most is not None):
            parts.append(f"of {least or 0} to {most}" if most is not None else f"of at least {least}")
    return ", ".join(parts)


def _listed(words: list[str], most: int = 24) -> str:
    return ", ".join(words[:most]) + (", ..." if len(words) > most else "")


def _shown(value: object) -> str:
    """A value on one short line, control characters escaped; cut before it is written out, it may be huge."""
    if isinstance(value, int) and abs(value) > 10**30:
        return "a huge number"
    text = (
        ascii(value[:60])
        if isinstance(value, str) and not value[:60].isprintable()
        else repr(value if not isinstance(value, str) else value[:60])
    )
    return text if len(text) <= 64 else text[:60] + "..."


def _plain(error: BaseException) -> str:
    return _AT_PATH.sub("", str(error))


def _what(error: msgspec.ValidationError, data: object, *, secret: bool) -> str:
    """What msgspec found, in words. Its own texts name types the way Python does; a schema's __post_init__ speaks for itself."""
    text = _plain(error)
    if text.startswith("Expected") and " got " in text:
        return f"{_KINDS.get(type(data), type(data).__name__)} is not allowed here"
    if secret:
        return "not an allowed value"
    if isinstance(data, (dict, list)) and text.startswith("Expected"):
        # Its length; the members may hold secrets and are not shown.
        return f"{len(data)} is not an allowed number of entries"
    if not text.startswith(("Expected", "Invalid enum value")):
        return text
    return (
        f"{_shown(data)} is out of range"
        if isinstance(data, (int, float))
        else f"{_shown(data)} is not an allowed value"
    )


def _is_secret(hint: Any) -> bool:
    return any((meta.extra or {}).get(_MARK) for meta in _bare(hint, ())[1])
