"""The hub's secrets are made once, stay with the database, and are not shown."""

from hub_kit import chance

from sync.hub.keys import load_or_make
from sync.hub.opening import open_hub
from sync.hub.store.steps import transaction


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
