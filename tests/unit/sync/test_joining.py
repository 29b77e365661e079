"""Joining: what a till may say before it is known, and what of a later release is let be."""

import msgspec
import pytest

from sync.joining import EnrolAnswer, EnrolRequest, RotateRequest

KEY = "ab" * 32


@pytest.mark.parametrize(
    ("shape", "good", "wrong"),
    [
        (EnrolRequest, {"code": "1234-5678", "till": "T1", "public_key": KEY}, {"public_key": KEY.upper()}),
        (EnrolRequest, {"code": "1234-5678", "till": "T1", "public_key": KEY}, {"code": "123"}),
        (EnrolRequest, {"code": "1234-5678", "till": "T1", "public_key": KEY}, {"till": "T" * 81}),
        (RotateRequest, {"public_key": KEY, "proof": "p"}, {"public_key": KEY + "00"}),
        (RotateRequest, {"public_key": KEY, "proof": "p"}, {"proof": "p" * 101}),
    ],
)
def test_what_is_asked_has_limits(shape, good, wrong):
    assert msgspec.convert(good | {"later": 1}, shape) == shape(**good)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(good | wrong, shape)


def test_an_answer_leaves_out_what_is_nothing():
    answer = EnrolAnswer(till="T1", store="S1", programme_key=KEY, hub_key=KEY)
    assert set(msgspec.json.decode(msgspec.json.encode(answer))) == {"till", "store", "programme_key", "hub_key"}
