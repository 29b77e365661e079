"""The cashier's page on a real server of ours, with canned answers a test may change while it looks."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Iterator
from typing import Any

import msgspec
from httpd import PAGE, Site, serving
from msgspec import Struct
from starlette.responses import Response

import agent.api
from agent.errors import Forbidden
from agent.web.guard import page_cookie
from agent.web.routes import FREE, Answer, Call, Route
from agent.web.sse import Events
from agent.web.static import static_routes

FOLDER = pathlib.Path(agent.api.__file__).parent / "page"
ANY = ("pos", "page", "read")

BALANCE = {
    "confirmed": 340,
    "as_of": "2026-11-22T06:58:00Z",
    "unsynced": 57,
    "maturing": [{"points": 57, "from": "2026-12-06"}],
    "spendable_here": 190,
    "locked_elsewhere": 0,
    "expiring": [{"points": 120, "on": "2026-12-31"}],
    "debt": 0,
}
ANNA = {
    "member": "m-1",
    "card": "*4471",
    "known": True,
    "name": "Анна С.",
    "status": "active",
    "tier": "gold",
    "tier_name": "Золотой",
    "how": "scan",
    "balance": {"main": BALANCE},
}
NOBODY: dict[str, Any] = {"member": None, "ambiguous": False, "coupons": [], "certificates": []}
QUOTE = {
    "quote": "q-1",
    "offline": False,
    "total": 146_900,
    "discount": 1_700,
    "redeemed": 15_000,
    "to_pay": 130_200,
    "names": {"1": "Кофе зерно 1 кг", "2": "Булка с маком", "3": "Молоко 3,2 % пастеризованное, 1 л"},
    "lines": [
        {
            "n": 1,
            "amount": 129_900,
            "discount": 0,
            "redeemed": 15_000,
            "to_pay": 114_900,
            "why": [{"text": "150 баллов", "redeemed": 15_000}, {"text": "5 % баллами", "earned": {"main": 57}}],
        },
        {
            "n": 2,
            "amount": 8_500,
            "discount": 1_700,
            "redeemed": 0,
            "to_pay": 6_800,
            "why": [{"text": "Скидка 20 %", "discount": 1_700}],
        },
        {"n": 3, "amount": 8_500, "discount": 0, "redeemed": 0, "to_pay": 8_500, "why": []},
    ],
    "earned": {"main": {"points": 65, "available_from": "2026-12-06"}},
    "hints": [{"code": "nearly", "text": "Ещё 351,00 — и сработает «Двойные баллы»"}],
}


def status() -> dict[str, Any]:
    return {
        "state": "READY",
        "till": "3",
        "store": "S1",
        "store_name": "Соседи",
        "version": "0.1.0",
        "at": "2026-11-22T07:00:00Z",
        "line": {"configured": True, "online": True, "since": None, "cause": ""},
        "queue": {"unsent": 0, "oldest_s": 0},
        "devices": [
            {"device": "prilavok", "kind": "scanner", "state": "ready", "cause": "", "numbers": {}},
            {"device": "receipts-1", "kind": "printer", "state": "ready", "cause": "", "numbers": {}},
        ],
        "printing": {"waiting": 0},
        "members": 40_123,
        "clock": {"trusted": True},
        "programme": {"id": "sosedi", "version": 12},
    }


RECEIPTS = [
    {
        "receipt": "r-3",
        "printed_at": "2026-11-22T06:51:00Z",
        "kind": "sale",
        "to_pay": 114_900,
        "earned": {"main": 57},
        "member": "*4471",
    },
    {
        "receipt": "r-2",
        "printed_at": "2026-11-22T06:47:00Z",
        "kind": "sale",
        "to_pay": 32_000,
        "earned": {},
        "member": None,
    },
    {"receipt": "r-1", "printed_at": "2026-11-22T06:40:00Z", "kind": "return", "money_back": 9_900, "member": "*0012"},
]


class Said(Struct, forbid_unknown_fields=True):
    """A stand-in for the bodies of the till's own types."""

    data: str = ""
    symbology: str | None = None
    code: str = ""
    id: str = ""
    card: str | None = None
    phone: str | None = None


class Till:
    """What the canned agent answers; `calls` are those that would have done something."""

    def __init__(self) -> None:
        self.events = Events("e1", beat_ms=300)
        self.status = status()
        self.current: dict[str, Any] = dict(NOBODY)
        self.receipts: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.png = b""

    def present(self, member: dict[str, Any] | None) -> None:
        self.current = {**NOBODY, "member": member, "member_from": {"how": "scan", "seconds": 0}}
        self.events.publish("member", self.current)

    def noted(self, name: str, answer: Any) -> Any:
        def handle(call: Call[Said | None, Any]) -> Any:
            self.calls.append((name, msgspec.to_builtins(call.body) if call.body is not None else {}))
            return answer() if callable(answer) else answer

        return handle

    def cleared(self) -> dict[str, Any]:
        self.current = dict(NOBODY)
        return self.current

    async def on_events(self, call: Call[None, Any]) -> Response:
        return self.events.stream(call.headers.get("last-event-id", ""))

    def post(self, path: str, name: str, answer: Any) -> Route:
        handler = self.noted(name, answer)
        return Route(
            method="POST", path=path, scopes=("page",), handler=handler, summary=path, request=Said, answer=dict
        )

    def routes(self) -> list[Route]:
        clear = self.noted("clear", self.cleared)
        return [
            get("/v1/status", lambda _: self.status),
            get("/v1/current", lambda _: self.current),
            get("/v1/receipts", lambda _: self.receipts, query=Limit, answer=list),
            get(
                "/v1/receipts/{id}",
                lambda _: Response(self.png, media_type="image/png"),
                answer=None,
                media="image/png",
            ),
            get("/v1/events", self.on_events, answer=None, media="text/event-stream"),
            Route(
                method="POST", path="/v1/page/pair", scopes=FREE, handler=on_pair, summary="", request=Said, answer=dict
            ),
            self.post("/v1/scans", "scan", {"kind": "member"}),
            self.post("/v1/members", "enrol", {"card": "*4471"}),
            self.post("/v1/receipts/{id}/reprint", "reprint", {"job": "p-1"}),
            Route(method="DELETE", path="/v1/current", scopes=("page",), handler=clear, summary="", answer=dict),
        ]


def get(path: str, handler: Any, **more: Any) -> Route:
    return Route(method="GET", path=path, scopes=ANY, handler=handler, summary=path, **{"answer": dict, **more})


def on_pair(call: Call[Said, Any]) -> Answer:
    if call.body.code.replace(" ", "") != "12345678":
        raise Forbidden("wrong-code")
    return Answer({"paired": True}, headers={"set-cookie": page_cookie(PAGE, max_age_s=600)})


class Limit(Struct, forbid_unknown_fields=True):
    limit: int = 10


def files() -> dict[str, bytes]:
    return {str(path.relative_to(FOLDER)): path.read_bytes() for path in sorted(FOLDER.rglob("*")) if path.is_file()}


@contextlib.contextmanager
def page(till: Till) -> Iterator[Site]:
    with serving(till.routes(), others=list(static_routes(files())), on_stop=till.events.close) as site:
        yield site
