"""How the hub stands, as data."""

from hub_kit import NOON, Pen, granted

from sync.hub.restoring import begin
from sync.hub.standing import standing
from sync.hub.store import merges
from sync.hub.store.aliases import Merge
from sync.hub.store.audits import Audit
from sync.hub.store.steps import transaction


def test_a_hub_at_work(bench, pen, engine):
    pen.sale("m1", earn=50)
    granted(bench, pen, "m1", 20)
    found = standing(bench.database)
    assert (found["state"], found["epoch"], found["members"], found["leases"], found["leased"]) == (
        "ready",
        1,
        1,
        1,
        20,
    )
    assert found["standby"] == (None if engine == "sqlite" else "none")
    assert (found["saved"], found["quarantine"], found["awaited"], len(found["fleet"])) == (None, 0, [], 3)


def test_a_recovering_hub_names_whom_it_waits_for(bench):
    with transaction(bench.database):
        begin(bench.database, epoch=2, tills=["t1", "t2"], act=Audit(at=NOON, who="a", what="restored", subject="x"))
        merges.put(bench.database, [Merge("m1", "m2", 1, "r")])
    other = Pen("t2", clock=bench.clock)
    other.boot()
    bench.push(other, wrong={"epoch": 2, "end": True}.items())
    found = standing(bench.database)
    assert (found["state"], found["epoch"]) == ("recovering", 2)
    assert found["merges"] == 1
    assert found["awaited"] == [{"till": "t1", "missing": 0, "since": NOON}]
