"""Values out of bytes."""

from __future__ import annotations

import msgspec
import pytest

from agent.errors import CorruptDatabase
from agent.store.kept import decoded

NUMBERS = msgspec.json.Decoder(dict[str, int])


def test_decoded():
    assert (
        decoded(NUMBERS, b'{"a":1}', path="p", table="t")
        == decoded(NUMBERS, '{"a":1}', path="p", table="t")
        == {"a": 1}
    )


@pytest.mark.parametrize("data", [b"", b"{", b'{"a":"b"}', b'{"\xff":1}', "[]"])
def test_what_does_not_decode_names_its_table(data):
    with pytest.raises(CorruptDatabase) as caught:
        decoded(NUMBERS, data, path="p", table="hold")
    assert caught.value.fields["path"] == "p"
    assert str(caught.value.fields["problem"]).startswith("hold: ")
