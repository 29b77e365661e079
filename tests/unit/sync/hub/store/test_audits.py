"""The audit: appended, numbered, newest first."""

from sync.hub.store import audits
from sync.hub.store.audits import Audit


def test_acts_are_numbered_and_come_newest_first(database):
    for n in (1, 2, 3):
        audits.note(database, Audit(at=n, who="анна", what="x", subject=f"s{n}", reason="r", numbers={"points": n}))
    found = audits.newest(database, 2)
    assert [(act.n, act.subject, act.numbers) for act in found] == [(3, "s3", {"points": 3}), (2, "s2", {"points": 2})]
    assert found[0].who == "анна"
