"""The hub's secrets are made once, stay with the database, and are not shown."""

from hub_kit import Pen, chance, granted

from sync.hub.keys import links, load_or_make, rotate
from sync.hub.opening import open_hub
from sync.hub.publishing import publish
from sync.hub.store import programmes
from sync.hub.store.steps import transaction
from sync.keyring import Keyring
from sync.signing import Verifier, check_grant, check_programme


def test_made_once(bench):
    with transaction(bench.database):
        again = load_or_make(bench.database, lambda count: b"\xff" * count)
    assert again == bench.keys
    assert bench.keys.programme_key == chance(32)


def test_not_shown(bench):
    assert bench.keys.programme_key.hex() not in repr(bench.keys)
    assert bench.keys.signer.seed.hex() not in repr(bench.keys)


def test_another_hub_has_others(tmp_path):
    database, keys = open_hub(str(tmp_path / "other.db"), chance=lambda count: b"\x05" * count)
    database.close()
    assert keys.programme_key == b"\x05" * 32


TEXT = '[programme]\nid = "p"\nversion = 1\ncurrency = "RUB"\ntimezone = "Asia/Omsk"\n'


def test_a_new_key_is_announced_by_the_old_one_and_signs_the_programme_anew(bench):
    with transaction(bench.database):
        publish(bench.database, TEXT, "p", signer=bench.keys.signer, now_ms=1)
        made = rotate(bench.database, lambda count: b"\x07" * count, now_ms=2)
    assert made.programme_key == bench.keys.programme_key
    assert bench.keys.now(bench.database) == made
    newest = programmes.newest(bench.database)
    assert (newest.serial, newest.text) == (2, TEXT)
    assert check_programme(Verifier(made.signer.public), TEXT, newest.signature)
    ring = Keyring(bench.keys.signer.public).follow(links(bench.database))
    assert ring.current.public == made.signer.public
    assert bench.hub.changes("t1", "").keys == links(bench.database)
    with transaction(bench.database):
        third = rotate(bench.database, lambda count: b"\x08" * count, now_ms=3)
    assert Keyring(bench.keys.signer.public).follow(links(bench.database)).current.public == third.signer.public


def test_a_running_hub_signs_with_the_key_of_now(bench):
    pen = Pen("t1", clock=bench.clock)
    pen.sale("m1", earn=50)
    with transaction(bench.database):
        made = rotate(bench.database, lambda count: b"\x07" * count, now_ms=2)
    grant = granted(bench, pen, "m1", 10).grant
    assert check_grant(Verifier(made.signer.public), grant)


def test_before_any_change_nothing_is_announced(bench):
    assert links(bench.database) == ()
    assert bench.keys.now(bench.database) is bench.keys
