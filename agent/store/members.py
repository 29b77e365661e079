"""Members as the hub last told, and the handles (keyed HMACs of cards and phones) that find them.

Rows of this database lie over a base, the file of a first fill: what stands here is newer than what stands there. A handle that
leads nowhere any more, though the base has it, is a row without a member.
"""

from __future__ import annotations

import contextlib
import glob
import logging
import os

import msgspec
import peewee

from agent.errors import CorruptDatabase, StorageBroken
from agent.sqlite import Statements
from agent.store.base import MARK, Base
from agent.store.kept import decoded
from agent.store.settings import Meta
from sync.wire import EnrolBody, MemberState, encode

_log = logging.getLogger("kopilka.store")
_state = msgspec.json.Decoder(MemberState)
BASE, BASE_REV, COUNT, CURSOR = "base", "base_rev", "members", "cursor"
"""Keys of `meta`: the base's file name and revision, how many members only rows here tell of, where the pull goes on."""
_NOWHERE = ""


class Members:
    """Look-ups and replacement; rows of a member go and come whole."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._sql = Statements(database)
        self._meta = Meta(database)
        self.base: Base | None = None
        self.base_lost = False
        """The base turned out damaged: `forget_base` is due. Until then sales go on without it."""

    def open_base(self, till: str) -> None:
        """Open the base this database names. One that is not there or damaged counts as lost."""
        name = self._meta.get(BASE)
        if not name:
            return
        try:
            self.base = Base(os.path.join(os.path.dirname(self._sql.path), name), till=till)
        except (CorruptDatabase, StorageBroken) as fault:
            self._lose(fault)

    def find(self, hmac: str) -> str | None:
        """The member behind a handle."""
        row = self._sql.one("SELECT member FROM handle WHERE hmac = ?", (hmac,))
        if row is not None:
            return str(row[0]) or None
        if self.base is not None:
            try:
                return self.base.find(hmac)
            except (CorruptDatabase, StorageBroken) as fault:
                self._lose(fault)
        return None

    def get(self, member: str) -> MemberState | None:
        return self._held(member)[0]

    def _held(self, member: str) -> tuple[MemberState | None, int]:
        """A member's state and its revision for comparing; 0 gives way to any."""
        row = self._sql.one("SELECT state, rev FROM member WHERE id = ?", (member,))
        if row is not None:
            return decoded(_state, row[0], path=self._sql.path, table="member"), int(row[1])
        if self.base is not None:
            try:
                state = self.base.get(member)
                return state, int(self._meta.get(BASE_REV, "0")) if state is not None else 0
            except (CorruptDatabase, StorageBroken) as fault:
                self._lose(fault)
        return None, 0

    def put(self, state: MemberState) -> bool:
        """Replace a member by a newer word of the hub; the same word again, or an older one (by rev), changes nothing.

        Handles the member no longer has lead nowhere: a lost card must not find its former owner.
        """
        former, rev = self._held(state.member)
        if rev and state.rev <= rev:
            return False
        self._sql.run(
            "INSERT INTO member (id, rev, state) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, state = excluded.state",
            (state.member, state.rev, encode(state)),
        )
        if former is None:
            self._sql.run(
                "INSERT INTO meta (key, value) VALUES (?, '1')"
                " ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)",
                (COUNT,),
            )
        else:
            for hmac in set(_handles(former)) - set(_handles(state)):
                if self.find(hmac) == state.member:
                    self.bind(hmac, _NOWHERE)
        for hmac in _handles(state):
            self.bind(hmac, state.member)
        return True

    def bind(self, hmac: str, member: str) -> None:
        """Let a handle lead to a member."""
        self._sql.run(
            "INSERT INTO handle (hmac, member) VALUES (?, ?) ON CONFLICT (hmac) DO UPDATE SET member = excluded.member",
            (hmac, member),
        )

    def enrol(self, body: EnrolBody) -> None:
        """A member made here, until the hub's word of them comes (rev 0 gives way to any)."""
        if self.get(body.member) is None:
            self.put(
                MemberState(
                    member=body.member,
                    rev=0,
                    name=body.name,
                    masked=body.masked,
                    birthday=body.birthday,
                    cards=body.cards,
                    phone=body.phone,
                )
            )
            return
        for hmac in _handles(body):
            self.bind(hmac, body.member)

    def rewind(self) -> None:
        """Let any word of the hub replace what is here: a restored hub counts revisions from an earlier one."""
        self._sql.run("UPDATE member SET rev = 0")
        self._meta.put(BASE_REV, "0")

    def count(self) -> int:
        """How many members the till knows, without counting them."""
        return int(self._meta.get(COUNT, "0")) + (self.base.count if self.base else 0)

    def recount(self) -> None:
        """Count the rows: after a heal, which may have lost some."""
        row = self._sql.one("SELECT count(*) FROM member")
        self._meta.put(COUNT, str(row[0] if row else 0))

    def rebase(self, base: Base) -> None:
        """Take a base in place of all rows and of the former base, inside the caller's transaction, which says what is newer.

        The caller puts `base` back when the transaction comes to nothing, and closes the former when it stands.
        """
        # Without WHERE: SQLite gives the pages back unread, however many rows there are.
        self._sql.run("DELETE FROM member")
        self._sql.run("DELETE FROM handle")
        self._meta.put(COUNT, "0")
        self._meta.put(BASE, os.path.basename(base.path))
        self._meta.put(BASE_REV, str(base.rev))
        self.base, self.base_lost = base, False

    def forget_base(self) -> None:
        """Do without a lost base, inside the caller's transaction: the hub is asked for everything from the start."""
        self._meta.put(BASE, "")
        self._meta.put(BASE_REV, "0")
        self._meta.put(CURSOR, "")
        self.recount()
        self.base_lost = False

    def wipe(self) -> None:
        """A revoked till forgets its members, on the disk too; its journal stays."""
        self._sql.run("PRAGMA secure_delete = 1")
        self._sql.run("DELETE FROM member")
        self._sql.run("DELETE FROM handle")
        self.close()
        self.forget_base()
        # Before the commit: a base that is gone while its name still stands counts as lost, which comes to the same.
        for path in (*glob.glob(glob.escape(self._sql.path + MARK) + "*"), *received(self._sql.path)):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def close(self) -> None:
        """Let go of the base's file."""
        if self.base is not None:
            self.base.close()
            self.base = None

    def _lose(self, fault: Exception) -> None:
        _log.error("members-base-lost", extra={"cause": str(fault)[:300]})
        self.close()
        self.base_lost = True


def received(path: str) -> tuple[str, str]:
    """Where a fill for the database at `path` is received, and its manifest."""
    return path + ".filling", path + ".filling.json"


def drop_received(path: str) -> None:
    """Give the room of a fill on its way: it is fetched anew when there is some again."""
    for name in received(path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _handles(of: MemberState | EnrolBody) -> tuple[str, ...]:
    return (*of.cards, *((of.phone,) if of.phone else ()))
