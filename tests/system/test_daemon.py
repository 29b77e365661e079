"""The service as systemd sees it: ready, watched, stopped in time, and its exit codes."""

import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys

import pytest
from till_process import TillProcess, sale

pytestmark = [pytest.mark.slow]


def test_it_sells_and_ends_in_two_seconds(tmp_path):
    with TillProcess(tmp_path) as till:
        code, answer = till.call("POST", "/v1/sales", sale("A-1"))
        assert (code, answer["earned"]["main"]["points"]) == (200, 10)
        ended, said, took = till.stop()
    assert ended == 0, said
    assert took < 3, said
    assert '"leftovers":0' in said
    assert not os.path.exists(tmp_path / "data" / "till.sqlite3-wal") or till.start().stop()[0] == 0


def test_what_was_confirmed_is_there_after_a_power_cut(tmp_path):
    with TillProcess(tmp_path) as till:
        first = till.call("POST", "/v1/sales", sale("A-1"))[1]
        till.stop(signal.SIGKILL)
        till.start()
        code, again = till.call("POST", "/v1/sales", sale("A-1"))
        assert (code, again["replayed"]) == (200, True)
        assert {**again, "replayed": False} == first
        assert till.call("POST", "/v1/sales", sale("A-1", amount=20_000))[0] == 409


def test_a_second_process_on_the_same_data_is_refused_and_the_first_sells_on(tmp_path):
    with TillProcess(tmp_path) as till:
        other = tmp_path / "other.toml"
        with open(till.config, encoding="utf-8") as file:
            text = file.read().replace(f"port = {till.port}", "port = 0").replace("api.sock", "other.sock")
        other.write_text(text, encoding="utf-8")
        for words in (("run",), ("enrol-till", "AAAA-BBBB-CCCC", "--hub", "http://127.0.0.1:9")):
            done = subprocess.run(
                [sys.executable, "-m", "agent.cli", *words, "--config", str(other)],
                capture_output=True, text=True, check=False, timeout=30, env={**os.environ, "KOPILKA_LANG": "en"},
            )  # fmt: skip
            assert (done.returncode, str(till.process.pid) in done.stderr) == (65, True), done.stderr
        assert till.call("POST", "/v1/sales", sale("A-1"))[0] == 200


def test_it_tells_systemd_that_it_is_ready_and_alive(tmp_path):
    path = str(tmp_path / "notify.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(path)
        ear.settimeout(20)
        with TillProcess(tmp_path) as till:
            assert ear.recv(200).startswith(b"READY=1")
            till.stop()
            assert ear.recv(200) == b"STOPPING=1"
            till.start(NOTIFY_SOCKET=path, WATCHDOG_USEC="600000")
            heard = {ear.recv(200)[:8]}
            while heard != {b"READY=1\n", b"WATCHDOG"}:
                heard.add(ear.recv(200)[:8])


test_it_tells_systemd_that_it_is_ready_and_alive = pytest.mark.usefixtures("notify_socket")(
    test_it_tells_systemd_that_it_is_ready_and_alive
)


@pytest.fixture
def notify_socket(tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify.sock"))


def test_a_broken_configuration_ends_with_78_and_every_fault(tmp_path):
    till = TillProcess(tmp_path)
    with open(till.config, "a", encoding="utf-8") as file:
        file.write('[hub]\nurll = "x"\npush_s = 0\n')
    done = till.command("run", check=False)
    assert done.returncode == 78
    assert "hub.urll" in done.stderr
    assert "hub.push_s" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_programme_ends_with_78_and_its_line(tmp_path):
    till = TillProcess(tmp_path)
    with open(tmp_path / "programme.toml", "a", encoding="utf-8") as file:
        file.write('[[offer]]\nid = "x"\nphase = "accrual"\nthen = { ear = "5%" }\n')
    done = till.command("run", check=False)
    assert done.returncode == 78
    assert "programme.toml:" in done.stderr


def test_a_taken_port_is_told_in_words(tmp_path):
    till = TillProcess(tmp_path)
    with socket.create_server(("127.0.0.1", till.port)):
        done = till.command("run", check=False)
    assert done.returncode == 69
    assert str(till.port) in done.stderr
    assert "Traceback" not in done.stderr


def test_status_is_one_screen_with_an_exit_code(tmp_path):
    with TillProcess(tmp_path) as till:
        up = till.command("status")
        assert up.stdout.startswith("READY")
        assert len(up.stdout.splitlines()) < 24
        russian = till.command("status", KOPILKA_LANG="ru")
        assert "ГОТОВА" in russian.stdout
        till.stop()
        down = till.command("status", check=False)
        assert (down.returncode, down.stdout.split()[0]) == (69, "DOWN")


def test_a_damaged_database_is_put_aside_and_the_till_sells_on(tmp_path):
    with TillProcess(tmp_path) as till:
        for n in range(30):
            till.call("POST", "/v1/sales", sale(f"A-{n}"))
        till.stop()
        path = tmp_path / "data" / "till.sqlite3"
        damage(path)
        till.start()
        code, answer = till.call("POST", "/v1/sales", sale("B-1"))
        assert code == 200
        assert answer["seq"] >= 1
        assert till.call("GET", "/v1/status")[1]["journal"]["inc"] == 2
    kept = [name for name in os.listdir(tmp_path / "data") if ".damaged-" in name]
    assert kept, "the damaged file was not kept"


def damage(path):
    """Write over an inner page, as a bad sector does."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    with open(path, "r+b") as file:
        for page in range(4, 9):
            file.seek(page * 4096)
            file.write(os.urandom(4096))


def test_an_io_error_ends_the_process_which_starts_again_and_sells(tmp_path):
    with TillProcess(tmp_path) as till:
        assert till.call("POST", "/v1/sales", sale("A-1"))[0] == 200
        # From here on no file of the process may grow: writes fail as on a disk that breaks.
        resource.prlimit(till.process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
        code, problem = till.call("POST", "/v1/sales", sale("A-2"))
        assert code in (500, 507), problem
        assert problem["type"].startswith("urn:kopilka:problem:storage")
        assert till.process.wait(20) == 74
        till.process.communicate()
        till.start()
        assert till.call("POST", "/v1/sales", sale("A-1"))[1]["replayed"] is True
        assert till.call("POST", "/v1/sales", sale("A-2"))[0] == 200
        assert till.command("journal", "verify").returncode == 0
