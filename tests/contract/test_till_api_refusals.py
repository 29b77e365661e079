"""What the till's API refuses, over real HTTP: callers, hosts, media, hostile bodies, sales that do not fit, a full disk."""

import json

import pytest
from httpd import PAGE, POS, READ
from till_kit import BANK_CARD, body, card, line
from till_site import till_site

from agent.api.app import routes


@pytest.fixture
def site(tmp_path):
    with till_site(tmp_path) as served:
        served.do(served.till.member, 1, [("a", 270, "2026-12-31"), ("b", 70)], tier="gold", name="Анна")
        served.do(served.till.lease, served.till.member_id(1), 190)
        yield served


def test_scopes(site):
    tokens = {"pos": POS, "page": PAGE, "read": READ}
    for row in routes(site.place):
        path = row.path.replace("{id}", "X-1")
        if not row.scopes or path == "/v1/events":
            continue
        content = {} if row.request is not None else None
        site.problem(site.ask(row.method, path, body=content, token=""), 401, "unauthorised")
        site.problem(site.ask(row.method, path, body=content, token="guessed"), 401, "unauthorised")
        for scope, token in tokens.items():
            reply = site.ask(row.method, path, body=content, token=token)
            if scope in row.scopes:
                assert reply.status not in (401, 403), (row.method, path, scope)
            else:
                site.problem(reply, 403, "forbidden")


def test_hosts_media_methods_and_paths(site):
    for row in routes(site.place):
        path = row.path.replace("{id}", "X-1")
        if path == "/v1/events":
            continue
        content = {} if row.request is not None else None
        site.problem(site.ask(row.method, path, body=content, host="evil.example"), 421, "host-refused")
        if row.request is not None:
            reply = site.ask(row.method, path, body=b"{}", headers=[("Content-Type", "text/plain")])
            site.problem(reply, 415, "wrong-media")
        taken = site.ask("PUT", path, body={})
        site.problem(taken, 405, "method-refused")
    site.problem(site.get("/v1/nothing"), 404, "not-found")
    site.problem(site.get("/v2/health"), 404, "not-found")
    foreign = [("Origin", "https://evil.example")]
    site.problem(site.post("/v1/sales", body("S-1"), headers=foreign), 403, "origin-refused")


BAD = [
    (b"", 400, "bad-json"),
    (b"{", 400, "bad-json"),
    (b"\xff\xfe{}", 400, "bad-json"),
    (b"null", 400, "bad-request"),
    (b"[]", 400, "bad-request"),
    (b'{"no-such-field": 1}', 400, "bad-request"),
    (b"[" * 1000 + b"]" * 1000, 400, "too-deep"),
    (b'{"a":' * 40 + b"1" + b"}" * 40, 400, "too-deep"),
    (b'{"id": "S-1", "lines": [{"n": 1e400}]}', 400, "bad-request"),
    (b'{"id": "' + b"x" * 81 + b'", "lines": []}', 400, "bad-request"),
    (b'{"id": "a b"}', 400, "bad-request"),
]


@pytest.mark.parametrize(("raw", "status", "code"), BAD, ids=range(len(BAD)))
def test_bodies_that_make_no_sense(site, raw, status, code):
    for row in routes(site.place):
        if row.request is None:
            continue
        reply = site.ask(row.method, row.path.replace("{id}", "X-1"), body=raw)
        told = json.loads(reply.body)
        assert reply.status == status, (row.path, told)
        if not (code == "bad-request" and told["type"].endswith("bad-json")):
            assert told["type"].endswith(code), (row.path, told)
    assert site.do(site.till.records)[-1].body.__class__.__name__ == "GotBody", "nothing was written"


def test_bodies_beyond_every_limit(site):
    for row in routes(site.place):
        if row.request is None:
            continue
        path = row.path.replace("{id}", "X-1")
        declared = site.ask(row.method, path, body=b"", headers=[("Content-Length", str(row.max_bytes + 1))])
        assert site.problem(declared, 413, "too-large") == {"limit_bytes": row.max_bytes}
        exact = site.ask(row.method, path, body=b" " * row.max_bytes)
        site.problem(exact, 400, "bad-json")


