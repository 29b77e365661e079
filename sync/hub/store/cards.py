"""Who a card or phone belongs to, by its keyed name."""

from __future__ import annotations

import peewee

from sync.hub.store import aliases


def member_of(database: peewee.Database, hmac: str) -> str | None:
    """The member; where two claim one card, the one known for longer; of a merged one, who stands for it."""
    row = database.execute_sql(
        "SELECT c.member FROM card c JOIN member m ON m.member = c.member WHERE c.hmac = ? ORDER BY m.added, c.member",
        (hmac,),
    ).fetchone()
    return aliases.heir(database, str(row[0])) if row else None
