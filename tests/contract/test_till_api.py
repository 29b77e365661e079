"""Every call of the till's API over real HTTP: scopes, refusals, replays, answers as described, hostile bodies."""

import json
import socket
import threading
import time

import pytest
from httpd import PAGE, POS, READ
from till_kit import BANK_CARD, body, card, line
from till_site import CODE, TillSite, differences, pretty, till_site

from agent.api.app import routes
from agent.loyalty import ids


@pytest.fixture
def site(tmp_path):
    with till_site(tmp_path) as served:
        served.do(served.till.member, 1, [("a", 270, "2026-12-31"), ("b", 70)], tier="gold", name="Анна")
        served.do(served.till.lease, served.till.member_id(1), 190)
        yield served


def described(site: TillSite):
    """(method, path with ids filled in, scopes, takes a body) of every call in the OpenAPI document."""
    document = json.loads(site.get("/v1/openapi.json", token="").body)
    assert document["openapi"].startswith("3.1")
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            yield method.upper(), path.replace("{id}", "X-1"), call


def test_the_document_names_every_call_and_no_other(site):
    named = {(method, path) for method, path, _ in described(site)}
    table = {(row.method, row.path.replace("{id}", "X-1")) for row in routes(site.place)}
    assert table - named <= {("GET", "/v1/openapi.json")}
    assert named <= table
    assert len(named) >= 23


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


def test_what_anybody_may_ask(site):
    assert site.ok("GET", "/v1/health") == {"ready": True, "version": "1.2.3"}
    assert site.get("/v1/health", token="").status == 200
    assert site.get("/v1/openapi.json", token="").status == 200


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


def test_a_sale_from_scan_to_copy(site):
    """The whole walk, each answer held against its type."""
    scan = site.ok("POST", "/v1/scans", {"data": card(1)})
    assert (scan["kind"], scan["member"]["name"]) == ("member", "Анна")
    assert site.ok("GET", "/v1/current")["member"]["tier_name"] == "Золотой"
    lines = [line(name="Кофе зерно 1 кг", groups=["coffee"], tax_rate="22")]
    quote = site.ok("POST", "/v1/quotes", {"lines": lines, "redeem": {"main": 150}})
    assert (quote["to_pay"], quote["refused"]) == (114_900, [])
    hold = site.ok("POST", "/v1/holds", {"id": "H-1", "quote": quote["quote"]})
    assert (hold["state"], hold["points"]) == ("open", {"main": 150})
    assert [row["id"] for row in site.ok("GET", "/v1/holds?state=open")] == ["H-1"]
    sale = {
        "id": "S014-T03-20261122-000812", "quote": quote["quote"], "receipt_no": "812", "cashier": "ivanova", "lines": lines,
        "tenders": [{"type": "card", "amount": 114_900}],
    }  # fmt: skip
    done = site.ok("POST", "/v1/sales", sale)
    assert (done["replayed"], done["mismatch"], done["earned"]["main"]["points"]) == (False, [], 57)
    assert done["balance"]["main"]["confirmed"] == 190
    assert site.ok("GET", "/v1/holds?state=open") == []
    assert [row["id"] for row in site.ok("GET", "/v1/holds?state=captured")] == ["H-1"]
    assert site.ok("GET", "/v1/current")["member"] is None
    record = site.ok("GET", "/v1/sales/S014-T03-20261122-000812")
    assert (record["state"], record["seq"], record["answer"]["mark"]) == ("posted", done["seq"], done["mark"])
    assert record["hash"].startswith(done["mark"])
    back = site.ok(
        "POST", "/v1/sales/S014-T03-20261122-000812/returns", {"id": "R-1", "lines": [{"n": 1, "quantity": "1"}]}
    )
    assert (back["money_back"], back["restored"], back["taken_back"]) == (114_900, {"main": 150}, {"main": 57})
    receipts = site.ok("GET", "/v1/receipts?limit=5")
    assert [row["kind"] for row in receipts] == ["return", "sale"]
    copy = site.ok("POST", f"/v1/receipts/{done['receipt']}/reprint", {})
    assert copy["printer"] == "receipts"
    status = site.ok("GET", "/v1/status")
    assert (status["till"], status["printing"]["waiting"], status["queue"]["unsent"]) == ("T1", 3, back["seq"])


