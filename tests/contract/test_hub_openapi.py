"""The hub's OpenAPI document: the committed one is the one that is served, and the hub keeps to it whatever is sent."""

import itertools
import json

import pytest
import requests
import schemathesis
from hub_document import PATH, text_of
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from served_hub import ServedHub

from sync.hub.api import MAX_WAIT_S

DOCUMENT = json.loads(PATH.read_text(encoding="utf-8"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BARE = ("GET /v1/health", "GET /v1/openapi.json")
OPERATIONS = {found.ok().label: found.ok() for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    hub = ServedHub(tmp_path_factory.mktemp("hub"))
    hub.enrol("t1")
    yield hub
    hub.audit()
    hub.stop()


def test_the_committed_document_is_the_one_that_is_served(hub):
    """After a change: PYTHONPATH=.:tests/support python tests/support/hub_document.py."""
    assert PATH.read_text(encoding="utf-8") == text_of(hub.ask("GET", "/v1/openapi.json").json)


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        (label, mode)
        for label in OPERATIONS
        for mode in schemathesis.GenerationMode
        # Of a call that takes nothing and asks for nothing, nothing can be wrong.
        if mode is not schemathesis.GenerationMode.NEGATIVE or label not in BARE
    ],
)
def test_whatever_is_sent_is_answered_as_the_document_says(hub, label, mode):
    count, session = itertools.count(), requests.Session()

    @settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(OPERATIONS[label].as_strategy(generation_mode=mode))
    def ask(case):
        if (case.query or {}).get("wait") in range(1, MAX_WAIT_S + 1):
            # As the hub may: at once.
            case.query["wait"] = 0
        sent = session.prepare_request(requests.Request(**case.as_transport_kwargs(base_url=hub.base)))
        if next(count) % 5:
            body = sent.body if isinstance(sent.body, bytes) else (sent.body or "").encode()
            sent.headers.update(hub.signed(sent.method, sent.path_url, body))
        case.validate_response(session.send(sent, timeout=30), checks=CHECKS)

    with session:
        ask()
