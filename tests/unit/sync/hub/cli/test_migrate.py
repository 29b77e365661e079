"""kopilka-hub migrate."""


def test_the_database_is_made(hub, tmp_path):
    assert str(tmp_path) in hub("migrate")[1]
    assert (tmp_path / "hub.db").exists()
