"""Ed25519 signatures: the hub signs grants and programmes, a till signs its requests. RFC 8032, through `cryptography`.

Each kind of document is signed behind its own word, so that no signature of one can be shown for another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec

from agent.loyalty.leases import Grant, grant_payload
from sync.wire import KeyLink

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HEADER_TILL = "Kopilka-Till"
HEADER_TIME = "Kopilka-Time"
HEADER_NONCE = "Kopilka-Nonce"
HEADER_SIGNATURE = "Kopilka-Signature"
HEADERS = (HEADER_TILL, HEADER_TIME, HEADER_NONCE, HEADER_SIGNATURE)
SKEW_MS = 300_000
"""How far a request's time may be from the hub's clock; nonces need to be remembered only that long, twice."""

_GRANT = b"kopilka-grant-1\n"
_PROGRAMME = b"kopilka-programme-1\n"
_FILL = b"kopilka-fill-1\n"

_ROTATE = b"kopilka-rotate-1\n"
_LINK = b"kopilka-hub-key-1\n"

RequestFault = Literal["", "missing", "stale", "bad-signature"]


@dataclass(frozen=True)
class Signer:
    """A private key: 32 bytes of seed, made in wiring and kept in a file only its owner reads."""

    seed: bytes

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> str:
        """The public key, 64 hex digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, payload: bytes) -> str:
        """Base64 of the 64 bytes of signature."""
        return base64.b64encode(self._key.sign(payload)).decode("ascii")

    def __repr__(self) -> str:
        return f"Signer(public={self.public})"


@dataclass(frozen=True)
class Verifier:
    """A public key in hex."""

    public: str

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public))

    def check(self, payload: bytes, signature: str) -> bool:
        """Whether `signature` (base64) is this key's over `payload`; anything malformed is False."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(base64.b64decode(signature, validate=True), payload)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def sign_grant(signer: Signer, grant: Grant) -> Grant:
    """The grant with the hub's signature in it."""
    return msgspec.structs.replace(grant, signature=signer.sign(_GRANT + grant_payload(grant)))


def check_grant(verifier: Verifier, grant: Grant) -> bool:
    return verifier.check(_GRANT + grant_payload(grant), grant.signature)


def sign_programme(signer: Signer, text: str) -> str:
    """Signature of a programme file's text, base64."""
    return signer.sign(_PROGRAMME + text.encode())


def check_programme(verifier: Verifier, text: str, signature: str) -> bool:
    return verifier.check(_PROGRAMME + text.encode(), signature)


def sign_fill(signer: Signer, manifest: str) -> str:
    """Signature of a fill's manifest, base64."""
    return signer.sign(_FILL + manifest.encode())


def check_fill(verifier: Verifier, manifest: str, signature: str) -> bool:
    return verifier.check(_FILL + manifest.encode(), signature)


def sign_rotation(new: Signer, *, till: str, former: str) -> str:
    """The new key's word that it takes the place of `former` (public, hex) for a till, base64."""
    return new.sign(_rotation(till, former, new.public))


def check_rotation(*, till: str, former: str, key: str, proof: str) -> bool:
    return Verifier(key).check(_rotation(till, former, key), proof)


def _rotation(till: str, former: str, key: str) -> bytes:
    return _ROTATE + f"{till}\n{former}\n{key}".encode()


def sign_link(former: Signer, key: str) -> KeyLink:
    """The hub's word that `key` (public, hex) follows its former one."""
    return KeyLink(former.public, key, former.sign(_LINK + f"{former.public}\n{key}".encode()))


def check_link(link: KeyLink) -> bool:
    try:
        return Verifier(link.former).check(_LINK + f"{link.former}\n{link.key}".encode(), link.signature)
    except (ValueError, UnicodeEncodeError):
        return False


@dataclass(frozen=True, slots=True)
class Request:
    """What of an HTTP request is signed; `path` has the query in it, `body` is as sent (compressed)."""

    method: str
    path: str
    body: bytes = b""

    def payload(self, time_ms: str, nonce: str) -> bytes:
        """Method, path, body's SHA-256 in hex, time and nonce, one a line."""
        digest = hashlib.sha256(self.body).hexdigest()
        return f"{self.method}\n{self.path}\n{digest}\n{time_ms}\n{nonce}".encode()


def sign_request(signer: Signer, request: Request, *, till: str, now_ms: int, nonce: str) -> dict[str, str]:
    """The four headers that carry a till's signature."""
    signature = signer.sign(request.payload(str(now_ms), nonce))
    return {HEADER_TILL: till, HEADER_TIME: str(now_ms), HEADER_NONCE: nonce, HEADER_SIGNATURE: signature}


def check_request(verifier: Verifier, request: Request, headers: Mapping[str, str], *, now_ms: int) -> RequestFault:
    """Empty when the till signed this request within `SKEW_MS` of `now_ms`; whether the nonce is new, the caller remembers.

    `headers` must find names in any case, as Starlette's and requests' do, or have them lower-cased.
    """
    found = [headers.get(name) or headers.get(name.lower()) for name in (HEADER_TIME, HEADER_NONCE, HEADER_SIGNATURE)]
    time_ms, nonce, signature = found
    if (
        not time_ms
        or not nonce
        or not signature
        or len(nonce) > 80
        or len(time_ms) > 16
        or not (time_ms.isascii() and time_ms.isdigit())
    ):
        return "missing"
    # The signature first: an answer about clocks is for the key's owner, not for anybody.
    if not verifier.check(request.payload(time_ms, nonce), signature):
        return "bad-signature"
    return "stale" if abs(int(time_ms) - now_ms) > SKEW_MS else ""
