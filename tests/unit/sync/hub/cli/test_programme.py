"""kopilka-hub programme on a real database."""

import json


def test_programmes(hub, tmp_path):
    text = '[programme]\nid = "p"\nversion = {}\ncurrency = "RUB"\ntimezone = "Asia/Omsk"\n'
    path = tmp_path / "p.toml"
    path.write_text(text.format(2))
    assert hub("programme", "check", str(path))[0] == 0
    assert hub("programme", "publish", str(path))[0] == 0
    path.write_text(text.format(1))
    code, _, err = hub("programme", "publish", str(path))
    assert code == 65
    assert "not above" in err
    path.write_text(text.format('"x"'))
    code, _, err = hub("programme", "publish", str(path))
    assert code == 78
    assert f"{path}:3: programme.version" in err
    assert hub("programme", "check", str(tmp_path / "none.toml"))[0] == 66
    assert [row["version"] for row in json.loads(hub("programme", "list", "--json")[1])] == [2]
