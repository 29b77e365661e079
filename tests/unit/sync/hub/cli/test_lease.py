"""kopilka-hub lease and audit beside a hub that runs on the same database."""

import json

import pytest
from hub_kit import Bench, Pen, granted


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path / "hub.db")
    yield bench
    bench.audit()
    bench.close()


@pytest.fixture
def grants(bench):
    pen = Pen("t1", clock=bench.clock)
    for member in ("m1", "m2"):
        pen.sale(member, earn=50, lot=f"lot-{member}")
    return [granted(bench, pen, member, 20).grant for member in ("m1", "m2")]


def test_leases_are_listed(hub, grants):
    code, out, _ = hub("lease", "list", "--till", "t1", "--json")
    assert code == 0
    assert [(row["member"], row["held"], row["state"]) for row in json.loads(out)] == [
        ("m1", 20, "open"),
        ("m2", 20, "open"),
    ]
    assert hub("lease", "list", "--member", "m2")[1].count("t1") == 1
    assert hub("lease", "list", "--till", "t2")[1] == "-\n"


def test_one_lease_is_released_by_the_beginning_of_its_id_and_audited(hub, bench, grants):
    code, out, _ = hub("lease", "force-release", grants[0].id[:16], "--reason", "burnt", "--json")
    assert code == 0
    assert [(row["lease"], row["points"]) for row in json.loads(out)] == [(grants[0].id, 20)]
    assert (bench.account("m1"), bench.account("m2")) == ((50, 0, 0), (50, 20, 0))
    (act,) = json.loads(hub("audit", "ls", "--json")[1])
    assert (act["what"], act["reason"], act["numbers"]["points"]) == ("lease-released", "burnt", 20)
    assert act["who"]
    assert "lease-released" in hub("audit", "ls")[1]


def test_all_leases_of_a_till_are_released(hub, bench, grants):
    assert "Leases released: 2, points: 40." in hub("lease", "force-release", "--till", "t1", "--reason", "burnt")[1]
    assert (bench.account("m1"), bench.account("m2")) == ((50, 0, 0), (50, 0, 0))
    assert "Leases released: 0" in hub("lease", "force-release", "--till", "t1", "--reason", "burnt")[1]


def test_mistakes_are_told(hub, bench, grants):
    assert hub("lease", "force-release", "zz", "--reason", "r")[0] == 66
    assert hub("lease", "force-release", "--till", "t9", "--reason", "r")[0] == 66
    with pytest.raises(SystemExit) as ended:
        hub("lease", "force-release", grants[0].id)
    assert ended.value.code == 64
    assert bench.account("m1") == (50, 20, 0)


def test_a_beginning_that_fits_two_releases_neither(hub, bench, grants):
    bench.database.execute_sql("UPDATE lease SET lease = 'same' || substr(lease, 5)")
    code, _, err = hub("lease", "force-release", "same", "--reason", "r")
    assert code != 0
    assert "More than one lease fits" in err
    assert bench.account("m1") == (50, 20, 0)


def test_a_lease_of_a_former_incarnation_comes_with_its_remedy(hub, bench, grants):
    new = Pen("t1", inc=2, clock=bench.clock)
    new.boot()
    bench.push(new)
    rows = json.loads(hub("lease", "list", "--json")[1])
    assert [row["remedy"] for row in rows] == [f"kopilka-hub lease force-release {row['lease'][:16]}" for row in rows]
