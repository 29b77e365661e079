"""A hub inside the till: made, kept, found again, and never a reason not to sell."""

import os
import shutil

import msgspec
import pytest
from joined_till import join, settings

from agent.errors import ConfigFault
from agent.runtime import secrets, wiring
from agent.runtime.embedding import DATABASE, save
from agent.runtime.settings import BackupSettings, HubSettings
from agent.runtime.syncing import Syncing
from sync.hub import restoring
from sync.hub.store import journal, programmes, waiting
from sync.hub.store.audits import Audit


def embedded(folder, **more):
    return msgspec.structs.replace(settings(folder), hub=HubSettings(embedded=True), **more)


def end(parts):
    parts.store.close()
    if parts.embedded is not None:
        parts.embedded.close()


def pushed(parts):
    """One push of whatever waits, without threads."""
    syncing = Syncing(parts, lambda _kind, _data: None)
    syncing.push()
    return syncing


def test_embedded_and_an_address_exclude_each_other():
    with pytest.raises(ValueError, match="exclude"):
        HubSettings(embedded=True, url="https://hub.example")


def test_the_first_start_makes_a_hub_and_joins_it(tmp_path):
    parts = join(embedded(tmp_path))
    kept = secrets.read(parts.settings.till.data)
    assert parts.line.configured
    assert (kept.hub_key, kept.hub_url, kept.till) == (parts.embedded.hub.keys.signer.public, "", "T1")
    assert programmes.newest(parts.embedded.hub.database).id == "t"
    pushed(parts)
    assert parts.line.online(parts.clock.monotonic_ms())
    assert journal.marks(parts.embedded.hub.database, "T1") == {1: 1}
    end(parts)
    parts = join(embedded(tmp_path))
    assert secrets.read(parts.settings.till.data) == kept
    end(parts)


def test_a_till_that_sold_alone_brings_its_whole_journal(tmp_path):
    parts = join(settings(tmp_path))
    key = parts.secrets.programme_key
    end(parts)
    parts = join(embedded(tmp_path))
    assert parts.secrets.programme_key == key == parts.embedded.hub.keys.programme_key.hex()
    pushed(parts)
    assert journal.marks(parts.embedded.hub.database, "T1") == {1: 1}
    end(parts)


def test_its_own_clock_vouches_for_nothing(tmp_path, monkeypatch):
    parts = join(embedded(tmp_path))
    monkeypatch.setattr(type(parts.clock), "vouch", lambda *_: pytest.fail("vouched for itself"))
    pushed(parts)
    end(parts)


@pytest.mark.parametrize("how", ["lost", "damaged"])
def test_without_its_hubs_file_the_till_sells_and_says_why(tmp_path, how):
    parts = join(embedded(tmp_path))
    end(parts)
    path = os.path.join(parts.settings.till.data, DATABASE)
    os.remove(path)
    if how == "damaged":
        with open(path, "wb") as file:
            file.write(b"no database" * 1000)
    parts = join(embedded(tmp_path))
    assert parts.embedded is None
    assert (parts.line.configured, parts.line.cause, parts.line.refused) == (True, "hub-database", True)
    assert not parts.line.online(parts.clock.monotonic_ms())
    assert not Syncing(parts, lambda _kind, _data: None).configured
    assert (how == "damaged") == os.path.exists(path)
    end(parts)


def test_a_new_machine_goes_on_from_the_stick(tmp_path):
    """The till's disk is gone; its hub's copy, laid into a new data folder, brings back members and programme."""
    stick = tmp_path / "stick"
    given = embedded(tmp_path, backup=BackupSettings(folder=str(stick)))
    parts = join(given)
    pushed(parts)
    save(given, parts.embedded)
    end(parts)
    data = given.till.data
    shutil.rmtree(data)
    os.makedirs(data)
    (copy,) = stick.glob("hub-*.db")
    path = os.path.join(data, DATABASE)
    act = Audit(at=parts.clock.now_ms(), who="olga", what="restored", subject=str(copy))
    restoring.restore(path, str(copy), paths=(f"{path}.fleet",), act=act)
    again = join(given)
    assert again.secrets.programme_key == parts.secrets.programme_key
    assert again.secrets.till_key != parts.secrets.till_key
    assert again.store.journal.tail.inc == 2
    pushed(again)
    assert again.line.online(again.clock.monotonic_ms())
    assert journal.marks(again.embedded.hub.database, "T1") == {1: 1, 2: 1}
    assert not waiting.recovering(again.embedded.hub.database)
    end(again)


def test_a_till_of_a_hub_elsewhere_says_so(tmp_path):
    given = settings(tmp_path)
    end(join(given))
    kept = secrets.read(given.till.data)
    secrets.write(given.till.data, msgspec.structs.replace(kept, hub_key="aa", hub_url="https://hub.example"))
    with pytest.raises(ConfigFault) as told:
        join(embedded(tmp_path))
    assert "https://hub.example" in told.value.faults[0]
    assert not os.path.exists(os.path.join(given.till.data, DATABASE))


def test_nothing_of_the_hub_is_loaded_without_one(tmp_path):
    """The wiring of a till that works alone or with a hub elsewhere costs nothing."""
    import subprocess
    import sys

    code = (
        "import sys; import agent.runtime.daemon; print([name for name in sys.modules if name.startswith('sync.hub')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
    assert wiring.DATABASE != DATABASE
