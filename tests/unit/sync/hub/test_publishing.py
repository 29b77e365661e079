"""Programmes are checked, rise in version, are signed, and reach tills as they were written."""

import pytest

from agent.errors import ConfigFault, Conflict
from sync.hub.publishing import checked, publish
from sync.hub.store.steps import transaction
from sync.signing import Verifier, check_programme

TEXT = '# заметка автора\n[programme]\nid = "p"\nversion = {}\ncurrency = "RUB"\ntimezone = "{}"\n'


def put(bench, version, zone="Asia/Omsk"):
    with transaction(bench.database):
        text = TEXT.format(version, zone)
        return publish(bench.database, text, "p.toml", signer=bench.keys.signer, now_ms=bench.clock())


def test_a_till_gets_the_text_and_its_signature(bench):
    cursor = bench.hub.changes("t1", "").cursor
    put(bench, 1)
    assert bench.hub.moved(cursor)
    news = bench.hub.changes("t1", cursor)
    assert news.programme == TEXT.format(1, "Asia/Omsk")
    assert check_programme(Verifier(bench.keys.signer.public), news.programme, news.programme_signature)
    assert bench.hub.changes("t1", news.cursor).programme is None


def test_versions_rise(bench):
    first = put(bench, 2)
    assert put(bench, 2) == first
    with pytest.raises(Conflict, match="programme-not-newer"):
        put(bench, 2, "Europe/Moscow")
    with pytest.raises(Conflict):
        put(bench, 1)
    assert put(bench, 3).serial == 2


def test_its_zone_is_where_days_are_counted(bench, pen):
    bench.clock.now_ms = 1_790_017_200_000
    put(bench, 1, "Asia/Vladivostok")
    pen.sale("m1", earn=1)
    bench.push(pen)
    assert bench.sql("SELECT joined FROM member") == [("2026-09-22",)]


def test_faults_are_told_by_line():
    with pytest.raises(ConfigFault) as refused:
        checked('[programme]\nid = 5\nversion = "x"\n', "p.toml")
    assert any(line.startswith("p.toml:2:") for line in refused.value.faults)
    assert any(line.startswith("p.toml:3:") for line in refused.value.faults)
