"""kopilka-hub rotate-key."""

import json


def test_the_key_changes_and_is_told(hub):
    first = json.loads(hub("--json", "rotate-key")[1])["hub_key"]
    code, out, _ = hub("rotate-key")
    assert code == 0
    assert "Back up" in out
    assert first not in out
