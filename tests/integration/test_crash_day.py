"""A slice of `./run crash`: the scripted day with one power cut, full disk or bad sector, and that it would tell if something broke."""

import apsw
import pytest
from day import STEPS
from fault_vfs import FaultFile
from simulation import crash
from simulation.crash import Case, cases, parsed, run, seen, undisturbed

from agent.sqlite import opening
from agent.store.operations import Operations

SLICES, STRIDE = 4, 37
DENSE = ("the hold is sold", "the receipt is printed", "the line is back, an answer is lost", "T2 asks again")
"""Steps of which every sync is cut: the points are spent, the paper is out, the facts are at the hub."""


def near(name):
    """Numbers of the calls a machine's disk hears during the dense steps."""
    marks = run(None)[0].marks
    names = [step.name for step in STEPS]
    return {n for step in DENSE for n in range(marks[step][name] + 1, marks[names[names.index(step) + 1]][name] + 1)}


@pytest.mark.parametrize("part", range(SLICES))
def test_a_day_ends_as_if_nothing_had_happened(part):
    dense = {name: near(name) for name in crash.MACHINES}
    every = list(cases())
    chosen = every[7::STRIDE]
    chosen += [
        c for c in every if c.what in ("cut", "after") and c.model == "lost" and not c.whole and c.n in dense[c.machine]
    ]
    found = [seen(case) for case in chosen[part::SLICES]]
    assert len(found) > 20
    assert [str(one.case) + " " + one.violation for one in found if one.violation] == []
    # A fault that nobody met proves nothing; the few that SQLite keeps to itself are looked at by name.
    assert [one.case for one in found if not (one.restarts or one.refused or one.kept)] == []


def test_what_sqlite_keeps_to_itself_is_an_empty_log_that_stays():
    """Whoever closes a database last takes its log away; that this failed nobody is told, and nothing comes of it."""
    logs = [
        Case(name, n, "broken")
        for name in crash.MACHINES
        for n, call in enumerate(undisturbed()[1][name], 1)
        if call.kind == "delete" and call.name.endswith("-wal")
    ]
    found = [seen(case) for case in logs]
    assert len(found) >= 3
    assert [one.violation for one in found] == [""] * len(found)
    assert {one.kept for one in found} >= {"delete till.sqlite3.new-wal", "delete hub.sqlite3.new-wal"}


def test_it_tells_of_an_error_that_nobody_was_told(monkeypatch):
    """A sync that failed and passes for done."""
    case = cut_before("cash, no card")
    n = next(n for n, call in enumerate(undisturbed()[1]["T1"], 1) if n >= case.n and call.kind == "sync")
    plain = FaultFile.xSync

    def deaf(self, flags):
        try:
            plain(self, flags)
        except apsw.IOError:
            return

    monkeypatch.setattr(FaultFile, "xSync", deaf)
    assert "nobody told: sync till.sqlite3-wal" in seen(Case("T1", n, "broken")).violation


def test_a_case_is_named_so_that_it_can_be_run_again():
    for case in [*cases()][::100]:
        assert parsed(str(case)) == case


def test_every_call_of_the_day_has_its_cases():
    count = {name: len(calls) for name, calls in undisturbed()[1].items()}
    assert len(STEPS) == 30
    for name in crash.MACHINES:
        faults = [case.n for case in cases(machines=(name,), kinds="faults")]
        assert faults == sorted([*range(1, count[name] + 1)] * 2)
        cuts = {case.n for case in cases(machines=(name,), kinds="cuts")}
        assert len(cuts) > 40


def cut_before(step, machine="T1"):
    """A power cut at the first call of a step, as the day goes now."""
    return Case(machine, run(None)[0].marks[step][machine] + 1, "cut", "lost")


@pytest.mark.parametrize(("machine", "step"), [("T1", "cash, no card"), ("hub", "T1 hears of the recall")])
def test_it_tells_when_commits_are_not_synced(monkeypatch, machine, step):
    """The POS was told of a sale, the till of a watermark, and the power took both."""
    monkeypatch.setitem(opening.PRAGMAS, "synchronous", "off")
    assert seen(cut_before(step, machine)).violation


def test_it_tells_when_a_sale_asked_for_again_is_sold_again(monkeypatch):
    case, get = cut_before("cash, no card")._replace(whole=True), Operations.get
    assert not seen(case).violation
    monkeypatch.setattr(Operations, "get", lambda self, kind, id_: None if id_ == "S-1" else get(self, kind, id_))
    assert seen(case).violation


def test_it_tells_when_a_new_database_is_renamed_with_its_pages_still_in_the_log(monkeypatch):
    monkeypatch.setattr("agent.sqlite.migrations.bring_home", lambda _database: None)
    create = [
        n for n, call in enumerate(run(None)[2]["T1"], 1) if call.name == "till.sqlite3.new" and call.kind == "write"
    ]
    assert any(seen(Case("T1", n, "full")).violation for n in create[-5:])
