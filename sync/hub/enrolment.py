"""Tills join by a one-time code, made at the hub and typed at the till; the till shows the public half of a key it made itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import msgspec
import peewee

from agent.errors import BadRequest, Forbidden, NotFound
from sync.hub.keys import Keys
from sync.hub.store import journal, programmes, tills
from sync.joining import EnrolAnswer, EnrolRequest, RotateAnswer, RotateRequest
from sync.signing import check_rotation

CODE_LIFE_MS = 24 * 3_600_000
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that nobody mistakes for one another on paper; 12 of them are 60 bits."""
CODE_SIGNS = 12
STORE_NAME_SIGNS = 60
"""As [till] store_name has it: it heads every receipt and lies in the fleet file."""
_ID = re.compile(r"[a-zA-Z0-9][\w.\-]{0,39}", re.ASCII)


def add_till(
    database: peewee.Database,
    till: str,
    *,
    store: str,
    store_name: str,
    now_ms: int,
    chance: Callable[[int], bytes],
) -> str:
    """Make a till, or give a known one a new code (its old key works until the code is used); returns the code.

    Runs in the caller's transaction. Raises BadRequest for names that cannot be.
    """
    for name in (till, store):
        if not _ID.fullmatch(name):
            raise BadRequest("name-refused", name=name[:80])
    if len(store_name) > STORE_NAME_SIGNS or not store_name.isprintable():
        raise BadRequest("store-name-refused", most=STORE_NAME_SIGNS)
    code = "".join(ALPHABET[byte % 32] for byte in chance(CODE_SIGNS))
    known = tills.find(database, till) or tills.Till(till=till, store=store, added=now_ms)
    tills.save(
        database,
        msgspec.structs.replace(
            known,
            store=store,
            store_name=store_name or known.store_name,
            code_hash=_hash(code),
            code_until=now_ms + CODE_LIFE_MS,
            code_used=None,
        ),
    )
    return "-".join(code[n : n + 4] for n in range(0, CODE_SIGNS, 4))


def revoke_till(database: peewee.Database, till: str, *, now_ms: int) -> tills.Till:
    """From now on the till is refused; its leases stay charged until they are closed or released. Raises NotFound."""
    known = tills.find(database, till)
    if known is None:
        raise NotFound("till-unknown", till=till[:80])
    known = msgspec.structs.replace(known, revoked=known.revoked or now_ms, code_hash=None)
    tills.save(database, known)
    return known


def enrol(database: peewee.Database, request: EnrolRequest, *, keys: Keys, epoch: int, now_ms: int) -> EnrolAnswer:
    """Bind a till's key to its code, in the caller's transaction. The same key may ask again: its answer may have been lost.

    Raises Forbidden, the same for a wrong, a used and an old code.
    """
    known = tills.find(database, request.till)
    if known is None or known.code_hash != _hash(request.code) or now_ms > known.code_until:
        raise Forbidden("enrol-refused")
    if known.code_used is None:
        known = msgspec.structs.replace(
            known, public_key=request.public_key, code_used=now_ms, enrolled=now_ms, revoked=None
        )
        tills.save(database, known)
    elif known.public_key != request.public_key:
        raise Forbidden("enrol-refused")
    return _answer(database, known, keys=keys, epoch=epoch, now_ms=now_ms)


def rotate(database: peewee.Database, till: tills.Till, request: RotateRequest, *, now_ms: int) -> RotateAnswer:
    """Bind another key to a till that signed with its old one; the same again, signed by the new one, changes nothing.

    Raises Forbidden where the new key has not signed for this change: of this till, from the key it has now.
    """
    former = till.public_key or ""
    if request.public_key != former:
        proven = check_rotation(till=till.till, former=former, key=request.public_key, proof=request.proof)
        if not proven:
            raise Forbidden("rotate-refused", till=till.till)
        tills.save(database, msgspec.structs.replace(till, public_key=request.public_key))
    return RotateAnswer(till=till.till, public_key=request.public_key, at=now_ms)


def _answer(database: peewee.Database, till: tills.Till, *, keys: Keys, epoch: int, now_ms: int) -> EnrolAnswer:
    marks = journal.marks(database, till.till)
    newest = max(marks, default=0)
    published = programmes.newest(database)
    return EnrolAnswer(
        till=till.till,
        store=till.store,
        store_name=till.store_name,
        programme_key=keys.programme_key.hex(),
        hub_key=keys.signer.public,
        epoch=epoch,
        durable_wm=journal.mark(database, till.till, newest).durable,
        incarnation=newest,
        programme=published.text if published else None,
        programme_signature=published.signature if published else "",
        at=now_ms,
    )


def _hash(code: str) -> str:
    """SHA-256 of a code however it was typed. 60 random bits that live a day need no slow hash."""
    return hashlib.sha256(code.replace("-", "").replace(" ", "").upper().encode()).hexdigest()
