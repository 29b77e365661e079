"""Who buys here, and for how much: what standing rights are wished for. Read beside the running till, never on its writer."""

from __future__ import annotations

from agent.rows import Regular
from agent.store.reader import reading

MAX_REGULARS = 200
_REGULARS = (
    "SELECT member, sum(json_extract(CAST(answer AS TEXT), '$.total')) / count(*) FROM operation"
    " WHERE kind = 'sale' AND state = 'posted' AND member IS NOT NULL AND at >= ?"
    " GROUP BY member ORDER BY max(at) DESC LIMIT ?"
)


def regulars(path: str, since_ms: int, limit: int = MAX_REGULARS) -> list[Regular]:
    """Members who bought here since a moment (UTC ms), the latest first, with their usual bill.

    Raises CorruptDatabase, StorageBroken.
    """
    with reading(path) as sql:
        return [Regular(str(member), int(bill or 0)) for member, bill in sql.all(_REGULARS, (since_ms, limit))]
