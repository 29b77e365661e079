"""A PostgreSQL server made for tests by an unprivileged user, and a schema of one's own for each hub.

KOPILKA_PG_DSN names a server to use instead, with a database whose schemas are free to make and drop.
"""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from urllib.parse import quote

import psycopg

from agent.cli.demo.till import free_port

DSN = os.environ.get("KOPILKA_PG_DSN", "")
USERS = ("postgres", "nobody")
QUIET = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}
"""Where a test is not about what a crash leaves."""
START_S = 60


def binary(name: str) -> str:
    """The newest server's program of that name."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
    path = found[-1] if found else shutil.which(name)
    assert path, f"PostgreSQL's {name} is needed for this test: apt-get install postgresql"
    return path


def unprivileged() -> dict[str, object]:
    """How to start what refuses to run as root: arguments of subprocess, empty where we are not root."""
    if os.geteuid() != 0:
        return {}
    for name in USERS:
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise AssertionError(f"none of the users {', '.join(USERS)} is here to run PostgreSQL")


class Cluster:
    """One server in a folder under /tmp, reached by loopback; `options` are lines of its configuration."""

    def __init__(self, *, options: dict[str, str] | None = None, base: str = "") -> None:
        """Made anew, or `base` is a folder that already holds one."""
        self.port = free_port()
        self.options = dict(options or {})
        self._how = unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = base or self.new_folder()
        self.data = f"{self.folder}/data"
        if not base:
            self.run("initdb", "-D", self.data, "-U", "kopilka", "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C")
            with open(f"{self.data}/pg_hba.conf", "a") as rules:
                rules.write("host replication kopilka 127.0.0.1/32 trust\n")

    def new_folder(self) -> str:
        folder = tempfile.mkdtemp(prefix="kopilka-pg-")
        if self._how:
            os.chown(folder, int(str(self._how["user"])), int(str(self._how["group"])))
        return folder

    def run(self, name: str, *words: str) -> None:
        done = subprocess.run(
            [binary(name), *words],
            check=False,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            **self._how,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> Cluster:
        """Returns when it answers."""
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            **self.options,
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with open(f"{self.folder}/log", "ab") as log:
            self._process = subprocess.Popen(
                [binary("postgres"), "-D", self.data, *words],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._how,
            )
        until = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
                return self
            except psycopg.OperationalError:
                assert self._process.poll() is None, self.log()
                assert time.monotonic() < until, self.log()
                time.sleep(0.05)

    def standby(self, options: dict[str, str] | None = None) -> Cluster:
        """A second server that follows this one from now on; not started. This one needs `wal_level` replica."""
        base = self.new_folder()
        self.run(
            "pg_basebackup", "-D", f"{base}/data", "-R", "-X", "stream", "-c", "fast",
            "-d", f"postgresql://kopilka@127.0.0.1:{self.port}/postgres",
        )  # fmt: skip
        return Cluster(options=options, base=base)

    def log(self) -> str:
        with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def dsn(self, database: str = "kopilka") -> str:
        return f"postgresql://kopilka@127.0.0.1:{self.port}/{database}"

    def stop(self, how: int = signal.SIGINT) -> None:
        """SIGINT ends sessions in order, SIGQUIT is `pg_ctl stop -m immediate`: no checkpoint, as after a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


class Databases:
    """Schemas of one server, each a hub's database, cleaned and used again."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._control = psycopg.connect(dsn, autocommit=True)
        self._free: list[str] = []
        self._used: dict[str, str] = {}
        self._count = 0

    def at(self, path: str) -> str:
        """The DSN of the hub that a file's path stands for; the same path is the same hub until `release`."""
        gone = [used for used in self._used if not os.path.isdir(os.path.dirname(os.path.abspath(used)))]
        for used in gone:
            self._clean(self._used.pop(used))
        if path not in self._used:
            self._used[path] = self._free.pop() if self._free else self.fresh()
        return self.reach(self._used[path])

    def reach(self, schema: str) -> str:
        mark = "&" if "?" in self.dsn else "?"
        return f"{self.dsn}{mark}options={quote('-csearch_path=' + schema)}"

    def release(self) -> None:
        """A test has ended: its hubs are nobody's."""
        for schema in self._used.values():
            self._clean(schema)
        self._used.clear()

    def fresh(self) -> str:
        """A schema with nothing in it."""
        self._count += 1
        schema = f"kopilka_{os.getpid()}_{self._count}"
        self._control.execute(f"CREATE SCHEMA {schema}")
        return schema

    def _clean(self, schema: str) -> None:
        """Empty the tables, and keep them: making them costs ten times more."""
        rows = self._control.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
        emptied = [f"DELETE FROM {schema}.{name}" for (name,) in rows if name not in ("meta", "feed_head")]
        if rows:
            emptied += [f"DELETE FROM {schema}.meta WHERE name <> 'schema'", f"UPDATE {schema}.feed_head SET rev = 0"]
            self._control.execute("; ".join(emptied))
        self._free.append(schema)

    def drop(self, schema: str) -> None:
        self._control.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")

    def close(self) -> None:
        for schema in [*self._free, *self._used.values()]:
            self.drop(schema)
        self._control.close()


_used: list[Databases | None] = []


def place(path: str) -> str:
    """What a hub's `database` is for a test that says `path`: the file itself unless a server is in use."""
    databases = _used[-1] if _used else None
    return databases.at(path) if databases else path


@contextlib.contextmanager
def used(databases: Databases | None):
    """Hubs made inside are on the server, or in files."""
    _used.append(databases)
    try:
        yield
    finally:
        _used.pop()
        if databases:
            databases.release()


class Pair:
    """A server whose commits wait for nobody, and a synchronous standby that can be held still."""

    def __init__(self) -> None:
        more = {"wal_level": "replica", "max_wal_senders": "4"}
        self.primary = Cluster(options={**QUIET, **more, "synchronous_commit": "local"}).start()
        try:
            self.second = self.primary.standby(QUIET)
        except BaseException:
            self.primary.remove()
            raise
        self.second.start()
        self.synchronous("*", "sync")

    def synchronous(self, names: str, state: str) -> None:
        """Which standbys are; returns when the standby's own state is this."""
        until = time.monotonic() + START_S
        with psycopg.connect(self.primary.dsn("postgres"), autocommit=True) as asked:
            asked.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
            asked.execute("SELECT pg_reload_conf()")
            while asked.execute("SELECT sync_state FROM pg_stat_replication").fetchone() != (state,):
                assert time.monotonic() < until

    @property
    def dsn(self) -> str:
        """Whichever of the two takes writes."""
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in (self.primary, self.second))
        return f"postgresql://kopilka@{hosts}/postgres?target_session_attrs=read-write"

    @contextlib.contextmanager
    def held(self):
        """The standby hears nothing meanwhile."""
        until = time.monotonic() + START_S
        with psycopg.connect(self.second.dsn("postgres")) as asked:
            while (row := asked.execute("SELECT pid FROM pg_stat_wal_receiver").fetchone()) is None:
                assert time.monotonic() < until
                asked.rollback()
        os.kill(row[0], signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(row[0], signal.SIGCONT)

    def remove(self) -> None:
        self.second.remove()
        self.primary.remove()


@contextlib.contextmanager
def served():
    """The server named by KOPILKA_PG_DSN, else one made for us and taken away."""
    if DSN:
        databases = Databases(DSN)
        try:
            yield databases
        finally:
            databases.close()
        return
    cluster = Cluster(options=QUIET)
    try:
        cluster.start()
        databases = Databases(cluster.dsn("postgres"))
        try:
            yield databases
        finally:
            databases.close()
    finally:
        cluster.remove()
