import asyncio
import contextlib
import os
import socket
import stat
import threading
import time

import pytest
from httpd import POS, read_reply, serving

from agent.errors import Unavailable
from agent.web import serve
from agent.web.routes import FREE, Route
from agent.web.serve import Server, tcp_socket, unix_socket


def sell(call):
    return {"ok": True}


ROUTES = [
    Route(method="GET", path="/v1/health", scopes=FREE, handler=sell, summary="Health", answer=dict),
    Route(method="POST", path="/v1/sales", scopes=("pos",), handler=sell, summary="Sell", request=dict, answer=dict),
]


def test_both_sockets_answer(tmp_path):
    path = str(tmp_path / "api.sock")
    with serving(ROUTES, unix=unix_socket(path)) as site:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
        assert site.ask("GET", "/v1/health").json == {"ok": True}
        assert site.ask("GET", "/v1/health", via_unix=True).json == {"ok": True}
    assert not os.path.exists(path)


def test_two_hundred_idle_sockets_do_not_stop_a_sale():
    with serving(ROUTES) as site:
        idle = [site.connect() for _ in range(200)]
        half = idle[:50]
        for line in half:
            line.sendall(b"POST /v1/sales HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert site.ask("POST", "/v1/sales", body={}).status == 200
        for line in idle:
            line.close()


def test_who_says_nothing_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(serve, "HEADER_MS", 150)
    with serving(ROUTES) as site:
        with site.connect() as silent, site.connect() as slow:
            slow.sendall(b"GET /v1/health HTTP/1.1\r\n")
            assert ended(silent)
            assert ended(slow)


def until(line: socket.socket, mark: bytes) -> bytes:
    data = b""
    while mark not in data:
        data += line.recv(4096)
    return data


def ended(line: socket.socket) -> bool:
    try:
        return line.recv(10) == b""
    except ConnectionResetError:
        return True


def test_dripping_a_header_does_not_win_time(monkeypatch):
    monkeypatch.setattr(serve, "HEADER_MS", 200)
    with serving(ROUTES) as site:
        with site.connect() as line:
            drips = iter(range(200))

            def drip() -> None:
                for _ in drips:
                    line.sendall(b"X")
                    time.sleep(0.02)

            with pytest.raises(OSError):
                drip()


def test_a_kept_connection_has_the_same_deadline_for_its_next_header(monkeypatch):
    monkeypatch.setattr(serve, "HEADER_MS", 200)
    with serving(ROUTES) as site:
        with site.connect() as line:
            head = f"GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode()
            for _ in range(2):
                line.sendall(head)
                assert until(line, b'{"ok":true}').startswith(b"HTTP/1.1 200")
            line.sendall(head[:-2])
            assert ended(line)


def test_beyond_the_limit_the_longest_silent_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(serve, "HEADER_MS", 60_000)
    with serving(ROUTES, max_connections=5) as site, contextlib.ExitStack() as open_:
        longest, *others = [open_.enter_context(site.connect()) for _ in range(5)]
        assert site.ask("GET", "/v1/health").status == 200
        assert ended(longest)
        for line in others:
            line.sendall(f"GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode())
            assert until(line, b"\r\n").startswith(b"HTTP/1.1 200")


def test_beyond_the_limit_a_newcomer_is_hung_up_on_where_everybody_is_served():
    inside, over = threading.Semaphore(0), threading.Event()

    async def slowly(call):
        inside.release()
        return {"over": await asyncio.to_thread(over.wait, 60)}

    routes = [Route(method="GET", path="/slow", scopes=FREE, handler=slowly, summary="Slow", answer=dict)]
    with serving(routes, max_connections=2) as site, contextlib.ExitStack() as open_:
        served = [open_.enter_context(site.connect(60)) for _ in range(2)]
        for line in served:
            line.sendall(f"GET /slow HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode())
            assert inside.acquire(timeout=60)
        with site.connect() as newcomer:
            assert ended(newcomer)
        over.set()
        for line in served:
            assert until(line, b'{"over":true}').startswith(b"HTTP/1.1 200")


def test_a_header_of_more_than_sixteen_kibibytes_is_refused():
    with serving(ROUTES) as site:
        assert site.ask("GET", "/v1/health", headers=[("X-Long", "a" * 17_000)]).status == 431
        assert site.ask("GET", "/v1/health", headers=[("X-Long", "a" * 15_000)]).status == 200


@pytest.mark.parametrize(
    "junk", [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_junk_does_not_stop_the_server(junk):
    with serving(ROUTES) as site:
        with site.connect() as line:
            line.sendall(junk)
            line.shutdown(socket.SHUT_WR)
            line.recv(4096)
        assert site.ask("GET", "/v1/health").status == 200


def test_a_call_under_way_ends_whole_when_the_server_stops():
    begun = threading.Event()

    def slowly(call):
        begun.set()
        time.sleep(0.3)
        return "done"

    routes = [Route(method="GET", path="/slow", scopes=FREE, handler=slowly, summary="Slow", answer=str)]
    with serving(routes) as site:
        with site.connect() as line:
            line.sendall(f"GET /slow HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode())
            assert begun.wait(60)
            assert site.server.stop()
            assert read_reply(line).body == b'"done"'
        assert not site.server.alive
        with pytest.raises(OSError):
            site.connect(1)


def test_stopping_twice_or_before_start_is_fine():
    server = Server(None, [])
    assert server.stop()


def test_a_taken_address_is_told():
    with tcp_socket("127.0.0.1", 0) as first:
        first.listen()
        with pytest.raises(Unavailable) as caught:
            tcp_socket("127.0.0.1", first.getsockname()[1])
    assert caught.value.code == "address-taken"
    with pytest.raises(Unavailable):
        tcp_socket("192.0.2.1", 1)


def test_a_dead_sockets_file_is_replaced_a_living_ones_is_not(tmp_path):
    path = str(tmp_path / "api.sock")
    unix_socket(path).close()
    with unix_socket(path) as living:
        living.listen()
        with pytest.raises(Unavailable):
            unix_socket(path)
    plain = tmp_path / "file"
    plain.write_text("keep")
    with pytest.raises(Unavailable):
        unix_socket(str(plain))
    assert plain.read_text() == "keep"


def test_the_loop_answers_a_heartbeat():
    with serving(ROUTES) as site:
        beats: list[str] = []
        site.server.run_soon(beats.append, "beat")
        assert site.ask("POST", "/v1/sales", body={}, token=POS).status == 200
        assert beats == ["beat"]
