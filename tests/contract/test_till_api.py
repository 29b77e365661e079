"""Every call of the till's API over real HTTP: replays, events, answers as described."""

import json
import socket
import threading
import time

import pytest
from httpd import POS, READ
from till_kit import body, card, line
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


def test_what_anybody_may_ask(site):
    assert site.ok("GET", "/v1/health") == {"ready": True, "version": "1.2.3"}
    assert site.get("/v1/health", token="").status == 200
    assert site.get("/v1/openapi.json", token="").status == 200


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


def test_a_pairing_code_may_be_typed_as_it_is_read_out(site):
    for mistyped in ("", "1234567", "123456789", "1234567x", "\u0661\u0662345678"):
        site.problem(site.post("/v1/page/pair", {"code": mistyped}, token=""), 400, "code-mistyped")
    assert site.post("/v1/page/pair", {"code": f" {CODE[:4]} - {CODE[4:]} "}, token="").status == 200


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


def test_points_given_away(site):
    giver = site.till.member_id(1)
    gift = {"id": "T-1", "to": card(2), "points": 40}
    first, again = (site.ok("POST", f"/v1/members/{giver}/transfers", gift) for _ in range(2))
    assert (again["replayed"], pretty(first)) == (True, pretty(again))
    assert first["balance"]["main"]["spendable_here"] == 150
    site.problem(
        site.post(f"/v1/members/{giver}/transfers", gift | {"id": "T-2", "to": card(1)}), 409, "transfer-to-self"
    )
    site.problem(site.post(f"/v1/members/{giver}/transfers", gift | {"id": "T-3", "points": 999}), 409, "cannot-spend")
    site.problem(site.post(f"/v1/members/{giver}/transfers", gift | {"id": "T-4", "points": 0}), 400, "bad-request")
    given = site.ok("POST", f"/v1/members/{giver}/donations", {"id": "D-1", "cause": "shelter", "points": 10})
    assert (given["to"], given["cause"]) == (None, "shelter")
