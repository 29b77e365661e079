"""Online backups: whole, named by time, the oldest removed."""

import os

from store_kit import AT, booted

from agent.runtime.backups import backup_folder, kept_backups, make_backup
from agent.runtime.settings import BackupSettings, Settings, TillSettings
from agent.store.verify import journal_verify


def test_copies_are_whole_and_only_so_many_are_kept(tmp_path):
    settings = Settings(till=TillSettings(data=str(tmp_path)), backup=BackupSettings(keep=2))
    store = booted(tmp_path / "till.sqlite3", 20)
    made = [make_backup(settings, store, now_ms=AT + n * 1000) for n in range(3)]
    store.close()
    folder = backup_folder(settings)
    assert kept_backups(folder) == sorted(os.path.basename(path) for path in made[1:])
    assert made[0].endswith("till-20251122T065800Z.sqlite3")
    assert journal_verify(made[2]).count == 21


def test_a_clock_set_back_does_not_throw_the_newest_copy_away(tmp_path):
    settings = Settings(till=TillSettings(data=str(tmp_path)), backup=BackupSettings(keep=2))
    store = booted(tmp_path / "till.sqlite3", 20)
    made = [make_backup(settings, store, now_ms=AT - n * 86_400_000) for n in range(4)]
    store.close()
    assert kept_backups(backup_folder(settings)) == [os.path.basename(path) for path in made[2:]]
    assert len(set(made)) == 4


def test_no_folder_is_no_backup(tmp_path):
    assert kept_backups(str(tmp_path / "none")) == []
