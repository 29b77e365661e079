import pytest
from httpd import PAGE, POS, READ, TOKENS, serving
from starlette.responses import PlainTextResponse

from agent.web.guard import Guard, Rules, Token, digest, find_token, page_cookie, page_secret
from agent.web.routes import FREE, Route
from agent.web.serve import unix_socket


def who(call):
    return {"scopes": sorted(call.caller.scopes), "via": call.caller.via, "name": call.caller.name}


ROUTES = [
    Route(method="GET", path="/v1/health", scopes=FREE, handler=who, summary="Health", answer=dict),
    Route(method="GET", path="/v1/status", scopes=("pos", "page", "read"), handler=who, summary="Status", answer=dict),
    Route(method="POST", path="/v1/sales", scopes=("pos",), handler=who, summary="Sell", request=dict, answer=dict),
    Route(method="DELETE", path="/v1/current", scopes=("pos", "page"), handler=who, summary="Clear", answer=dict),
]


@pytest.fixture(scope="module")
def site():
    with serving(ROUTES) as made:
        yield made


def code(reply) -> str:
    assert reply.headers["content-type"] == "application/problem+json"
    return reply.json["type"].removeprefix("urn:kopilka:problem:")


def test_our_own_calls_pass(site):
    assert site.ask("GET", "/v1/status").json == {"scopes": ["pos"], "via": "bearer", "name": "1C"}
    assert site.ask("POST", "/v1/sales", body={}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", "127.0.0.1.evil.example:{port}", ""]
)
def test_a_foreign_host_is_misdirected(site, host):
    reply = site.ask("GET", "/v1/health", host=host.format(port=site.port))
    # No Host at all breaks HTTP/1.1 itself, which the parser refuses before us.
    assert reply.status in ((400,) if host == "" else (421,))


def test_localhost_in_any_case_is_ours(site):
    assert site.ask("GET", "/v1/health", host=f"LocalHost:{site.port}").status == 200


def test_two_hosts_are_refused(site):
    reply = site.ask("GET", "/v1/health", headers=[("Host", "evil.example")])
    assert reply.status in (400, 421)


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1", "file://"]
)
def test_a_foreign_origin_is_refused(site, origin):
    reply = site.ask("GET", "/v1/status", headers=[("Origin", origin)])
    assert (reply.status, code(reply)) == (403, "origin-refused")


def test_our_own_origin_passes(site):
    assert site.ask("GET", "/v1/status", headers=[("Origin", f"http://127.0.0.1:{site.port}")]).status == 200


