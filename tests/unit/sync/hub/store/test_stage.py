"""The staging table gives people back in the order of their keys, and leaves no file."""

import os
import random
import tempfile

from sync.hub.store.stage import Person, Stage


def person(n):
    return Person(f"{n:032x}", f"c{n}", None, "*1", "Анна", None, "05-17", n, None)


def test_sorted_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    people = [person(n) for n in range(1000)]
    mixed = random.Random(1).sample(people, len(people))
    with Stage() as stage:
        stage.add(mixed[:400])
        stage.add(mixed[400:])
        batches = list(stage.batches(300))
    assert [len(batch) for batch in batches] == [300, 300, 300, 100]
    assert [one for batch in batches for one in batch] == people
    assert os.listdir(tmp_path) == []


def test_an_empty_stage():
    with Stage() as stage:
        assert list(stage.batches(5)) == []
