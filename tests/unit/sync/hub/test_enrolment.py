"""Codes: one day, one key, and the same refusal whatever is wrong."""

import pytest
from hub_kit import DAY_MS, NOON, Bench, Pen, chance

from agent.errors import BadRequest, Forbidden, NotFound, StorageBroken
from sync.hub import fleet
from sync.hub.enrolment import add_till, enrol, revoke_till, rotate
from sync.hub.store import tills
from sync.joining import EnrolRequest, RotateRequest
from sync.signing import Signer, sign_rotation

KEY, OTHER = "0" * 64, "1" * 64


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path / "hub.db", stores=())
    yield bench
    bench.close()


def add(bench, till="t1", **more):
    given = {"store": "s1", "store_name": "", "now_ms": bench.clock(), "chance": chance} | more
    return add_till(bench.database, till, **given)


def join(bench, code, key=KEY, till="t1"):
    request = EnrolRequest(code=code, till=till, public_key=key)
    return enrol(bench.database, request, keys=bench.keys, epoch=3, now_ms=bench.clock())


def test_a_till_joins(bench):
    code = add(bench, store_name="Первый")
    answer = join(bench, code.replace("-", " ").lower())
    assert (answer.till, answer.store, answer.store_name, answer.epoch) == ("t1", "s1", "Первый", 3)
    assert answer.hub_key == bench.keys.signer.public
    assert tills.find(bench.database, "t1").public_key == KEY


def test_a_lost_answer_may_be_asked_for_again_by_the_same_key_only(bench):
    code = add(bench)
    join(bench, code)
    bench.clock.now_ms += 1000
    assert join(bench, code).till == "t1"
    with pytest.raises(Forbidden):
        join(bench, code, OTHER)


def test_a_code_lives_a_day(bench):
    code = add(bench)
    bench.clock.now_ms += DAY_MS + 1
    with pytest.raises(Forbidden):
        join(bench, code)


def test_a_new_code_lets_a_new_key_in_and_the_old_code_dies(bench):
    old = add(bench)
    join(bench, old)
    new = add(bench, chance=lambda count: b"\x1f" * count)
    bench.clock.now_ms += 1000
    with pytest.raises(Forbidden):
        join(bench, old)
    assert tills.find(bench.database, "t1").public_key == KEY
    join(bench, new, OTHER)
    assert tills.find(bench.database, "t1").public_key == OTHER


def test_a_revoked_till_comes_back_by_a_new_code(bench):
    join(bench, add(bench))
    assert revoke_till(bench.database, "t1", now_ms=NOON).revoked == NOON
    with pytest.raises(Forbidden):
        join(bench, "2345-6789-ABCD")
    bench.clock.now_ms += 1000
    join(bench, add(bench))
    assert tills.find(bench.database, "t1").revoked is None
    with pytest.raises(NotFound):
        revoke_till(bench.database, "t9", now_ms=NOON)


def test_the_answer_says_how_far_the_till_was(bench):
    join(bench, add(bench))
    bench.tills["t1"] = tills.find(bench.database, "t1")
    pen = Pen("t1", inc=4)
    pen.boot()
    bench.push(pen)
    assert join(bench, add(bench), OTHER).incarnation == 4


@pytest.mark.parametrize("name", ["", "a b", "-a", "x" * 41, "касса"])
def test_names_that_cannot_be(bench, name):
    with pytest.raises(BadRequest):
        add(bench, name)
    with pytest.raises(BadRequest):
        add(bench, store=name)


def rotated(bench, new, *, former=None, till="t1", proof=None):
    known = tills.find(bench.database, till)
    proof = proof or sign_rotation(new, till=till, former=former or known.public_key)
    return rotate(bench.database, known, RotateRequest(public_key=new.public, proof=proof), now_ms=bench.clock())


def test_a_till_changes_its_key_and_may_ask_again(bench):
    old, new = Signer(b"o" * 32), Signer(b"n" * 32)
    join(bench, add(bench), old.public)
    for _ in range(2):
        assert rotated(bench, new, former=old.public).public_key == new.public
    assert tills.find(bench.database, "t1").public_key == new.public


def test_a_key_nobody_holds_or_for_another_till_is_not_taken(bench):
    old, new = Signer(b"o" * 32), Signer(b"n" * 32)
    join(bench, add(bench), old.public)
    wrong = (
        sign_rotation(Signer(b"x" * 32), till="t1", former=old.public),
        sign_rotation(new, till="t2", former=old.public),
        sign_rotation(new, till="t1", former=new.public),
        "****",
    )
    for proof in wrong:
        with pytest.raises(Forbidden) as found:
            rotated(bench, new, proof=proof)
        assert found.value.code == "rotate-refused"
    assert tills.find(bench.database, "t1").public_key == old.public


def test_a_till_joins_only_when_the_file_outside_knows_it(bench, tmp_path):
    """A restored backup that is older has to wait for it."""
    path = str(tmp_path / "x.fleet")
    request = EnrolRequest(code=add(bench), till="t1", public_key=KEY)

    def broken():
        raise StorageBroken(path=path, problem="EIO")

    bench.hub.keep_fleet = broken
    with pytest.raises(StorageBroken):
        bench.hub.enrol(request)
    assert tills.find(bench.database, "t1").public_key is None
    bench.hub.keep_fleet = lambda: fleet.renew(bench.database, [path], now_ms=NOON)
    bench.hub.enrol(request)
    assert [one.till for one in fleet.read(path).tills] == ["t1"]
