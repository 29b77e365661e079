"""kopilka-hub import on a real database."""

import json

MEMBERS = "card,name,points,phone\n2811-1111,Анна С.,340,+79161234567\n2812,Борис,,\n"


def test_members_are_imported_and_shown(hub, tmp_path):
    (tmp_path / "m.csv").write_text(MEMBERS)
    code, out, _ = hub("import", str(tmp_path / "m.csv"), "--json")
    assert (code, json.loads(out)) == (0, {"rows": 2, "fresh": 2, "points": 340, "skipped": 0})
    code, out, _ = hub("member", "show", "--card", "28111111", "--json")
    shown = json.loads(out)
    assert (shown["name"], shown["balance"], shown["masked"]) == ("Анна С.", {"points:main": 340}, "*1111")
    assert "Анна С." in hub("member", "show", "--phone", "8 916 123-45-67")[1]
    assert hub("member", "show", "--id", shown["member"])[0] == 0
    code, _, err = hub("member", "show", "--card", "9")
    assert code == 66
    assert "no such member" in err


def test_a_faulty_file_imports_nothing(hub, tmp_path):
    (tmp_path / "m.csv").write_text("card,points\n1,5\n2,x\n")
    code, _, err = hub("import", str(tmp_path / "m.csv"))
    assert code == 64
    assert "m.csv:3: points: 'x'" in err
    assert hub("member", "show", "--card", "1")[0] == 66
    assert hub("import", str(tmp_path / "m.csv"), "--skip-bad")[0] == 0
    assert hub("member", "show", "--card", "1")[0] == 0


def test_a_device_without_an_end_is_no_file(hub):
    code, _, err = hub("import", "/dev/zero")
    assert code == 66
    assert "not a file" in err
