"""kopilka status: the screen, from READY down; the running till itself is asked in tests/system/test_daemon.py."""

from agent.cli import main
from agent.cli.line_words import WHY
from agent.cli.status import WORDS, lines

FOUND = {
    "state": "DEGRADED", "store": "S1", "store_name": "Соседи", "till": "T1", "at": "2026-11-22T06:58:00Z", "version": "0.1.0",
    "line": {"configured": True, "online": False}, "queue": {"unsent": 12}, "printing": {"waiting": 1}, "leases": {"open": 2},
    "members": 3, "programme": {"id": "p", "version": 4}, "clock": {"trusted": False},
    "devices": [{"device": "counter", "kind": "scanner", "state": "absent", "cause": "gone"}],
}  # fmt: skip


def test_it_reads_top_down_in_both_languages(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    screen = lines(FOUND)
    assert screen[0].startswith("DEGRADED")
    assert any("down; sales go on" in line for line in screen)
    assert any("counter: absent: check the cable (gone)" in line for line in screen)
    assert all(len(line) <= 80 for line in screen)
    monkeypatch.setenv("KOPILKA_LANG", "ru")
    assert "РАБОТАЕТ С ОГРАНИЧЕНИЯМИ" in lines(FOUND)[0]


def test_a_fill_under_way_is_shown(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    fill = {"percent": 40, "state": "fetching", "cause": "", "rate": 2_000_000, "eta_s": 40}
    assert any(
        line.split() == ["filling", "40%", "2.0", "MB/s,", "40", "s", "left"] for line in lines({**FOUND, "fill": fill})
    )


def test_a_line_that_is_down_says_why(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    down = {**FOUND, "line": {"configured": True, "online": False, "cause": "till-revoked"}}
    assert any("the till was revoked at the hub; tell the centre" in line for line in lines(down))
    assert not any("revoked" in line for line in lines({**down, "line": {**down["line"], "online": True}}))
    for code in WHY:
        for lang in ("ru", "en"):
            monkeypatch.setenv("KOPILKA_LANG", lang)
            assert all(len(line) <= 100 for line in lines({**down, "line": {**down["line"], "cause": code}}))


def test_a_till_that_began_anew_says_why_until_it_has_met_the_hub(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    for reason in ("restored", "healed", "copied", "forked"):
        anew = {**FOUND, "journal": {"begun": reason, "met": False}}
        assert any("Began anew" in line and "begun-" not in line and len(line) <= 80 for line in lines(anew))
        assert not any("Began anew" in line for line in lines({**FOUND, "journal": {"begun": reason, "met": True}}))
    assert not any("Began anew" in line for line in lines({**FOUND, "journal": {"begun": "new", "met": False}}))


def test_a_tight_disk_is_shown(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    disk = {"free_mb": 3, "reserve": True, "tight": True}
    assert any("3 MB: little room; free some" in line for line in lines({**FOUND, "disk": disk}))
    assert not any("Disk" in line for line in lines({**FOUND, "disk": {**disk, "tight": False}}))


def test_every_word_has_both_languages():
    assert all(len(pair) == 2 and all(pair) for pair in WORDS.values())


def test_no_till_is_down_with_a_remedy(tmp_path, capsys):
    path = tmp_path / "c.toml"
    path.write_text(f'[till]\ndata = "{tmp_path}"\n[api]\nport = 1\n')
    assert main(["status", "--config", str(path)]) == 69
    said = capsys.readouterr().out
    assert "systemctl start kopilka" in said


def test_members_put_aside_are_counted(monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")
    assert any(line.split() == ["put", "aside", "2"] for line in lines({**FOUND, "members_aside": 2}))
    assert not any("aside" in line for line in lines({**FOUND, "members_aside": 0}))
