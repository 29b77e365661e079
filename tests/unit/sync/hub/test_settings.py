"""hub.toml: defaults for everything, every fault at once."""

from fractions import Fraction

import pytest

from agent.errors import ConfigFault
from sync.hub.settings import Listen, Settings, listen_at, read_settings, with_secret


def test_an_empty_file_is_enough():
    assert read_settings("", "hub.toml") == Settings()
    assert Settings().policy.shared == Fraction(1, 2)


def test_values_reach_the_policy():
    text = 'database = "x.db"\n[leases]\nvisit_hours = 1\nstanding_days = 2\nshared_percent = 25\nvisit_cap = 7\n'
    policy = read_settings(text, "hub.toml").policy
    assert (policy.visit_life_ms, policy.standing_life_ms) == (3_600_000, 172_800_000)
    assert (policy.shared, policy.visit_cap) == (Fraction(1, 4), 7)


def test_all_faults_at_once():
    text = 'databse = "x"\n[listen]\nport = 70000\n[backup]\nkeep = 0\n[leases]\nshared_percent = 51\n'
    with pytest.raises(ConfigFault) as refused:
        read_settings(text, "hub.toml")
    assert [line.split(":")[1] for line in refused.value.faults] == ["1", "3", "5", "7"]
    assert "did you mean database" in refused.value.faults[0]
    assert refused.value.exit_code == 78


def test_no_toml():
    with pytest.raises(ConfigFault):
        read_settings("= =", "hub.toml")


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("127.0.0.1:80", Listen("127.0.0.1", 80)),
        ("[::1]:0", Listen("::1", 0)),
        ("hub.local:8780", Listen("hub.local", 8780)),
    ],
)
def test_addresses(text, listen):
    assert listen_at(text) == listen


@pytest.mark.parametrize("text", ["", "host", "host:", ":80", "host:x", "host:65536", "host:-1"])
def test_no_addresses(text):
    with pytest.raises(ConfigFault):
        listen_at(text)


def test_a_servers_name_is_read_from_where_it_is_kept(tmp_path):
    secret = tmp_path / "dsn"
    secret.write_text("postgresql://u:secret@db/kopilka\n")
    for named in (Settings(database_file=str(secret)), Settings(database_file="dsn")):
        found = with_secret(named, str(tmp_path))
        assert (found.database, found.fill_folder) == ("postgresql://u:secret@db/kopilka", "")
    assert with_secret(Settings(), "") == Settings()
    assert Settings().fill_folder == "hub.db.fill"


@pytest.mark.parametrize("text", [None, "", "hub.db", "postgresql://u:secret@db/x\npostgresql://u@db/y"])
def test_no_server_in_the_file_and_nothing_of_it_is_told(tmp_path, text):
    if text is not None:
        (tmp_path / "dsn").write_text(text)
    with pytest.raises(ConfigFault) as refused:
        with_secret(Settings(database_file="dsn"), str(tmp_path))
    assert "secret" not in "".join(refused.value.faults)
