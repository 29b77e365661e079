"""The composition root: a till joined on a real file, its incarnations, and what it does with a programme that is not the hub's."""

import os

import msgspec
import pytest
from joined_till import join, settings
from till_process import PROGRAMME

from agent.errors import ConfigFault
from agent.runtime import secrets, wiring
from agent.runtime.settings import Settings
from agent.store.heal import MARK
from agent.store.settings import ProgrammeText
from sync.signing import Signer, sign_programme


def test_the_first_start_begins_the_first_incarnation_and_the_second_goes_on(tmp_path):
    parts = join(settings(tmp_path))
    assert (parts.store.journal.tail.inc, parts.store.journal.tail.seq) == (1, 1)
    parts.store.close()
    parts = join(settings(tmp_path))
    assert (parts.store.journal.tail.inc, parts.store.journal.tail.seq) == (1, 1)
    parts.store.close()


def test_a_database_set_back_in_time_begins_a_new_incarnation(tmp_path):
    given = settings(tmp_path)
    join(given).store.close()
    kept = secrets.read(given.till.data)
    secrets.write(given.till.data, msgspec.structs.replace(kept, incarnation=4))
    parts = join(given)
    assert parts.store.journal.tail.inc == 5
    assert secrets.read(given.till.data).incarnation == 5
    parts.store.close()


def test_a_journal_whose_secrets_are_gone_is_not_gone_on_with(tmp_path):
    given = settings(tmp_path)
    join(given).store.close()
    os.remove(os.path.join(given.till.data, secrets.NAME))
    for _ in range(2):
        with pytest.raises(ConfigFault) as told:
            join(given)
        assert secrets.NAME in str(told.value.faults)


def test_a_till_without_a_hub_is_never_online(tmp_path):
    parts = join(settings(tmp_path))
    assert not parts.line.configured
    assert not parts.desk.online()
    parts.store.close()


def test_a_programme_the_hub_did_not_sign_is_not_obeyed(tmp_path):
    given = settings(tmp_path)
    join(given).store.close()
    hub, thief = Signer(b"h" * 32), Signer(b"t" * 32)
    kept = secrets.read(given.till.data)
    secrets.write(given.till.data, msgspec.structs.replace(kept, hub_key=hub.public))
    for version, signer in ((2, hub), (3, thief)):
        parts = join(given)
        body = PROGRAMME.replace("version = 1", f"version = {version}")
        with parts.store.transaction():
            parts.store.programmes.put(ProgrammeText(f"hash{version}", version, 0, body, sign_programme(signer, body)))
        parts.store.close()
    parts = join(given)
    assert parts.desk.programme(10**13).version == 2
    parts.store.close()


def test_a_broken_programme_tells_all_its_faults(tmp_path):
    given = settings(tmp_path)
    (tmp_path / "programme.toml").write_text("[programme]\nid = 1\n")
    with pytest.raises(ConfigFault) as told:
        join(given)
    assert len(told.value.faults) >= 2


def test_the_template_that_ships_is_a_programme():
    assert wiring.local_programme(Settings()).currencies


def test_a_healed_database_begins_its_incarnation_at_whichever_start_comes_next(tmp_path):
    given = settings(tmp_path)
    parts = join(given)
    with parts.store.transaction():
        parts.store.meta.put(MARK, "1")
    parts.store.close()
    parts = join(given)
    assert (parts.store.journal.tail.inc, parts.store.meta.get(MARK)) == (2, "")
    parts.store.close()
    parts = join(given)
    assert parts.store.journal.tail.inc == 2
    parts.store.close()
