"""kopilka-hub family add|remove|list."""

import json


def test_a_family_is_made_shown_and_left(hub, tmp_path):
    path = tmp_path / "members.csv"
    path.write_text("card,points\n2811,100\n2822,20\n", encoding="utf-8")
    assert hub("import", str(path))[0] == 0
    assert hub("family", "list", "--json")[:2] == (0, "[]\n")
    code, out, _ = hub("family", "add", "card:2811", "card:2822", "--json")
    made = json.loads(out)
    assert code == 0
    (row,) = json.loads(hub("family", "list", "--json")[1])
    assert (row["member"], row["pot"]) == (made["member"], made["pot"])
    code, _, err = hub("family", "add", "card:2822", "card:2811")
    assert (code, "No family can be made" in err) == (65, True)
    assert hub("family", "remove", "card:2811")[0] == 0
    assert hub("family", "remove", "card:2811")[0] == 66
