"""Fields of a later release are left out wherever they stand; the rest stays as it was said."""

import json

import msgspec
import pytest
from golden_records import PATH

from sync.lenient import pruned
from sync.wire import Record, decode, encode


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    a: int = 0


class One(msgspec.Struct, tag="one", tag_field="kind", forbid_unknown_fields=True):
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    named: dict[str, Inner] = {}
    either: int | str = 0


class Two(msgspec.Struct, tag="two", tag_field="kind", forbid_unknown_fields=True):
    b: int = 0


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"kind": "one", "new": 1}, {"kind": "one"}),
        ({"kind": "two", "b": 1, "inner": {}}, {"kind": "two", "b": 1}),
        ({"kind": "one", "inner": {"a": 1, "z": [1]}}, {"kind": "one", "inner": {"a": 1}}),
        ({"kind": "one", "inner": None, "either": "x"}, {"kind": "one", "inner": None, "either": "x"}),
        ({"kind": "one", "many": [{"a": 1, "z": 0}, {}]}, {"kind": "one", "many": [{"a": 1}, {}]}),
        ({"kind": "one", "named": {"z": {"a": 1, "z": 0}}}, {"kind": "one", "named": {"z": {"a": 1}}}),
        ({"kind": "three", "z": 1}, {"kind": "three", "z": 1}),
        ({"kind": "one", "many": {"z": 1}}, {"kind": "one", "many": {"z": 1}}),
        ([1], [1]),
        (None, None),
    ],
)
def test_what_is_kept(said, kept):
    assert pruned(said, One | Two) == kept


def test_a_record_of_a_later_release_is_read():
    for line in PATH.read_bytes().splitlines():
        said = json.loads(line)
        later = said | {"later": {"x": [1]}, "body": said["body"] | {"later": 1}}
        if "sale" in later["body"]:
            lines = [one | {"later": 1} for one in later["body"]["sale"]["lines"]]
            later["body"]["sale"] = later["body"]["sale"] | {"later": "x", "lines": lines}
        read = decode(json.dumps(later).encode())
        assert isinstance(read, Record)
        assert encode(read) == line
