"""Members as the hub last told, and the handles (keyed HMACs of cards and phones) that find them."""

from __future__ import annotations

import msgspec
import peewee

from agent.sqlite import Statements
from agent.store.kept import decoded
from sync.wire import EnrolBody, MemberState, encode

_state = msgspec.json.Decoder(MemberState)


class Members:
    """Look-ups and replacement; rows of a member go and come whole."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._sql = Statements(database)

    def find(self, hmac: str) -> str | None:
        """The member behind a handle."""
        row = self._sql.one("SELECT member FROM handle WHERE hmac = ?", (hmac,))
        return str(row[0]) if row else None

    def get(self, member: str) -> MemberState | None:
        row = self._sql.one("SELECT state FROM member WHERE id = ?", (member,))
        return decoded(_state, row[0], path=self._sql.path, table="member") if row else None

    def put(self, state: MemberState) -> bool:
        """Replace a member by a newer word of the hub; the same word again, or an older one (by rev), changes nothing.

        Handles the member no longer has lead nowhere: a lost card must not find its former owner.
        """
        former = self.get(state.member)
        if former is None:
            self._sql.run(
                "INSERT INTO member (id, rev, state) VALUES (?, ?, ?)", (state.member, state.rev, encode(state))
            )
        elif not self._sql.run(
            "UPDATE member SET rev = ?1, state = ?2 WHERE id = ?3 AND (rev < ?1 OR rev = 0)",
            (state.rev, encode(state), state.member),
        ):
            return False
        else:
            for hmac in set(_handles(former)) - set(_handles(state)):
                self._sql.run("DELETE FROM handle WHERE hmac = ? AND member = ?", (hmac, state.member))
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

    def count(self) -> int:
        row = self._sql.one("SELECT count(*) FROM member")
        return int(row[0]) if row else 0

    def wipe(self) -> None:
        """A revoked till forgets its members, on the disk too; its journal stays."""
        self._sql.run("PRAGMA secure_delete = 1")
        self._sql.run("DELETE FROM member")
        self._sql.run("DELETE FROM handle")


def _handles(of: MemberState | EnrolBody) -> tuple[str, ...]:
    return (*of.cards, *((of.phone,) if of.phone else ()))