def test_figures_beyond_every_limit(site):
    cases = [
        {"lines": [line(1, 10**12 + 1)]},
        {"lines": [line(1) | {"price": -1}]},
        {"lines": [line(1) | {"price": 2**70}]},
        {"lines": [line(1) | {"amount": 1.5}]},
        {"lines": [line(1) | {"quantity": "1e3"}]},
        {"lines": [line(1) | {"quantity": "-1"}]},
        {"lines": [line(1) | {"n": 0}]},
        {"lines": []},
        {"lines": [line(n) for n in range(1, 1002)]},
        {"lines": [line(1)], "redeem": {"main": -1}},
        {"lines": [line(1)], "redeem": {"main": "all"}},
        {"lines": [line(1)], "redeem": {"x" * 41: 1}},
        {"lines": [line(1)], "tenders": [{"type": "cash", "amount": -5}]},
        {"lines": [line(1)], "coupons": ["c"] * 21},
    ]
    for case in cases:
        for path in ("/v1/quotes", "/v1/sales"):
            reply = site.post(path, {"id": "S-1", **case})
            site.problem(reply, 400, "bad-request")
    site.ok("POST", "/v1/sales", body("S-1"))
    for wrong in (
        {"n": 2**70, "quantity": "1"},
        {"n": -1, "quantity": "1"},
        {"n": 1, "amount": -1},
        {"n": 1, "amount": 2**70},
    ):
        site.problem(site.post("/v1/sales/S-1/returns", {"id": "R-1", "lines": [wrong]}), 400, "bad-request")


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("POST", "/v1/sales", body(None), 422, "id-missing"),
        ("POST", "/v1/sales", body("S-1", [line(1), line(1)]), 422, "line-twice"),
        ("POST", "/v1/sales", body("S-1", closed_at="yesterday"), 422, "bad-moment"),
        ("POST", "/v1/sales", body("S-1", card=BANK_CARD), 422, "payment-card"),
        ("POST", "/v1/sales", body("S-1", card="nobody"), 422, "not-a-card"),
        ("POST", "/v1/sales", body("S-1", quote="q-1"), 409, "quote-unknown"),
        ("POST", "/v1/sales", body("S-1", hold="H-1"), 409, "hold-unknown"),
        ("POST", "/v1/sales", body("S-1", card=card(1), redeem={"main": 191}), 409, "cannot-spend"),
        ("POST", "/v1/sales", body("S-1", tenders=[{"type": "cash", "amount": 1}]), 422, "tenders-sum"),
        ("POST", "/v1/quotes", body(None, card=BANK_CARD), 422, "payment-card"),
        ("POST", "/v1/quotes", body(None, [line(1), line(1)]), 422, "line-twice"),
        ("POST", "/v1/holds", {"id": "H-1", "quote": "q-1"}, 409, "quote-unknown"),
        ("DELETE", "/v1/holds/H-9", None, 404, "hold-unknown"),
        ("GET", "/v1/sales/S-9", None, 404, "sale-unknown"),
        ("POST", "/v1/sales/S-9/void", {"id": "V-1"}, 404, "sale-unknown"),
        ("POST", "/v1/sales/S-9/returns", {"id": "R", "lines": [{"n": 1, "quantity": "1"}]}, 404, "sale-unknown"),
        ("GET", "/v1/members?card=" + card(9), None, 404, "member-unknown"),
        ("GET", "/v1/members", None, 422, "card-or-phone"),
        ("GET", "/v1/members?phone=12", None, 422, "not-a-phone"),
        ("GET", "/v1/members/nobody", None, 404, "member-unknown"),
        ("POST", "/v1/members", {"id": "E-1"}, 422, "card-or-phone"),
        ("POST", "/v1/members", {"id": "E-1", "card": card(1)}, 409, "card-taken"),
        ("POST", "/v1/scans", {}, 422, "scan-or-phone"),
        ("POST", "/v1/scans", {"data": "1", "phone": "2"}, 422, "scan-or-phone"),
        ("GET", "/v1/receipts/r-1.txt", None, 404, "receipt-unknown"),
        ("GET", "/v1/receipts/r-1", None, 404, "receipt-unknown"),
        ("POST", "/v1/receipts/r-1/reprint", {}, 404, "receipt-unknown"),
        ("POST", "/v1/page/pair", {"code": "00000000"}, 403, "wrong-code"),
        ("GET", "/v1/holds?state=lost", None, 400, "bad-request"),
        ("GET", "/v1/journal?limit=0", None, 400, "bad-request"),
        ("GET", "/v1/journal?what=1", None, 400, "bad-request"),
        ("POST", "/v1/sales?columns=500", body("S-1"), 400, "bad-request"),
    ],
)
def test_refusals(site, method, path, content, status, code):
    before = site.do(lambda: site.till.store.journal.tail.seq)
    site.problem(site.ask(method, path, body=content), status, code)
    english = site.ask(method, path, body=content, headers=[("Accept-Language", "en")])
    assert english.headers["content-language"] == "en"
    looked = 2 * (path.startswith("/v1/members?"))
    assert site.do(lambda: site.till.store.journal.tail.seq) <= before + looked