@pytest.mark.parametrize(
    ("fetch", "status"), [("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403)]
)
def test_what_the_browser_says_of_the_site_counts(site, fetch, status):
    assert site.ask("GET", "/v1/status", headers=[("Sec-Fetch-Site", fetch)]).status == status


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_writes_are_json_only(site, media):
    reply = site.ask("POST", "/v1/sales", body=b"{}", headers=[("Content-Type", media)])
    assert (reply.status, code(reply)) == (415, "wrong-media")


def test_json_with_a_charset_is_json(site):
    assert (
        site.ask("POST", "/v1/sales", body=b"{}", headers=[("Content-Type", "Application/JSON; charset=utf-8")]).status
        == 200
    )


def test_a_delete_may_be_without_a_body_but_not_with_a_forms(site):
    assert site.ask("DELETE", "/v1/current").status == 200
    assert site.ask("DELETE", "/v1/current", body=b"x", headers=[("Content-Type", "text/plain")]).status == 415


def test_the_checks_come_in_order(site):
    """Host before origin before media before token: a rebound page learns nothing of the rest."""
    bad = [("Origin", "http://evil.example"), ("Content-Type", "text/plain")]
    assert site.ask("POST", "/v1/sales", body=b"x", token="", host="evil.example", headers=bad).status == 421
    assert site.ask("POST", "/v1/sales", body=b"x", token="", headers=bad).status == 403
    assert site.ask("POST", "/v1/sales", body=b"x", token="", headers=bad[1:]).status == 415
    assert site.ask("POST", "/v1/sales", body=b"x", token="").status == 401


@pytest.mark.parametrize("token", ["", "wrong", POS + "x", "x" * 5000])
def test_unknown_tokens_are_nobody(site, token):
    reply = site.ask("GET", "/v1/status", token=token)
    assert (reply.status, code(reply)) == (401, "unauthorised")
    assert "Bearer" in reply.headers["www-authenticate"]


def test_a_scope_that_does_not_fit_is_forbidden(site):
    reply = site.ask("POST", "/v1/sales", body={}, token=READ)
    assert (reply.status, code(reply)) == (403, "forbidden")


def test_health_needs_nothing(site):
    assert site.ask("GET", "/v1/health", token="").json["scopes"] == []


def test_a_page_proves_itself_by_cookie(site):
    cookie = [("Cookie", f"a=b; kopilka_page={PAGE}")]
    assert site.ask("GET", "/v1/status", token="", headers=cookie).json["via"] == "cookie"
    assert site.ask("POST", "/v1/sales", token="", headers=cookie, body={}).status == 403


@pytest.mark.parametrize("cookie", [f"kopilka_page={POS}", "kopilka_page=", "kopilka_page", "\x01=;;", "x" * 5000])
def test_a_cookie_never_carries_the_right_to_sell(site, cookie):
    assert site.ask("GET", "/v1/status", token="", headers=[("Cookie", cookie)]).status in (400, 401)


def test_a_wrong_bearer_is_not_rescued_by_a_cookie(site):
    assert site.ask("GET", "/v1/status", token="wrong", headers=[("Cookie", f"kopilka_page={PAGE}")]).status == 401


@pytest.mark.parametrize(("path", "status"), [("/v1/health", 200), ("/v1/status?x", 400), ("/nothing", 404)])
def test_every_answer_carries_the_security_headers(site, path, status):
    reply = site.ask("GET", path)
    assert reply.status == status
    assert reply.headers["content-security-policy"].startswith("default-src 'self'")
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert "server" not in reply.headers


def test_refusals_carry_them_too(site):
    assert "content-security-policy" in site.ask("GET", "/v1/health", host="evil.example").headers


def test_a_preflight_gets_nothing(site):
    reply = site.ask("OPTIONS", "/v1/sales", headers=[("Origin", "http://evil.example")])
    assert reply.status == 403
    assert not [name for name in reply.headers if name.startswith("access-control")]


def test_permissions_of_the_unix_socket_stand_for_a_token(tmp_path):
    with serving(ROUTES, unix=unix_socket(str(tmp_path / "api.sock"))) as site:
        reply = site.ask("GET", "/v1/status", token="", host="anything", via_unix=True)
        assert reply.json == {"scopes": ["pos", "read"], "via": "socket", "name": "socket"}


def test_a_revoked_token_ends_at_once():
    tokens = list(TOKENS)
    known = Rules(hosts=frozenset(), tokens=lambda: tokens)
    assert find_token(POS, known.tokens()) == TOKENS[0]
    tokens.clear()
    assert find_token(POS, known.tokens()) is None


def test_the_pages_cookie_is_out_of_reach():
    cookie = page_cookie("s3cret", max_age_s=60)
    assert cookie == "kopilka_page=s3cret; Path=/; Max-Age=60; HttpOnly; SameSite=Strict"
    assert page_cookie("x", max_age_s=1, secure=True).endswith("; Secure")
    assert page_secret(cookie.partition(";")[0]) == "s3cret"


def test_what_is_no_http_is_not_answered():
    sent = []

    async def run():
        await Guard(PlainTextResponse("x"), Rules(hosts=frozenset(), tokens=list))(
            {"type": "websocket"}, None, sent.append
        )

    import asyncio

    asyncio.run(run())
    assert sent == []


def test_digests_are_of_the_whole_secret():
    assert find_token("a" * 200, [Token(digest("a" * 200), "pos", "x")])
    assert find_token("\ud800", [Token(digest("\ud800"), "pos", "x")])
