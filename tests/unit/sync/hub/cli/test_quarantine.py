"""kopilka-hub quarantine on a real database."""


def test_nothing_is_parked(hub):
    assert hub("quarantine", "ls") == (0, "-\n", "")