def test_after_payment_the_same_is_recorded(site):
    for n, wrong in enumerate(
        [
            {"card": BANK_CARD},
            {"card": "nobody"},
            {"quote": "q-1"},
            {"hold": "H-1"},
            {"card": card(1), "redeem": {"main": 191}},
            {"tenders": [{"type": "cash", "amount": 1}]},
            {"closed_at": "2026-11-20T10:00:00Z"},
            {"closed_at": "2026-11-22T12:00:00Z"},
        ]
    ):
        answer = site.ok("POST", "/v1/sales", body(f"S-{n}", **wrong, receipt_no=str(n)))
        assert len(answer["mismatch"]) == 1, wrong


def test_look_ups_are_limited(site):
    replies = [site.get(f"/v1/members?card={card(n)}") for n in range(31)]
    assert [reply.status for reply in replies[:30]] == [404, 200] + [404] * 28
    assert replies[30].status == 429
    assert replies[30].headers["retry-after"] == "60"
    assert site.post("/v1/scans", {"phone": "+79161234567"}).status == 429
    assert site.post("/v1/scans", {"data": card(1)}, token=PAGE).status == 429
    assert site.post("/v1/scans", {"data": card(1)}).status == 200, "the POS's own scans are no look-ups"
    site.till.clock.pass_ms(60_000)
    assert site.get(f"/v1/members?card={card(1)}").status == 200


def test_a_full_disk_in_words_and_whole(site):
    site.ok("POST", "/v1/sales", body("S-0"))
    sql = site.till.store.database.execute_sql
    before = site.do(lambda: sql("SELECT count(*) FROM journal").fetchone())
    site.do(lambda: sql(f"PRAGMA max_page_count = {sql('PRAGMA page_count').fetchone()[0]}"))
    sold = body("S-1", [line(n, 100, name="x" * 150) for n in range(1, 200)], card=card(1))
    told = site.post("/v1/sales", sold)
    assert told.status == 507
    assert told.json["type"] == "urn:kopilka:problem:storage-full"
    assert told.json["retryable"] is True
    assert site.do(lambda: sql("SELECT count(*) FROM journal").fetchone()) == before
    assert site.get("/v1/health").status == 200
    site.do(lambda: sql("PRAGMA max_page_count = 100000"))
    assert site.ok("POST", "/v1/sales", sold)["replayed"] is False


def test_idle_sockets_stop_nobody(site):
    idle = [site.connect() for _ in range(200)]
    half = b"POST /v1/sales HTTP/1.1\r\nHost: 127."
    for connection in idle[::2]:
        connection.sendall(half)
    assert site.ok("POST", "/v1/sales", body("S-1"))["replayed"] is False
    for connection in idle:
        connection.close()
