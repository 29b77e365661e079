import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import Conflict, KopilkaError, MethodRefused, TooMany, Unauthorised
from agent.web.problem import asked_lang, problem_of, problem_response


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "ru"),
        ("ru", "ru"),
        ("en", "en"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("ru-RU, en;q=0.9", "ru"),
        ("de, en;q=0.4, ru;q=0.7", "ru"),
        ("de", "ru"),
        ("en;q=0", "ru"),
        ("EN", "en"),
        ("en;q=9", "ru"),
        (";;;,,", "ru"),
    ],
)
def test_the_language_asked_for(header, lang):
    assert asked_lang(header) == lang


def test_the_default_is_the_shops():
    assert asked_lang("de", "en") == "en"


@settings(derandomize=True)
@given(st.text())
def test_any_header_gives_a_language(header):
    assert asked_lang(header) in ("ru", "en")


def test_a_problem_is_rfc_9457():
    response = problem_response(Conflict("id-reused", id="S-1", at="09:58"), "en")
    assert response.status_code == 409
    assert response.media_type == "application/problem+json"
    assert response.headers["content-language"] == "en"
    assert json.loads(response.body) == {
        "type": "urn:kopilka:problem:id-reused",
        "title": "This id already belongs to something else.",
        "status": 409,
        "detail": "S-1 was recorded at 09:58 with other content.",
        "next_step": "Take a new id, do not repeat the old one.",
        "retryable": False,
        "fields": {"id": "S-1", "at": "09:58"},
    }


@pytest.mark.parametrize(("fault", "retryable"), [(Unauthorised(), False), (TooMany(), True), (KopilkaError(), True)])
def test_whether_to_come_again(fault, retryable):
    assert problem_of(fault, "ru").retryable is retryable


def test_the_headers_a_status_asks_for():
    assert problem_response(Unauthorised(scope="pos"), "ru").headers["www-authenticate"].startswith("Bearer")
    assert problem_response(MethodRefused(method="PUT", allowed="GET"), "ru").headers["allow"] == "GET"
    assert problem_response(TooMany(limit=5, window_s=60, wait_s=7), "ru").headers["retry-after"] == "7"
