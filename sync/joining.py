"""How a till joins a hub and how it changes its key: the messages. A codec: no socket, no SQL."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class EnrolRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A till's first words, under a one-time code: the public half (hex) of the Ed25519 key it has made for itself."""

    code: Annotated[str, Meta(min_length=4, max_length=80)]
    till: Annotated[str, Meta(max_length=80)]
    public_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class EnrolAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a till needs to begin: its name and store, the keys, the programme, and how far the hub already has it."""

    till: str
    store: str
    store_name: str = ""
    programme_key: str
    """Hex; the HMAC key of cards, phones and members."""
    hub_key: str
    """The hub's Ed25519 public key, hex."""
    epoch: int = 0
    durable_wm: int = 0
    incarnation: int = 0
    """The highest this till has been seen with; it begins above it."""
    programme: str | None = None
    programme_signature: str = ""
    at: int = 0


class RotateRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A till changes its key: the public half (hex) of the new one, and the new key's signature that it is this till's."""

    public_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    proof: Annotated[str, Meta(max_length=100)]


class RotateAnswer(Struct, frozen=True, kw_only=True):
    """The key the hub knows the till by from now on."""

    till: str
    public_key: str
    at: int
