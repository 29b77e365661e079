"""The command on a database of the test's own, in English."""

import pg_kit
import pytest

from sync.hub import cli


@pytest.fixture(autouse=True)
def in_files():
    with pg_kit.used(None):
        yield


@pytest.fixture
def hub(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")

    def call(*words):
        code = cli.main(["--database", str(tmp_path / "hub.db"), *words])
        done = capsys.readouterr()
        return code, done.out, done.err

    return call
