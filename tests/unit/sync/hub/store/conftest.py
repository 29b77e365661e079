"""An empty hub's database."""

import pg_kit
import pytest
from hub_kit import chance

from sync.hub.opening import open_hub


@pytest.fixture
def database(engine, tmp_path):
    database, _ = open_hub(pg_kit.place(str(tmp_path / "hub.db")), chance=chance)
    yield database
    database.close()


@pytest.fixture
def sql(database):
    return lambda text, *values: [tuple(row) for row in database.execute_sql(text, values).fetchall()]
