"""The command on a database of the test's own, in English."""

import pytest

from sync.hub import cli


@pytest.fixture
def hub(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KOPILKA_LANG", "en")

    def call(*words):
        code = cli.main(["--database", str(tmp_path / "hub.db"), *words])
        done = capsys.readouterr()
        return code, done.out, done.err

    return call
