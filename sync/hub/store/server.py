"""The hub's database on a PostgreSQL server: a connection for each thread, `?` marks, and its errors in our words.

Only words are translated here. The statements are the ones SQLite runs; what differs in them is in `bulk` and `schema`.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import peewee

from agent.errors import StorageBroken, StorageFull, Unavailable

SCHEMES = ("postgresql://", "postgres://")
CONNECT_S = 5
SETTINGS = {
    "application_name": "kopilka-hub",
    "statement_timeout": "8s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}
_LOST = ("08", "57P")
"""The connection ended, or the server is stopping, starting, or has lost a sister process."""
_AGAIN = ("40P01", "40001", "58030", "XX000", "23505", *_LOST)
"""A deadlock, a lost race, a failed read or shard, and two steps that met one member or sale for the first time at once."""
_BUSY = ("57014", "55P03", "25P03", "53300")
_FULL = ("53100",)
_driver_errors: Any = vars(peewee)["__exception_wrapper__"]


def place_of(database: peewee.Database) -> str:
    """Where a hub's database is, for people: a file's path, a server's name without what opens it."""
    return database.name if isinstance(database, Server) else str(database.database)


def is_server(dsn: str) -> bool:
    """Whether a hub's `database` names a server rather than a file."""
    return dsn.startswith(SCHEMES)


def faults_of(dsn: str) -> list[str]:
    """Why a server cannot be reached by this name on this machine, without repeating the name: it may hold a password."""
    try:
        from psycopg import ProgrammingError, conninfo
    except ImportError:
        return ["database: PostgreSQL needs its driver: pip install 'kopilka[postgres]'"]
    try:
        conninfo.conninfo_to_dict(dsn)
    except ProgrammingError:
        return ["database: not an address of PostgreSQL, allowed: postgresql://USER@HOST:PORT/DATABASE"]
    return []


class Server(peewee.PostgresqlDatabase):
    """One database on a server. Each thread that calls has its own connection, opened when it first needs one."""

    def __init__(self, dsn: str) -> None:
        self._all: set[Any] = set()
        self._guard = threading.Lock()
        self._dsn = dsn = SCHEMES[0] + dsn.removeprefix(SCHEMES[0]).removeprefix(SCHEMES[1])
        super().__init__(dsn, prefer_psycopg3=True, connect_timeout=CONNECT_S, cursor_factory=_raw_cursor)

    def __repr__(self) -> str:
        return "Server(...)"

    def another(self) -> Server:
        """The same database by connections of its own."""
        return Server(self._dsn)

    @property
    def name(self) -> str:
        """Where it is, without what opens it."""
        info = self._mine().info
        return f"{SCHEMES[0]}{info.host}:{info.port}/{info.dbname}"

    def _mine(self) -> Any:
        """The calling thread's connection."""
        connection: Callable[[], Any] = super().connection
        return connection()

    def _initialize_connection(self, conn: Any) -> None:
        with self._guard:
            self._all = {one for one in self._all if not one.closed} | {conn}
        conn.execute("; ".join(f"SET {name} = '{value}'" for name, value in SETTINGS.items()))

    def execute_sql(self, sql: str, params: Sequence[Any] | None = None) -> Any:
        run: Callable[..., Any] = super().execute_sql
        return run(_marked(sql), params)

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for each row, sent in one go. Raises peewee's errors."""
        with _driver_errors:
            self._mine().cursor().executemany(_marked(sql), rows)

    def each(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """What one statement gives for each row, sent in one go. Raises peewee's errors."""
        found: list[Any] = []
        with _driver_errors, self._mine().cursor() as cursor:
            cursor.executemany(_marked(sql), rows, returning=True)
            while True:
                found += cursor.fetchall()
                if not cursor.nextset():
                    return found

    def copy(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows by COPY. Raises peewee's errors."""
        with _driver_errors, self._mine().cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)

    @contextlib.contextmanager
    def step(self, begin: str = "BEGIN") -> Iterator[None]:
        """One transaction on this thread's connection. Raises peewee's errors; RuntimeError when one is open, StorageBroken when it ended early."""
        if self.in_step():
            raise RuntimeError("a transaction is open already")
        run: Callable[[str], Any] = self.execute_sql
        run(begin)
        try:
            yield
            # A transaction that failed inside commits without an error and keeps nothing: only the answer's word tells.
            if run("COMMIT").statusmessage != "COMMIT":
                raise StorageBroken(path="postgresql", problem="the transaction ended before its commit")
        except BaseException:
            with contextlib.suppress(peewee.PeeweeException):
                if self.in_step():
                    run("ROLLBACK")
            raise

    def in_step(self) -> bool:
        """Whether the server has a transaction open on this thread's connection."""
        return not self.is_closed() and self._mine().info.transaction_status.name in ("INTRANS", "INERROR")

    def drop_lost(self) -> bool:
        """Let go of this thread's connection where it is broken; the next statement opens another. Whether it was."""
        lost = not self.is_closed() and bool(self._mine().closed)
        if lost:
            self.dispose()
        return lost

    def close(self) -> bool:
        """End every thread's connection; nobody may be in a step."""
        with self._guard:
            ending, self._all = self._all, set()
        for connection in ending:
            connection.close()
        self.dispose()
        return bool(ending)


@functools.lru_cache(maxsize=1024)
def _marked(sql: str) -> str:
    first, *rest = sql.split("?")
    return first + "".join(f"${n}{part}" for n, part in enumerate(rest, 1))


def _raw_cursor(*words: Any, **more: Any) -> Any:
    """A cursor that takes the server's own marks: the driver's are looked for by the letter, which long statements feel."""
    from psycopg import RawCursor

    return RawCursor(*words, **more)


def sqlstate(error: BaseException) -> str:
    """The server's code for an error that came through peewee; "" where the line broke before it could tell."""
    causes = (getattr(error, "orig", None), error.__cause__, error.__context__)
    return next((str(code) for one in (error, *causes) if (code := getattr(one, "sqlstate", None))), "")


def may_repeat(error: BaseException) -> bool:
    """Whether the same step may well succeed when it is run again, whole."""
    code = sqlstate(error)
    return code.startswith(_AGAIN) if code else isinstance(error, peewee.OperationalError | peewee.InterfaceError)


def named(error: peewee.PeeweeException) -> Exception:
    """Our error for a server's; the same error for a fault of the code."""
    code = sqlstate(error)
    if code in _FULL:
        return StorageFull(path="postgresql", free_mb=0)
    if code in _BUSY or may_repeat(error):
        return Unavailable("database-away", problem=code or "connection lost")
    return error
