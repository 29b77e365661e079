"""The JSON Schema: only what runs, no nulls."""

from __future__ import annotations

import json

from agent.loyalty.programme.schema import schema


def test_what_does_not_run_yet_is_not_in_it() -> None:
    parts = schema()["$defs"]
    assert "stamps" not in parts["Then"]["properties"]
    assert "visit" not in parts["When"]["properties"]
    assert parts["OfferTable"]["properties"]["phase"]["enum"] == [
        "accrual",
        "basket",
        "bundle",
        "coupon",
        "line",
        "price",
    ]
    assert parts["OfferTable"]["properties"]["offline"]["enum"] == ["allow"]


def test_it_is_plain_json_without_nulls() -> None:
    assert "null" not in json.dumps(schema())
    assert schema() == schema()
