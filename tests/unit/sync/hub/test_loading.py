"""The import as a command: progress, faults with their lines, refusals."""

import pytest

from agent.errors import BadRequest, NotFound
from sync.hub import loading
from sync.hub.importing import Imported
from sync.hub.loading import Progress, load_members, told


@pytest.fixture
def load(bench, tmp_path):
    def run(text, *, skip_bad=False, encoding="utf-8", path=None):
        (tmp_path / "m.csv").write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return load_members(
            bench.database,
            path or str(tmp_path / "m.csv"),
            keys=bench.keys,
            now_ms=bench.clock(),
            currency="main",
            encoding=encoding,
            skip_bad=skip_bad,
            lang="en",
        )

    return run


def test_other_encodings(load, bench):
    assert load("card;name\n1;Анна\n", encoding="cp1251").fresh == 1
    assert bench.sql("SELECT name FROM member") == [("Анна",)]


def test_faults_stop_all_and_are_listed(load, bench, capsys, monkeypatch):
    monkeypatch.setattr("sync.hub.importing.FAULTS", 1)
    with pytest.raises(BadRequest, match="import-refused"):
        load("card,points\n1,5\n2,x\n3,y\n")
    said = capsys.readouterr().err
    assert "m.csv:3: points: 'x'" in said
    assert "and 1 more" in said
    assert bench.sql("SELECT * FROM member") == []


def test_bad_rows_may_be_left_out(load):
    assert load("card,points\n1,5\n2,x\n", skip_bad=True) == Imported(1, 1, 5, 1)


def test_files_that_cannot_be_read(load, tmp_path):
    with pytest.raises(NotFound):
        load("", path=str(tmp_path / "none.csv"))
    with pytest.raises(NotFound):
        load("", path=str(tmp_path))


def test_an_encoding_nobody_knows(bench, tmp_path):
    (tmp_path / "m.csv").write_text("card\n1\n")
    with pytest.raises(BadRequest, match="file-unreadable"):
        load_members(
            bench.database,
            str(tmp_path / "m.csv"),
            keys=bench.keys,
            now_ms=0,
            currency="main",
            encoding="klingon",
            skip_bad=False,
            lang="ru",
        )


def test_progress_says_how_much_longer(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(loading.time, "monotonic", lambda: now[0])
    progress = Progress("writing", "en")
    progress(10, 10, 100)
    now[0] = 2.0
    progress(20, 20, 100)
    progress(21, 21, 100)
    assert capsys.readouterr().err == "writing: 20 rows, 10/s, 8 s left\n"


def test_the_sentence_at_the_end():
    assert told(Imported(3, 2, 10, 1), "ru") == "Загружено участников: 3, из них новых 2; баллов 10; пропущено строк 1."
