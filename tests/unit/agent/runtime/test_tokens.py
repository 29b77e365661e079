"""Tokens and pairing codes in a file of hashes."""

import os
import stat
import threading

import pytest

from agent.errors import Conflict, NotFound, StorageBroken
from agent.runtime.tokens import CODE_LIFE_MS, CODE_TRIES, MAX_TOKENS, TokenFile
from agent.web import guard


@pytest.fixture
def file(tmp_path):
    return TokenFile(str(tmp_path / "tokens.json"))


def test_a_token_is_known_by_its_hash_only(file, tmp_path):
    token = file.add("pos-1", "pos", 1)
    (row,) = file.guards()
    assert row == guard.Token(guard.digest(token), "pos", "pos-1")
    assert token not in (tmp_path / "tokens.json").read_text()
    assert stat.S_IMODE(os.stat(tmp_path / "tokens.json").st_mode) == 0o600


def test_a_change_by_another_process_is_seen(file, tmp_path):
    assert file.guards() == []
    TokenFile(str(tmp_path / "tokens.json")).add("pos-1", "pos", 1)
    assert len(file.guards()) == 1
    TokenFile(str(tmp_path / "tokens.json")).revoke("pos-1")
    assert file.guards() == []


def test_names_are_unique_and_known(file):
    file.add("a", "read", 1)
    with pytest.raises(Conflict):
        file.add("a", "pos", 2)
    with pytest.raises(NotFound):
        file.revoke("b")


def test_a_code_pairs_once(file):
    code = file.code(0)
    token = file.redeem(code, 1)
    assert token is not None
    assert [row.scope for row in file.all()] == ["page"]
    assert file.redeem(code, 2) is None


def test_a_code_ends_by_time_and_by_wrong_tries(file):
    code = file.code(0)
    assert file.redeem(code, CODE_LIFE_MS) is None
    code = file.code(0)
    wrong = "00000000" if code != "00000000" else "11111111"
    for _ in range(CODE_TRIES):
        assert file.redeem(wrong, 1) is None
    assert file.redeem(code, 2) is None


def test_a_new_code_ends_the_former(file):
    first = file.code(0)
    file.code(0)
    assert file.redeem(first, 1) is None


def test_there_is_a_limit(file):
    for n in range(MAX_TOKENS):
        file.add(f"t{n}", "read", n)
    with pytest.raises(Conflict):
        file.add("one more", "read", 0)


def test_two_writers_lose_nothing(file, tmp_path):
    def add(first):
        other = TokenFile(str(tmp_path / "tokens.json"))
        for n in range(first, first + 10):
            other.add(f"t{n}", "read", n)

    threads = [threading.Thread(target=add, args=(start,)) for start in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(file.all()) == 20


def test_a_damaged_file_lets_nobody_in(file, tmp_path):
    for broken in (b"[]]", b"", b'{"tokens": [{"hash": "\xff"}]}', b'{"tokens": 1}'):
        (tmp_path / "tokens.json").write_bytes(broken)
        for use in (file.guards, lambda: file.add("pos-2", "pos", 1), lambda: file.redeem("00000000", 1)):
            with pytest.raises(StorageBroken) as told:
                use()
            assert told.value.code == "tokens-broken"
        assert (tmp_path / "tokens.json").read_bytes() == broken


def test_a_folder_that_takes_no_file_is_told_by_name(tmp_path):
    (tmp_path / "tokens.json.lock").mkdir()
    with pytest.raises(StorageBroken) as told:
        TokenFile(str(tmp_path / "tokens.json")).add("pos-1", "pos", 1)
    assert told.value.fields["path"] == str(tmp_path / "tokens.json")


def test_a_file_out_of_reach_is_no_empty_one(tmp_path):
    (tmp_path / "data").write_text("no folder")
    away = TokenFile(str(tmp_path / "data" / "tokens.json"))
    for use in (away.guards, away.all, lambda: away.add("pos-1", "pos", 1), lambda: away.redeem("00000000", 1)):
        with pytest.raises(StorageBroken):
            use()
