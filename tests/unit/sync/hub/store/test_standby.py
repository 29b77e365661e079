"""A server's standbys, by real ones: how far they have the log, and what a user may not see."""

import pytest

from sync.hub.store import standby
from sync.hub.store.server import Server


@pytest.fixture
def primary(pair):
    database = Server(pair.primary.dsn("postgres"))
    yield database
    database.close()


def write(database):
    database.execute_sql("CREATE TABLE IF NOT EXISTS ink (n BIGINT)")
    database.execute_sql("INSERT INTO ink (n) VALUES (1)")


def arrived(database, place, tries=10_000):
    """Whether it comes there within so many looks."""
    return any(standby.way(database, place) == "arrived" for _ in range(tries))


def test_a_standby_that_hears_arrives(primary):
    write(primary)
    place = standby.end(primary)
    assert arrived(primary, place)
    assert standby.standbys(primary) == (1, 0)


def test_one_that_hears_nothing_is_behind_what_was_written_since(pair, primary):
    write(primary)
    before = standby.end(primary)
    assert arrived(primary, before)
    with pair.held():
        write(primary)
        place = standby.end(primary)
        assert {standby.way(primary, place) for _ in range(50)} == {"behind"}
        assert standby.way(primary, before) == "arrived"
    assert arrived(primary, place)


def test_a_place_of_another_timeline_is_no_place_of_this_one(primary):
    write(primary)
    place = standby.end(primary)
    assert arrived(primary, place)
    assert standby.way(primary, place._replace(timeline="0000000F")) == "elsewhere"


def test_who_may_not_see_is_told_that_there_is_something(pair, primary):
    primary.execute_sql("DROP ROLE IF EXISTS plain")
    primary.execute_sql("CREATE ROLE plain LOGIN")
    plain = Server(pair.primary.dsn("postgres").replace("kopilka@", "plain@"))
    try:
        assert standby.standbys(plain) == (0, 1)
        assert standby.way(plain, standby.end(plain)) == "behind"
        primary.execute_sql("GRANT pg_monitor TO plain")
        plain.close()
        assert standby.standbys(plain) == (1, 0)
    finally:
        plain.close()


def test_a_server_alone(server):
    database = Server(server.dsn)
    try:
        assert standby.standbys(database) == (0, 0)
        assert standby.way(database, standby.end(database)) == "behind"
    finally:
        database.close()
