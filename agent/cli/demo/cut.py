"""A line that can be cut: a small TCP forwarder between tills and hub, so that an outage is a real one."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading

CHUNK = 64 * 1024
PATIENCE_S = 0.5


class CutLine:
    """Forwards 127.0.0.1:`port` to the hub while joined; when cut, open connections die and new ones are refused."""

    def __init__(self, target_port: int) -> None:
        self._target = ("127.0.0.1", target_port)
        self._joined = True
        self._over = threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, name="cut-line", daemon=True)
        self._thread.start()

    @property
    def joined(self) -> bool:
        return self._joined

    def cut(self) -> None:
        """No bytes pass any more."""
        self._joined = False
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """The line is back."""
        self._joined = True

    def close(self) -> None:
        self._over.set()
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._joined:
                near.close()
                continue
            try:
                far = socket.create_connection(self._target, timeout=PATIENCE_S)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._pairs.append((near, far))
            threading.Thread(target=self._carry, args=(near, far), name="cut-line-pair", daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with near, far, selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while not self._over.is_set():
                for key, _ in ready.select(PATIENCE_S):
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    try:
                        data = source.recv(CHUNK)
                        if data:
                            key.data.sendall(data)
                    except OSError:
                        data = b""
                    if not data:
                        self._drop(near, far)
                        return

    def _drop(self, near: socket.socket, far: socket.socket) -> None:
        with self._lock:
            self._pairs = [pair for pair in self._pairs if pair != (near, far)]
