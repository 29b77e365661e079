"""Fields a later release added are no fault of a record: they are left out of what is read here, and kept because the bytes are.

Some shapes of a record are those of the local API, which refuses what it does not know; on the wire the same shapes must not.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import inspect


def pruned(value: Any, type_: Any) -> Any:
    """Decoded JSON without the members `type_` does not name, however deep; what does not fit it at all is left for the decoder."""
    return _pruned(value, _type(type_))


@cache
def _type(type_: Any) -> inspect.Type:
    return inspect.type_info(type_)


def _pruned(value: Any, of: inspect.Type) -> Any:
    if isinstance(of, inspect.UnionType):
        found = _member(value, of)
        return value if found is None else _pruned(value, found)
    if isinstance(value, dict):
        if isinstance(of, inspect.StructType):
            return _struct(value, of)
        if isinstance(of, inspect.DictType):
            return {name: _pruned(inner, of.value_type) for name, inner in value.items()}
    if isinstance(value, list) and isinstance(of, inspect.VarTupleType | inspect.ListType):
        return [_pruned(inner, of.item_type) for inner in value]
    return value


def _struct(value: dict[str, Any], of: inspect.StructType) -> dict[str, Any]:
    types = {field.encode_name: field.type for field in of.fields}
    kept = {name: _pruned(value[name], types[name]) for name in types.keys() & value.keys()}
    if of.tag_field is not None and of.tag_field in value:
        kept[of.tag_field] = value[of.tag_field]
    return kept


def _member(value: Any, of: inspect.UnionType) -> inspect.Type | None:
    """The part of a union that a value is meant for."""
    if isinstance(value, dict):
        structs = (one for one in of.types if isinstance(one, inspect.StructType))
        meant = (one for one in structs if one.tag_field is None or value.get(one.tag_field) == one.tag)
        if found := next(meant, None):
            return found
    shape = inspect.DictType if isinstance(value, dict) else (inspect.VarTupleType, inspect.ListType)
    return next((one for one in of.types if isinstance(one, shape)), None)
