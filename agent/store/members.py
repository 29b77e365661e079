"""Members as the hub last told, and the handles (keyed HMACs of cards and phones) that find them."""

from __future__ import annotations

import msgspec
import peewee

from sync.wire import EnrolBody, MemberState, encode

_state = msgspec.json.Decoder(MemberState)


class Members:
    """Look-ups and replacement; rows of a member go and come whole."""

    def __init__(self, database: peewee.SqliteDatabase) -> None:
        self._database = database

    def find(self, hmac: str) -> str | None:
        """The member behind a handle."""
        row = self._database.execute_sql("SELECT member FROM handle WHERE hmac = ?", (hmac,)).fetchone()
        return str(row[0]) if row else None

    def get(self, member: str) -> MemberState | None:
        row = self._database.execute_sql("SELECT state FROM member WHERE id = ?", (member,)).fetchone()
        return _state.decode(bytes(row[0])) if row else None

    def put(self, state: MemberState) -> None:
        """Replace a member by a newer word of the hub; an older one (by rev) changes nothing."""
        self._database.execute_sql(
            "INSERT INTO member (id, rev, state) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET rev = excluded.rev,"
            " state = excluded.state WHERE excluded.rev >= member.rev",
            (state.member, state.rev, encode(state)),
        )
        for hmac in (*state.cards, *((state.phone,) if state.phone else ())):
            self.bind(hmac, state.member)

    def bind(self, hmac: str, member: str) -> None:
        """Let a handle lead to a member."""
        self._database.execute_sql(
            "INSERT INTO handle (hmac, member) VALUES (?, ?) ON CONFLICT (hmac) DO UPDATE SET member = excluded.member",
            (hmac, member),
        )

    def enrol(self, body: EnrolBody) -> None:
        """A member made here, until the hub's word of them comes (rev 0 gives way to any)."""
        known = self.get(body.member)
        if known is None:
            self.put(
                MemberState(
                    member=body.member,
                    rev=0,
                    masked=body.masked,
                    birthday=body.birthday,
                    cards=body.cards,
                    phone=body.phone,
                )
            )
            return
        for hmac in (*body.cards, *((body.phone,) if body.phone else ())):
            self.bind(hmac, body.member)

    def count(self) -> int:
        row = self._database.execute_sql("SELECT count(*) FROM member").fetchone()
        return int(row[0])

    def wipe(self) -> None:
        """A revoked till forgets its members; its journal stays."""
        self._database.execute_sql("DELETE FROM member")
        self._database.execute_sql("DELETE FROM handle")
