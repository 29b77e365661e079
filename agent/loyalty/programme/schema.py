"""The JSON Schema of a programme file, made from the grammar's types: editors complete and check by it. `docs/programme.schema.json`."""

from __future__ import annotations

from typing import Any

import msgspec

from agent.loyalty.programme.grammar import ProgrammeFile

NOT_YET: dict[str, tuple[str, ...]] = {"phase": ("issue", "points", "tender"), "offline": ("lease", "deny")}
"""Words the grammar knows and the check refuses."""


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12. What the engine does not run yet is left out, so that it is refused here too."""
    (root,), parts = msgspec.json.schema_components([ProgrammeFile], ref_template="#/$defs/{name}")
    for part in parts.values():
        properties = part.get("properties", {})
        for key in [key for key, shape in properties.items() if shape == {"default": None}]:
            # Typed `Later` in the grammar.
            del properties[key]
        for key, words in NOT_YET.items():
            if key in properties:
                _without(properties[key], words)
        # Written for those who read the code; docs/programme.md is written for those who write programmes.
        part.pop("description", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kopilka programme",
        **root,
        "$defs": {name: _tidy(part) for name, part in sorted(parts.items())},
    }


def _without(shape: dict[str, Any], words: tuple[str, ...]) -> None:
    for each in (shape, *shape.get("anyOf", ())):
        if "enum" in each:
            each["enum"] = [word for word in each["enum"] if word not in words]


def _tidy(value: Any) -> Any:
    """Without nulls, which TOML has not, and without defaults that are whole tables."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _tidy(item)
        for key, item in value.items()
        if not (key == "default" and (item is None or isinstance(item, (dict, list, tuple))))
    }
    choices = kept.get("anyOf")
    if choices is not None:
        choices = [choice for choice in choices if choice != {"type": "null"}]
        if len(choices) == 1:
            del kept["anyOf"]
            return {**kept, **choices[0]}
        kept["anyOf"] = choices
    if isinstance(kept.get("enum"), list):
        kept["enum"] = [word for word in kept["enum"] if word is not None]
    return kept
