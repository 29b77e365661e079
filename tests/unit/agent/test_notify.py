"""sd_notify(3) over a real socket, and silence where nobody listens."""

from __future__ import annotations

import os
import socket

import pytest

from agent.notify import notify, watchdog_s


@pytest.fixture(params=["path", "abstract"])
def listener(request, tmp_path, monkeypatch):
    name = str(tmp_path / "n") if request.param == "path" else f"@kopilka-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind("\0" + name[1:] if name.startswith("@") else name)
        line.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield line


def test_one_datagram(listener):
    notify("READY=1\nSTATUS=продаёт")
    assert listener.recv(4096) == "READY=1\nSTATUS=продаёт".encode()


@pytest.mark.parametrize(
    "name", ["", "relative", "vsock:2:1234", "/no/such/socket", "@kopilka-nobody", "/" + "x" * 300]
)
def test_nobody_listens(monkeypatch, name):
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    notify("READY=1")


def test_no_manager(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


def test_a_manager_that_does_not_read_holds_nobody_up(tmp_path, monkeypatch):
    monkeypatch.setattr("agent.notify.TIMEOUT_S", 0.01)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "n"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
        for _ in range(40):
            notify("WATCHDOG=1" * 50)


def test_the_till_leaves_no_socket_open(listener):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        notify("WATCHDOG=1")
        listener.recv(4096)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("30000000", None, 30.0),
        ("30000000", "own", 30.0),
        ("30000000", "1", None),
        ("", None, None),
        ("x", None, None),
    ],
)
def test_watchdog(usec, pid, seconds, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if pid:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid)
    assert watchdog_s() == seconds
