"""Tokens of the local API and pairing codes of the page: a small file of hashes that the command and the service share.

A file of its own, since the database has one writer and a token may be made before the service ever ran.
"""

from __future__ import annotations

import contextlib
import fcntl
import hmac
import os
import secrets
import threading
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct

from agent.errors import Conflict, NotFound, StorageBroken
from agent.sqlite import file_errors, named, replace_file
from agent.web import guard

Scope = Literal["pos", "page", "read"]
CODE_LIFE_MS = 10 * 60_000
CODE_TRIES = 5
MAX_TOKENS = 200
MAX_BYTES = 1024 * 1024


class Token(Struct, frozen=True):
    """What a token may do; the token itself is shown once and kept nowhere."""

    hash: str
    name: str
    scope: Scope
    created_ms: int


class Code(Struct, frozen=True):
    """A one-time code that pairs one page."""

    hash: str
    expires_ms: int
    tries: int = 0


class Kept(Struct, frozen=True):
    """The file's content."""

    tokens: tuple[Token, ...] = ()
    codes: tuple[Code, ...] = ()


class TokenFile:
    """Looked at again when it changed on the disk; every change is a whole new file under a lock."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen = (-1, -1)
        self._kept = Kept()
        self._lock = threading.Lock()

    def guards(self) -> list[guard.Token]:
        """As the guard asks for them."""
        return [guard.Token(row.hash, row.scope, row.name) for row in self._now().tokens]

    def all(self) -> tuple[Token, ...]:
        return self._now().tokens

    def add(self, name: str, scope: Scope, now_ms: int) -> str:
        """A new token; the only time it is seen. Raises Conflict when the name is taken or there are too many."""
        token = secrets.token_urlsafe(32)
        with self._change() as kept:
            if any(row.name == name for row in kept.tokens):
                raise Conflict("token-name-taken", name=name)
            if len(kept.tokens) >= MAX_TOKENS:
                raise Conflict("too-many-tokens", limit=MAX_TOKENS)
            self._write(Kept((*kept.tokens, Token(guard.digest(token), name, scope, now_ms)), kept.codes))
        return token

    def revoke(self, name: str) -> None:
        """Raises NotFound when there is none of that name."""
        with self._change() as kept:
            left = tuple(row for row in kept.tokens if row.name != name)
            if len(left) == len(kept.tokens):
                raise NotFound("token-unknown", name=name)
            self._write(Kept(left, kept.codes))

    def code(self, now_ms: int) -> str:
        """A pairing code of eight digits that lives ten minutes; an earlier one ends."""
        code = f"{secrets.randbelow(10**8):08d}"
        with self._change() as kept:
            self._write(Kept(kept.tokens, (Code(guard.digest(code), now_ms + CODE_LIFE_MS),)))
        return code

    def redeem(self, code: str, now_ms: int) -> str | None:
        """A page token for a valid code, once; five wrong tries end the code."""
        with self._change() as kept:
            alive = [row for row in kept.codes if row.expires_ms > now_ms]
            right = [row for row in alive if hmac.compare_digest(row.hash, guard.digest(code))]
            if not right:
                tried = tuple(msgspec.structs.replace(row, tries=row.tries + 1) for row in alive)
                self._write(Kept(kept.tokens, tuple(row for row in tried if row.tries < CODE_TRIES)))
                return None
            token = secrets.token_urlsafe(32)
            page = Token(guard.digest(token), f"page-{now_ms}", "page", now_ms)
            self._write(Kept((*kept.tokens, page)[-MAX_TOKENS:], ()))
            return token

    def _now(self) -> Kept:
        try:
            stat = os.stat(self._path)
        except FileNotFoundError:
            return Kept()
        except OSError as error:
            raise named(error, self._path) from error
        seen = (stat.st_mtime_ns, stat.st_ino)
        with self._lock:
            if seen != self._seen:
                self._kept, self._seen = self._read(), seen
            return self._kept

    def _read(self) -> Kept:
        try:
            with open(self._path, "rb") as file:
                return msgspec.json.decode(file.read(MAX_BYTES), type=Kept)
        except FileNotFoundError:
            return Kept()
        except OSError as error:
            raise named(error, self._path) from error
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise StorageBroken("tokens-broken", path=self._path) from None

    @contextlib.contextmanager
    def _change(self) -> Iterator[Kept]:
        with file_errors(self._path):
            handle = os.open(self._path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield self._read()
        finally:
            os.close(handle)

    def _write(self, kept: Kept) -> None:
        replace_file(self._path, msgspec.json.encode(kept))
