"""Refusals become problems with a status."""

import pytest

from agent.api.border import granted
from agent.errors import Conflict, Forbidden, NotFound, Unprocessable
from agent.till.refusal import Refusal


def test_a_result_passes():
    assert granted({"id": 1}) == {"id": 1}
    assert granted(None) is None


@pytest.mark.parametrize(
    ("kind", "family", "status"),
    [
        ("invalid", Unprocessable, 422),
        ("conflict", Conflict, 409),
        ("not_found", NotFound, 404),
        ("forbidden", Forbidden, 403),
    ],
)
def test_each_kind_has_its_status(kind, family, status):
    with pytest.raises(family) as raised:
        granted(Refusal("two-cards", kind, {"n": 2}))
    assert (raised.value.code, raised.value.fields, raised.value.status) == ("two-cards", {"n": 2}, status)