def test_replays_are_the_same_bytes(site):
    sold = body("S-1", card=card(1), redeem={"main": 150}, receipt_no="1")
    first = site.ok("POST", "/v1/sales", sold)
    again = site.ok("POST", "/v1/sales", sold)
    assert (first["replayed"], again["replayed"], pretty(first)) == (False, True, pretty(again))
    fields = site.problem(site.post("/v1/sales", sold | {"receipt_no": "2"}), 409, "id-reused")
    assert fields["id"] == "S-1"
    back = {"id": "R-1", "lines": [{"n": 1, "quantity": "1"}]}
    for path, content in (("/v1/sales/S-1/returns", back),):
        first, again = site.ok("POST", path, content), site.ok("POST", path, content)
        assert (first["replayed"], again["replayed"], pretty(first)) == (False, True, pretty(again))
        site.problem(site.post(path, content | {"print": False}), 409, "id-reused")
    first, again = (site.ok("POST", "/v1/members", {"id": "E-1", "card": card(7)}) for _ in range(2))
    assert (again["replayed"], pretty(first)) == (True, pretty(again))
    site.problem(site.post("/v1/members", {"id": "E-1", "card": card(8)}), 409, "id-reused")
    site.ok("POST", "/v1/sales", body("S-2"))
    first, again = (site.ok("POST", "/v1/sales/S-2/void", {"id": "V-1"}) for _ in range(2))
    assert (again["replayed"], pretty(first)) == (True, pretty(again))
    site.problem(site.post("/v1/sales/S-2/void", {"id": "V-2"}), 409, "sale-voided")
    site.problem(site.post("/v1/sales/S-2/returns", back | {"id": "R-2"}), 409, "sale-voided")
    quote = site.ok("POST", "/v1/quotes", body(None))["quote"]
    first, again = (site.ok("POST", "/v1/holds", {"id": "H-1", "quote": quote}) for _ in range(2))
    assert (again["replayed"], pretty(first)) == (True, pretty(again))


