"""kopilka-hub member merge: by card, phone or id, told in words, safe to repeat."""

import json

import pytest

from sync.hub import fleet


def loaded(hub, tmp_path):
    path = tmp_path / "members.csv"
    path.write_text("card,phone,name,points\n2811,,Anna,100\n2822,+79161234567,Anya,20\n", encoding="utf-8")
    assert hub("import", str(path))[0] == 0


def test_two_cards_become_one_member(hub, tmp_path):
    loaded(hub, tmp_path)
    code, out, _ = hub("member", "merge", "card:2811", "phone:+79161234567", "--reason", "two cards", "--json")
    assert code == 0
    heir = json.loads(out)["into"]
    for card in ("2811", "2822"):
        shown = json.loads(hub("member", "show", "--card", card, "--json")[1])
        assert (shown["member"], shown["balance"]) == (heir, {"points:main": 120})


def test_once_is_enough_and_strangers_are_told(hub, tmp_path):
    loaded(hub, tmp_path)
    assert hub("member", "merge", "card:2811", "card:2822", "--reason", "r")[0] == 0
    code, _, err = hub("member", "merge", "card:2822", "card:2811", "--reason", "r")
    assert (code, "one member already" in err) == (65, True)
    code, _, err = hub("member", "merge", "card:2811", "nobody", "--reason", "r")
    assert (code, "no such member" in err) == (66, True)


def test_a_merge_is_kept_outside_of_the_database_and_in_the_audit(hub, tmp_path):
    loaded(hub, tmp_path)
    code, out, _ = hub("member", "merge", "card:2811", "card:2822", "--reason", "two cards", "--json")
    done = json.loads(out)
    (made,) = fleet.read(str(tmp_path / "hub.db.fleet")).merges
    assert (code, made.member, made.target, made.reason) == (0, done["member"], done["into"], "two cards")
    (act,) = json.loads(hub("audit", "ls", "--json")[1])
    assert (act["what"], act["subject"], act["reason"]) == ("merged", done["member"], "two cards")


def test_a_reason_is_words_and_the_same_member_is_told_once(hub, tmp_path):
    loaded(hub, tmp_path)
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(SystemExit) as ended:
            hub("member", "merge", "card:2811", "card:2822", "--reason", reason)
        assert ended.value.code == 64
    code, _, err = hub("member", "merge", "card:2811", "card:2811", "--reason", "сама с собой")
    assert code == 65
    assert "Both names lead to member" in err
