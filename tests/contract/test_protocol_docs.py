"""docs/protocol.md and its vectors are what the code does: every field, reason and problem is named, every vector made anew is the same."""

import json
import pathlib
import re
import typing

import msgspec
import protocol_vectors
import pytest

from agent.loyalty.leases import Backing, Grant, Spend
from agent.loyalty.lots import Lot, Part
from sync import joining, trust, wire

TOP = pathlib.Path(__file__).parents[2]
TEXT = (TOP / "docs" / "protocol.md").read_text(encoding="utf-8")
SHAPES = [
    *typing.get_args(wire.AnyBody), wire.Record, wire.Head, wire.PushAnswer, wire.Verdict, wire.LeaseAnswer, wire.Changes, wire.MemberState,
    wire.KeyLink, joining.EnrolRequest, joining.EnrolAnswer, joining.RotateRequest, joining.RotateAnswer, Grant, Backing, Spend, Part, Lot,
]  # fmt: skip


def named(word):
    return f"`{word}`" in TEXT


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_field_is_named(shape):
    assert [field for field in shape.__struct_fields__ if not named(field)] == []


def test_every_kind_reason_refusal_doubt_and_problem_is_named():
    words = set(wire.KINDS)
    for path in (TOP / "sync" / "hub").rglob("*.py"):
        words |= set(re.findall(r'Unapplicable\("([\w-]+)"\)', path.read_text(encoding="utf-8")))
    words |= set(typing.get_args(trust.Refusal)) | set(typing.get_args(trust.Doubt))
    words |= {"fails-the-hub", "undecodable", "unknown-version", "unknown-kind"}
    assert sorted(word for word in words if not named(word)) == []


@pytest.mark.parametrize("code", ["signature-missing", "signature-refused", "clock-off", "request-repeated", "till-unknown",
                                  "till-revoked", "push-refused", "push-too-large", "other-till", "encoding-unknown", "hub-busy",
                                  "rotate-refused", "enrol-refused", "too-large", "too-slow", "too-many", "bad-http"])  # fmt: skip
def test_every_problem_of_the_door_is_named(code):
    assert named(code)


def test_limits_stand_there_as_they_are():
    for figure in (wire.BATCH_RECORDS, wire.OPEN_LEASES, trust.EPOCH_LEAP, trust.CURSOR_LEAP):
        assert f"{figure:,}" in TEXT, figure


def test_the_vectors_are_what_the_code_makes():
    """After a change: PYTHONPATH=.:tests/support python tests/support/protocol_vectors.py."""
    kept = json.loads(protocol_vectors.PATH.read_text(encoding="utf-8"))
    made = json.loads(json.dumps(protocol_vectors.vectors()))
    # What a library packs may differ from release to release; that it unpacks to the same is checked elsewhere.
    for found in (kept, made):
        del found["push"]["zstd"], found["push"]["gzip"]
    assert made == kept


def test_the_structs_of_the_wire_are_open():
    """A field of a later release is no fault."""
    for shape in SHAPES:
        assert not msgspec.inspect.type_info(shape).forbid_unknown_fields, shape
