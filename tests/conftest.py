"""The server that tests of the hub share: one a worker, started when the first asks for it."""

import pg_kit
import pytest


@pytest.fixture(scope="session")
def server():
    with pg_kit.served() as databases:
        yield databases


@pytest.fixture(scope="session")
def pair():
    """A server of our own with a synchronous standby; who promotes it makes another."""
    made = pg_kit.Pair()
    yield made
    made.remove()


@pytest.fixture(autouse=True, scope="session")
def everything_on_a_server(request):
    """With KOPILKA_PG_DSN every hub of every test is there."""
    if not pg_kit.DSN:
        yield
        return
    with pg_kit.used(request.getfixturevalue("server")):
        yield


@pytest.fixture(params=["postgresql"] if pg_kit.DSN else ["sqlite", "postgresql"])
def engine(request):
    """Both engines in turn: what a test makes by `pg_kit.place`, or as a Bench, is there."""
    databases = request.getfixturevalue("server") if request.param == "postgresql" else None
    with pg_kit.used(databases):
        yield request.param
