"""docs/protocol-vectors.json checked by an implementation of docs/protocol.md that shares no line with ours: hashes, JSON, Ed25519."""

import ast
import base64
import gzip
import hashlib
import hmac
import json
import pathlib
import re

import pytest
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

VECTORS = json.loads((pathlib.Path(__file__).parents[2] / "docs" / "protocol-vectors.json").read_text(encoding="utf-8"))
KEYS = VECTORS["keys"]


def test_this_file_stands_on_nothing_of_ours():
    tree = ast.parse(pathlib.Path(__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in names} & {"agent", "drivers", "sync", "msgspec"}


def signed(owner, payload, signature):
    """Whether a signature (base64) is a key's over some bytes."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(KEYS[f"{owner}_public"]))
    try:
        key.verify(base64.b64decode(signature, validate=True), payload)
    except InvalidSignature:
        return False
    return True


def link(prev, line, seq, inc):
    return hashlib.sha256(bytes.fromhex(prev) + line + seq.to_bytes(8, "big") + inc.to_bytes(4, "big")).hexdigest()


def canonical(value):
    """JSON without spaces, in UTF-8; members stay in the order they were read in."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("owner", ["till", "hub", "next_till", "next_hub"])
def test_keys(owner):
    seed = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(KEYS[f"{owner}_seed"]))
    assert seed.public_key().public_bytes_raw().hex() == KEYS[f"{owner}_public"]


def test_names():
    names, key = VECTORS["names"], bytes.fromhex(KEYS["programme_key"])

    def name(domain, text):
        return hmac.new(key, domain.encode() + b"\0" + text.encode(), hashlib.sha256).hexdigest()[:32]

    digits = re.sub(r"[\s().\-]", "", names["phone"])
    phone = "+7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else digits
    assert phone == names["phone_normalised"]
    assert name("kopilka/card/1", names["card"]) == names["card_name"]
    assert name("kopilka/member/card/1", names["card"]) == names["card_member"]
    assert name("kopilka/phone/1", phone) == names["phone_name"]
    assert name("kopilka/member/phone/1", phone) == names["phone_member"]


@pytest.mark.parametrize("n", range(len(VECTORS["records"])))
def test_records_and_their_chain(n):
    record = VECTORS["records"][n]
    line = record["line"].encode()
    assert canonical(json.loads(line)) == line
    assert b"\n" not in line
    assert record["prev"] == (VECTORS["records"][n - 1]["hash"] if n else "0" * 64)
    assert link(record["prev"], line, record["seq"], record["inc"]) == record["hash"]
    said = json.loads(line)
    assert (said["v"], said["inc"], said["seq"]) == (1, record["inc"], record["seq"])


def test_the_hybrid_clock():
    last = 0
    for reading in VECTORS["hlc"]:
        last = max(reading["wall_ms"] << 16, last + 1)
        assert last == reading["hlc"]


@pytest.mark.parametrize("lease", VECTORS["leases"], ids=str)
def test_lease_ids(lease):
    text = f"kopilka-lease-1\n{lease['till']}\n{lease['inc']}\n{lease['seq']}"
    assert hashlib.sha256(text.encode()).hexdigest() == lease["id"]


def test_grants_are_signed_without_their_signature():
    given = VECTORS["signatures"]["grant"]
    assert signed("hub", b"kopilka-grant-1\n" + given["payload"].encode(), given["signature"])
    grant = json.loads(VECTORS["records"][2]["line"])["body"]["grant"]
    assert grant.pop("signature") == given["signature"]
    assert canonical(grant).decode() == given["payload"]
    assert not signed("hub", b"kopilka-programme-1\n" + given["payload"].encode(), given["signature"])


def test_a_granted_lease_in_an_answer_is_signed_likewise():
    (answer,) = VECTORS["push"]["answer"]["leases"]
    grant = dict(answer["grant"])
    signature = grant.pop("signature")
    assert grant["id"] == hashlib.sha256(f"kopilka-lease-1\nt1\n1\n{answer['want']}".encode()).hexdigest()
    assert signed("hub", b"kopilka-grant-1\n" + canonical(grant), signature)


def test_programmes_hub_keys_and_rotations():
    given = VECTORS["signatures"]
    assert signed(
        "hub", b"kopilka-programme-1\n" + given["programme"]["text"].encode(), given["programme"]["signature"]
    )
    chain = given["hub_key"]
    assert (chain["former"], chain["key"]) == (KEYS["hub_public"], KEYS["next_hub_public"])
    assert signed("hub", f"kopilka-hub-key-1\n{chain['former']}\n{chain['key']}".encode(), chain["signature"])
    proof = f"kopilka-rotate-1\n{given['rotation']['till']}\n{KEYS['till_public']}\n{KEYS['next_till_public']}"
    assert signed("next_till", proof.encode(), given["rotation"]["proof"])


@pytest.mark.parametrize("request_", VECTORS["requests"], ids=lambda given: given["method"])
def test_requests(request_):
    headers = request_["headers"]
    digest = hashlib.sha256(base64.b64decode(request_["body"])).hexdigest()
    lines = (request_["method"], request_["path"], digest, headers["Kopilka-Time"], headers["Kopilka-Nonce"])
    assert "\n".join(lines) == request_["payload"]
    assert signed("till", request_["payload"].encode(), headers["Kopilka-Signature"])


def test_a_push_its_encodings_and_its_answer():
    push = VECTORS["push"]
    body = base64.b64decode(push["body"])
    assert gzip.decompress(base64.b64decode(push["gzip"])) == body
    assert zstandard.ZstdDecompressor().decompress(base64.b64decode(push["zstd"])) == body
    first, *lines, end = body.split(b"\n")
    assert end == b""
    head, answer = json.loads(first), push["answer"]
    assert head["last"] - head["first"] + 1 == len(lines)
    hash_ = head["prev"]
    for seq, line in enumerate(lines, head["first"]):
        hash_ = link(hash_, line, seq, head["inc"])
    assert hash_ == head["hash"] == answer["hash"]
    assert answer["wm"] == head["last"]
    assert answer["exceptions"] == [{"seq": 4, "verdict": "quarantined", "reason": "other-content"}]
