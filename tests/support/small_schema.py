"""The part of JSON Schema 2020-12 that our schemas use, enough to ask whether a document fits one."""

from __future__ import annotations

import re
from typing import Any

KINDS: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
KNOWN = frozenset(
    [
        "$schema",
        "$defs",
        "title",
        "default",
        "description",
        "$ref",
        "type",
        "enum",
        "anyOf",
        "allOf",
        "properties",
        "required",
        "additionalProperties",
        "propertyNames",
        "items",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
    ]
)


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None) -> bool:
    """Whether the value fits; a keyword nobody wrote here fails the test that uses it."""
    root = root or schema
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema and not fits(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root):
        return False
    if "anyOf" in schema and not any(fits(value, each, root) for each in schema["anyOf"]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    kind = schema.get("type")
    if kind is not None and (not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool))):
        return False
    if isinstance(value, dict):
        return _object(value, schema, root)
    if isinstance(value, list):
        within = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        return within and all(fits(item, schema.get("items", {}), root) for item in value)
    if isinstance(value, str):
        within = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        return within and bool(re.search(schema.get("pattern", ""), value))
    if isinstance(value, int):
        return schema.get("minimum", value) <= value <= schema.get("maximum", value)
    return True


def _object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any]) -> bool:
    properties = schema.get("properties", {})
    if not set(schema.get("required", ())) <= set(value) or len(value) > schema.get("maxProperties", len(value)):
        return False
    more = schema.get("additionalProperties", True)
    for key, item in value.items():
        if not fits(key, schema.get("propertyNames", {}), root):
            return False
        if key in properties:
            if not fits(item, properties[key], root):
                return False
        elif more is False or (isinstance(more, dict) and not fits(item, more, root)):
            return False
    return True
