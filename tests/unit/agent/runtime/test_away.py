"""A cable that is out and a certificate that is wrong are told apart."""

import pytest

from agent.runtime.away import away
from sync.calls import HubFault


@pytest.mark.parametrize(
    ("fault", "code", "fields"),
    [
        (HubFault("away", cause="tls"), "hub-untrusted", {"url": "https://h"}),
        (HubFault("away", cause="timeout"), "hub-away", {"url": "https://h", "problem": "timeout"}),
        (HubFault("server", status=503, problem="hub-busy"), "hub-away", {"url": "https://h", "problem": "hub-busy"}),
        (HubFault("server", status=500), "hub-away", {"url": "https://h", "problem": "server"}),
    ],
)
def test_what_is_told(fault, code, fields):
    told = away("https://h", fault)
    assert (told.code, told.fields) == (code, fields)
