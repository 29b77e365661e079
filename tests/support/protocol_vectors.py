"""Test vectors of the wire: `python tests/support/protocol_vectors.py` writes docs/protocol-vectors.json.

Every value is what the real code makes of fixed keys and moments; tests/contract/test_protocol_vectors.py checks them without that code.
"""

from __future__ import annotations

import base64
import gzip
import json
import pathlib
import tempfile
from typing import Any

import golden_records
import msgspec
import zstandard
from hub_kit import NOON, Bench, Pen

from agent.loyalty import ids
from agent.loyalty.leases import grant_payload, lease_id
from sync import chain, wire
from sync.hub.store import tills
from sync.signing import (
    HEADER_SIGNATURE,
    Request,
    Signer,
    sign_link,
    sign_programme,
    sign_request,
    sign_rotation,
)

PATH = pathlib.Path(__file__).parents[2] / "docs" / "protocol-vectors.json"
TILL, HUB = Signer(bytes(range(100, 132))), golden_records.HUB
NEXT_TILL, NEXT_HUB = Signer(bytes(range(132, 164))), Signer(bytes(range(164, 196)))
PROGRAMME_KEY = bytes(range(32))
TEXT = '[programme]\nid = "sosedi"\nversion = 12\n'


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def keys() -> dict[str, str]:
    pairs = {"till": TILL, "hub": HUB, "next_till": NEXT_TILL, "next_hub": NEXT_HUB}
    found = {f"{name}_seed": signer.seed.hex() for name, signer in pairs.items()}
    found |= {f"{name}_public": signer.public for name, signer in pairs.items()}
    return found | {"programme_key": PROGRAMME_KEY.hex()}


def names() -> dict[str, str]:
    card, phone = "2811111111114", "8 (916) 123-45-67"
    return {
        "card": card,
        "card_name": ids.card_hmac(PROGRAMME_KEY, card),
        "card_member": ids.member_id(PROGRAMME_KEY, card),
        "phone": phone,
        "phone_normalised": ids.normalise_phone(phone),
        "phone_name": ids.phone_hmac(PROGRAMME_KEY, phone),
        "phone_member": ids.member_id_of_phone(PROGRAMME_KEY, phone),
    }


def records() -> list[dict[str, Any]]:
    """The golden records as one chain."""
    found, prev = [], wire.GENESIS
    for seq, line in enumerate(golden_records.PATH.read_bytes().splitlines(), 1):
        hash_ = chain.link(prev, line, seq=seq, inc=1)
        found.append({"inc": 1, "seq": seq, "prev": prev, "line": line.decode(), "hash": hash_})
        prev = hash_
    return found


def clock() -> list[dict[str, int]]:
    readings, last = [], 0
    for wall in (NOON, NOON, NOON - 5, NOON + 1):
        last = chain.hlc_tick(last, wall)
        readings.append({"wall_ms": wall, "hlc": last})
    return readings


def signatures() -> dict[str, Any]:
    grant = wire.decode(golden_records.PATH.read_bytes().splitlines()[2]).body.grant
    link = sign_link(HUB, NEXT_HUB.public)
    return {
        "grant": {"payload": grant_payload(grant).decode(), "signature": grant.signature},
        "programme": {"text": TEXT, "signature": sign_programme(HUB, TEXT)},
        "hub_key": msgspec.to_builtins(link),
        "rotation": {"till": "t1", "proof": sign_rotation(NEXT_TILL, till="t1", former=TILL.public)},
    }


def requests() -> list[dict[str, Any]]:
    found = []
    for method, path, body in (
        ("GET", "/v1/changes?cursor=1%3A0%3A0%3A0&wait=25", b""),
        ("POST", "/v1/push", b"\x00x"),
    ):
        request = Request(method, path, body)
        headers = sign_request(TILL, request, till="t1", now_ms=NOON, nonce="n-1")
        found.append(
            {
                "method": method, "path": path, "body": base64_of(body), "headers": headers,
                "payload": request.payload(str(NOON), "n-1").decode(), "signature": headers[HEADER_SIGNATURE],
            }
        )  # fmt: skip
    return found


def push() -> dict[str, Any]:
    """A push that a hub with the keys above answers so, and its three encodings."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder) / "hub.db", stores=())
        bench.tills["t1"] = tills.Till(till="t1", store="s1", public_key=TILL.public, added=NOON)
        tills.save(bench.database, bench.tills["t1"])
        pen = Pen("t1", clock=bench.clock)
        pen.boot()
        pen.sale("m1", earn=500, lot="l-1")
        pen.want("m1", 300)
        pen.sale("m1", earn=7, name="t1-1-sale-2", content="another")
        head, lines = pen.batch(cursor="1:0:0:0")
        answer = bench.push(pen, first=1, cursor="1:0:0:0")
        bench.close()
    body = b"\n".join((wire.encode(head), *lines)) + b"\n"
    return {
        "body": base64_of(body),
        "gzip": base64_of(gzip.compress(body, 6, mtime=0)),
        "zstd": base64_of(zstandard.ZstdCompressor(level=3).compress(body)),
        "answer": msgspec.to_builtins(answer),
    }


def vectors() -> dict[str, Any]:
    return {
        "about": "Test vectors of docs/protocol.md. Keys are Ed25519 seeds and public keys in hex; bytes are base64 (RFC 4648).",
        "keys": keys(),
        "names": names(),
        "records": records(),
        "hlc": clock(),
        "leases": [
            {"till": till, "inc": inc, "seq": seq, "id": lease_id(till, inc, seq)}
            for till, inc, seq in (("t1", 1, 2), ("t1", 2, 2), ("Касса-7", 1, 1))
        ],
        "signatures": signatures(),
        "requests": requests(),
        "push": push(),
    }  # fmt: skip


def text_of(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text_of(vectors()), encoding="utf-8")
