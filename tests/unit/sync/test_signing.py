"""What is signed cannot be changed, nor shown for something else; keys do not leak into texts."""

import base64

import msgspec
import pytest

from agent.loyalty.leases import Backing, Grant
from sync.signing import (
    SKEW_MS,
    Request,
    Signer,
    Verifier,
    check_fill,
    check_grant,
    check_programme,
    check_request,
    sign_fill,
    sign_grant,
    sign_programme,
    sign_request,
)

HUB = Signer(b"h" * 32)
TILL = Signer(b"t" * 32)
NOW = 1_795_000_000_000
GRANT = Grant(
    id="aa", till="T1", member="m", unit="points:main", granted=5, backing=(Backing(lot="l", points=5, born=1),)
)
PUSH = Request("POST", "/v1/push?x=1", b"body")


def test_rfc_8032_vector():
    """RFC 8032, 7.1, TEST 2."""
    signer = Signer(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert signer.public == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert base64.b64decode(signer.sign(b"\x72")).hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert Verifier(signer.public).check(b"\x72", signer.sign(b"\x72"))


def test_grant_keeps_its_signature_and_no_other_value():
    signed = sign_grant(HUB, GRANT)
    verifier = Verifier(HUB.public)
    assert check_grant(verifier, signed)
    assert check_grant(verifier, msgspec.json.decode(msgspec.json.encode(signed), type=Grant))
    for change in ({"granted": 6}, {"till": "T2"}, {"member": "n"}, {"epoch": 1}, {"backing": ()}, {"signature": ""}):
        assert not check_grant(verifier, msgspec.structs.replace(signed, **change))
    assert not check_grant(Verifier(TILL.public), signed)


def test_programme_signature_is_not_a_grant_signature():
    text = 'id = "sosedi"\n'
    signature = sign_programme(HUB, text)
    verifier = Verifier(HUB.public)
    assert check_programme(verifier, text, signature)
    assert not check_programme(verifier, text + " ", signature)
    assert not verifier.check(text.encode(), signature)


def test_fill_signature_is_not_a_programme_signature():
    signature = sign_fill(HUB, "{}")
    verifier = Verifier(HUB.public)
    assert check_fill(verifier, "{}", signature)
    assert not check_fill(verifier, "{} ", signature)
    assert not check_programme(verifier, "{}", signature)


@pytest.mark.parametrize("signature", ["", "?", "AAAA", "я", "A" * 88])
def test_malformed_signature_is_false(signature):
    assert not Verifier(HUB.public).check(b"x", signature)


def test_malformed_public_key_is_false():
    assert not Verifier("nothex").check(b"x", HUB.sign(b"x"))


def test_request_is_bound_to_method_path_body_time_and_nonce():
    headers = sign_request(TILL, PUSH, till="T1", now_ms=NOW, nonce="n1")
    verifier = Verifier(TILL.public)
    assert headers["Kopilka-Till"] == "T1"
    assert check_request(verifier, PUSH, headers, now_ms=NOW) == ""
    lowered = {name.lower(): value for name, value in headers.items()}
    assert check_request(verifier, PUSH, lowered, now_ms=NOW) == ""
    for other in (
        Request("GET", PUSH.path, PUSH.body),
        Request("POST", "/v1/push", PUSH.body),
        Request("POST", PUSH.path),
    ):
        assert check_request(verifier, other, headers, now_ms=NOW) == "bad-signature"
    for name, value in (("Kopilka-Time", str(NOW + 1)), ("Kopilka-Nonce", "n2"), ("Kopilka-Signature", "AAAA")):
        assert check_request(verifier, PUSH, headers | {name: value}, now_ms=NOW) == "bad-signature"


def test_payload_is_the_five_lines_both_ends_agreed_on():
    assert PUSH.payload("7", "n") == (
        b"POST\n/v1/push?x=1\n230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5\n7\nn"
    )


def test_request_of_another_hour_is_stale():
    headers = sign_request(TILL, PUSH, till="T1", now_ms=NOW, nonce="n1")
    verifier = Verifier(TILL.public)
    assert check_request(verifier, PUSH, headers, now_ms=NOW + SKEW_MS) == ""
    assert check_request(verifier, PUSH, headers, now_ms=NOW + SKEW_MS + 1) == "stale"
    assert check_request(verifier, PUSH, headers, now_ms=NOW - SKEW_MS - 1) == "stale"


@pytest.mark.parametrize("name", ["Kopilka-Time", "Kopilka-Nonce", "Kopilka-Signature"])
@pytest.mark.parametrize("value", ["", None])
def test_missing_header(name, value):
    headers = sign_request(TILL, PUSH, till="T1", now_ms=NOW, nonce="n1")
    headers.pop(name)
    if value is not None:
        headers[name] = value
    assert check_request(Verifier(TILL.public), PUSH, headers, now_ms=NOW) == "missing"


@pytest.mark.parametrize("time", ["-1", "1.5", "x", "9" * 17, "١٢"])
def test_time_that_is_no_number_is_missing(time):
    headers = sign_request(TILL, PUSH, till="T1", now_ms=NOW, nonce="n1") | {"Kopilka-Time": time}
    assert check_request(Verifier(TILL.public), PUSH, headers, now_ms=NOW) == "missing"


def test_seed_is_never_shown():
    assert "tttt" not in repr(TILL)
    assert TILL.public in repr(TILL)