def test_the_same_sale_from_two_lines_at_once_is_one(site):
    sold, replies = body("S-1", card=card(1), redeem={"main": 150}), []
    threads = [threading.Thread(target=lambda: replies.append(site.post("/v1/sales", sold))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = [reply.json for reply in replies]
    assert sorted(answer["replayed"] for answer in answers) == [False] + [True] * 7
    assert len({pretty(answer) for answer in answers}) == 1


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


def test_current(site):
    site.ok("POST", "/v1/scans", {"data": card(1)})
    site.ok("POST", "/v1/scans", {"data": "CPN-AAAAAAAA"})
    now = site.ok("GET", "/v1/current")
    assert (now["member"]["member"], now["coupons"]) == (site.till.member_id(1), ["CPN-AAAAAAAA"])
    site.ok("POST", "/v1/sales/S-1/suspend", {})
    assert site.ok("GET", "/v1/current")["coupons"] == []
    site.ok("POST", "/v1/quotes", body("S-1"))
    assert site.ok("GET", "/v1/current")["member"]["member"] == site.till.member_id(1)
    assert site.ok("DELETE", "/v1/current")["member"] is None
    site.ok("POST", "/v1/scans", {"data": card(1)})
    site.ok("POST", "/v1/scans", {"data": card(2)})
    assert site.ok("GET", "/v1/current")["ambiguous"] is True
    site.problem(site.post("/v1/sales", body("S-1")), 409, "two-cards")
    site.till.clock.pass_ms(180_000)
    assert site.ok("GET", "/v1/current")["member"] is None


def test_members(site):
    made = site.ok("POST", "/v1/members", {"id": "E-1", "phone": "8 916 123-45-67"})
    assert made["member"] == ids.member_id_of_phone(site.till.key, "+79161234567")
    found = site.ok("GET", "/v1/members?phone=%2B79161234567")
    assert (found["member"], found["known"]) == (made["member"], True)
    assert site.ok("GET", f"/v1/members/{made['member']}")["member"] == made["member"]
    assert site.ok("POST", "/v1/scans", {"phone": "+79161234567"})["member"]["how"] == "phone"
    assert site.ok("POST", "/v1/sales", body("S-1"))["member"] == made["member"]
    assert site.ok("GET", f"/v1/members?card={card(1)}")["balance"]["main"]["spendable_here"] == 190


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


def test_receipts_in_every_form(site):
    sale = site.ok("POST", "/v1/sales", body("S-1", card=card(1), redeem={"main": 150}))
    base = f"/v1/receipts/{sale['receipt']}"
    document = site.get(f"{base}.json")
    assert document.headers["content-type"] == "application/json"
    assert document.json["lang"] == "ru"
    text = site.get(f"{base}.txt").body.decode()
    assert "Начислено" in text
    assert max(map(len, text.splitlines())) == 48
    assert max(map(len, site.get(f"{base}.txt?columns=32").body.decode().splitlines())) == 32
    picture = site.get(f"{base}.png?profile=epson-58")
    assert (picture.headers["content-type"], picture.body[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    escpos = site.get(f"{base}.escpos")
    assert (escpos.headers["content-type"], b"\x1b@" in escpos.body) == ("application/octet-stream", True)
    fields = site.problem(site.get(f"{base}.png?profile=nobody-80"), 400, "bad-request")
    assert fields["path"] == "profile"
    site.problem(site.get(f"{base}.pdf"), 404, "receipt-unknown")
    site.problem(site.get(f"{base}.txt?columns=5"), 400, "bad-request")


def test_lines_for_a_pos_that_prints_by_itself(site):
    sold = body("S-1", card=card(1))
    first = site.ok("POST", "/v1/sales?columns=32", sold)
    assert "Начислено               64 балла" in first["receipt_lines"]["ru"]
    assert pretty(site.ok("POST", "/v1/sales?columns=32", sold)) == pretty(first)
    assert site.ok("POST", "/v1/sales", sold)["receipt_lines"] == {}
    void = site.ok("POST", "/v1/sales/S-1/void?columns=48", {"id": "V-1"})
    assert any("ОТМЕНА" in row for row in void["receipt_lines"]["ru"])


def test_the_journal_streams_with_its_hashes(site):
    for n in range(5):
        site.ok("POST", "/v1/sales", body(f"S-{n}"))
    found, after = [], 0
    while True:
        page = site.ok("GET", f"/v1/journal?after={after}&limit=3")
        found += page["records"]
        if page["next"] is None:
            break
        after = page["next"]
    stored = site.do(lambda: [(row.seq, row.hash) for row in site.till.store.journal.all()])
    assert [(row["seq"], row["hash"]) for row in found] == stored
    assert found[-1]["record"]["body"]["sale"]["id"] == "S-4"


def test_ids_with_slashes(site):
    site.ok("POST", "/v1/sales", body("2026/11/22-1"))
    assert site.get("/v1/sales/2026%2F11%2F22-1").json["answer"]["id"] == "2026/11/22-1"
    assert site.post("/v1/sales/2026%2F11%2F22-1/void", {"id": "V/1"}).status == 200


def test_pairing(site):
    reply = site.post("/v1/page/pair", {"code": CODE}, token="")
    assert reply.status == 200
    cookie = reply.headers["set-cookie"]
    assert all(word in cookie for word in (f"kopilka_page={CODE}-token", "HttpOnly", "SameSite=Strict"))
    site.problem(site.post("/v1/page/pair", {"code": CODE}, token=""), 403, "wrong-code")


def test_events(site):
    line_ = site.connect()
    line_.sendall(
        f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nAuthorization: Bearer {READ}\r\n\r\n".encode()
    )
    heard = b""
    deadline = time.monotonic() + 5
    while b"event: hello" not in heard and time.monotonic() < deadline:
        heard += line_.recv(65536)
    site.ok("POST", "/v1/scans", {"data": card(1)})
    site.ok("POST", "/v1/quotes", body(None))
    site.ok("POST", "/v1/sales", body("S-1"))
    while b"event: sale" not in heard and time.monotonic() < deadline:
        heard += line_.recv(65536)
    line_.close()
    kinds = [row.removeprefix(b"event: ") for row in heard.split(b"\n") if row.startswith(b"event: ")]
    assert [kind for kind in kinds if kind != b"beat"] == [b"hello", b"scan", b"member", b"quote", b"sale"]
    assert card(1).encode() not in heard


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


def test_a_caller_that_hangs_up_leaves_a_whole_sale_or_none(site):
    raw = json.dumps(body("S-1", card=card(1))).encode()
    with site.connect() as connection:
        head = f"POST /v1/sales HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nAuthorization: Bearer {POS}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        connection.sendall(head.encode() + raw)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    answer = site.ok("POST", "/v1/sales", body("S-1", card=card(1)))
    assert answer["earned"]["main"]["points"] == 64
    assert len(site.do(lambda: [row for row in site.till.records() if row.body.__class__.__name__ == "SaleBody"])) == 1


def test_differences_are_found():
    """The check of answers is no check if it finds nothing."""
    from agent.api.messages import EnrolAnswer, HoldAnswer

    good = {"id": "E", "replayed": False, "member": "m", "card": "", "seq": 1}
    assert list(differences(good, EnrolAnswer)) == []
    assert list(differences(good | {"more": 1}, EnrolAnswer)) == ["$.more: not described"]
    assert list(differences({**good, "seq": "1"}, EnrolAnswer)) == ["$.seq: '1' is no int"]
    assert list(differences({}, list[HoldAnswer])) == []
    assert list(differences([{"id": "H", "state": "open", "points": {"a": None}}], list[HoldAnswer])) == [
        "$[0].expires: missing",
        "$[0].points.a: None is no int",
    ]
