"""The hub inside a till, called straight: answers, faults as over a line, a poll that wakes, keys that must fit."""

import os
import threading

import msgspec
import pytest
from hub_kit import NOON, Clock, Pen, chance

from agent.errors import Conflict, StorageBroken
from agent.sqlite import transaction
from sync.calls import HubFault
from sync.hub.adopting import ADOPTED
from sync.hub.embedded import open_embedded, publish
from sync.hub.rounds import MOST
from sync.hub.store import meta, tills

KEY = "ab" * 32
PROGRAMME = (
    '[programme]\nid = "p"\nversion = {}\ncurrency = "RUB"\ntimezone = "Asia/Omsk"\n[points.main]\nworth = "100"\n'
)


def opened(folder, *, key=KEY, public="11" * 32):
    till = tills.Till(till="t1", store="s1", public_key=public)
    return open_embedded(str(folder / "hub.sqlite3"), till, programme_key=key, clock=Clock(), chance=chance)


@pytest.fixture
def embedded(tmp_path):
    embedded = opened(tmp_path)
    yield embedded
    embedded.close()


def sold(earn=5):
    pen = Pen("t1")
    pen.sale("m1", earn=earn)
    return pen.batch()


def test_the_till_is_let_in_by_itself_and_cards_keep_their_names(embedded):
    assert embedded.hub.keys.programme_key.hex() == KEY
    till = embedded.hub.known_till("t1")
    assert (till.public_key, till.enrolled, till.added) == ("11" * 32, NOON, NOON)
    assert embedded.push(*sold()).wm == 1
    embedded.health()


def test_a_file_that_names_cards_otherwise_is_refused_but_a_new_till_takes_it(tmp_path):
    opened(tmp_path).close()
    with pytest.raises(Conflict):
        opened(tmp_path, key="cd" * 32)
    again = opened(tmp_path, key="", public="22" * 32)
    assert again.hub.keys.programme_key.hex() == KEY
    assert again.hub.known_till("t1").public_key == "22" * 32
    again.close()


def test_a_poll_wakes_when_something_is_pushed(embedded):
    cursor = embedded.changes("").cursor
    found = []
    poll = threading.Thread(target=lambda: found.append(embedded.changes(cursor, wait_s=25)))
    poll.start()
    embedded.push(*sold())
    poll.join(20)
    assert [member.member for member in found[0].members] == ["m1"]


def test_a_poll_that_waits_can_be_hung_up(embedded):
    cursor = embedded.changes("").cursor
    poll = threading.Thread(target=lambda: embedded.changes(cursor, wait_s=25))
    poll.start()
    embedded.hang_up()
    poll.join(20)
    assert not poll.is_alive()


def test_what_it_refuses_is_told_as_over_a_line(embedded):
    head, lines = sold()
    with pytest.raises(HubFault) as told:
        embedded.push(msgspec.structs.replace(head, hash="0" * 64), lines)
    assert (told.value.code, told.value.status, told.value.problem) == ("refused", 400, "push-refused")


def test_a_fault_of_its_code_is_the_servers(embedded, monkeypatch):
    monkeypatch.setattr(embedded.hub, "push", lambda *_: 1 // 0)
    with pytest.raises(HubFault) as told:
        embedded.push(*sold())
    assert (told.value.code, told.value.status) == ("server", 500)


def test_a_broken_disk_ends_the_process(embedded, monkeypatch):
    told = []
    embedded.on_broken = lambda: told.append(True)

    def broken(*_):
        raise StorageBroken(path="hub.sqlite3", problem="EIO")

    monkeypatch.setattr(embedded.hub, "_push", broken)
    with pytest.raises(HubFault) as fault:
        embedded.push(*sold())
    assert (fault.value.code, told) == ("server", [True])


def test_one_that_was_taken_over_takes_nothing_more(embedded):
    with transaction(embedded.hub.database):
        meta.write(embedded.hub.database, ADOPTED, "/srv/hub.db")
    for call in (lambda: embedded.push(*sold()), lambda: embedded.changes("")):
        with pytest.raises(HubFault) as told:
            call()
        assert (told.value.code, told.value.problem) == ("refused", ADOPTED)


def test_the_shops_own_programme_is_published_where_it_changed(embedded):
    assert publish(embedded, PROGRAMME.format(1), "p.toml").serial == 1
    assert publish(embedded, PROGRAMME.format(1), "p.toml").serial == 1
    assert publish(embedded, PROGRAMME.format(1) + "# other words\n", "p.toml") is None
    assert publish(embedded, PROGRAMME.format(2), "p.toml").serial == 2


@pytest.mark.parametrize(("elsewhere", "durable"), [(True, 1), (False, 0)])
def test_a_copy_lets_the_till_forget_only_where_it_outlives_the_tills_disk(embedded, tmp_path, elsewhere, durable):
    embedded.push(*sold())
    embedded.save(str(tmp_path / "stick"), keep=2, elsewhere=elsewhere)
    assert len(os.listdir(tmp_path / "stick")) == 1
    head, _ = Pen("t1").batch()
    assert embedded.push(head, []).durable == durable


def test_keeping_house_books_what_expired(embedded):
    pen = Pen("t1")
    pen.sale("m1", earn=5, expires="2026-09-20")
    embedded.push(*pen.batch())
    embedded.keep_house()
    rows = embedded.hub.database.execute_sql("SELECT posted FROM account").fetchall()
    assert rows == [(0,)]


def test_work_that_gets_nowhere_ends_all_the_same(embedded, monkeypatch):
    count = iter(range(10**6))
    monkeypatch.setattr(embedded.hub.upkeep, "correct", lambda: next(count) + 1)
    embedded.keep_house()
    assert next(count) == MOST
