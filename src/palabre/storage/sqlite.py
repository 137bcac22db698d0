"""Connections and transactions on a SQLite file, with what SQLite needs to be told.

Readers and writers have pools of their own. On SQLite there is one writer at a time whatever one
does, so that the writers' pool holds one connection: threads of this process queue for it in
order, which is cheaper and fairer than SQLite's own sleeping and trying again. ``BEGIN IMMEDIATE``
takes the write lock at the start; a transaction that read first and locked later would fail when
another process wrote in between, however long it waits.

A turn ends before the disk is done: those who have committed wait for it together (``log_sync``).
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from palabre.domain.errors import Code, Refusal
from palabre.storage import waiting
from palabre.storage.column_types import json_text
from palabre.storage.effects import begin
from palabre.storage.failures import told
from palabre.storage.file_watch import FileWatch
from palabre.storage.listeners import Changed, Listeners
from palabre.storage.log_sync import LogSync

_SHORT = 0.05  # seconds that a look at the writers' connection may wait
# FTS5 strikes deleted words out and drops them when it merges: this merges all (ADR 18).
_TIDY = "INSERT INTO comment_search(comment_search) VALUES ('optimize')"
_LOG_SIZE = 64 * 1024 * 1024  # what is kept of SQLite's write-ahead log after a rush


class SqliteDatabase:
    """The engine's two pools, and transactions whose failures arrive as ``Refusal``."""

    def __init__(
        self,
        url: sa.URL,
        *,
        durability: str,
        patience: float,
        readers: int,
    ) -> None:
        self._read = _engine(url, patience, size=readers, writes=False)
        self._write = _engine(url, patience, size=1, writes=True)
        self._path = str(url.database)
        self._patience = patience
        self._turn = threading.Lock()
        self._writer: sa.Connection | None = None  # whose turn it is has it
        # Without it, a power cut may lose the last commits, never the consistency of the file.
        self._sync = LogSync(self._path) if durability == "power" else None
        self._to_scrub = False
        self._listeners = Listeners()
        self._watch: FileWatch | None = None
        self._watch_lock = threading.Lock()
        self._writers_view: object = None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one moment and cannot write."""
        with told(), self._read.connect() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a transaction that holds the write lock; all of it is kept, or nothing."""
        with self._my_turn(self._patience), told(), self._mine() as connection:
            if self._sync and self._sync.failed:
                self._repair(connection, self._sync)
            effects = begin(connection)
            with connection.begin():
                waiting.now(connection, "BEGIN IMMEDIATE")
                yield connection
                if effects.unindexed:
                    waiting.now(connection, _TIDY)
            self._to_scrub = self._to_scrub or effects.erased
            if self._to_scrub:
                self._to_scrub = not _emptied(connection)
        self._listeners.tell(effects.changed)
        if self._sync:
            self._sync.wait()

    def watch(self, changed: Changed) -> Callable[[], None]:
        """Tell ``changed`` of all commits: this object's own, and by a look every 0.2 s others'."""
        with self._watch_lock:
            leave = self._listeners.add(changed)
            if self._watch is None:
                self._only_ours()
                told = partial(self._listeners.tell, [None])
                self._watch = FileWatch(self._path, told, self._only_ours)

        def end() -> None:
            with self._watch_lock:
                leave()
                watch = None
                if not self._listeners:
                    watch, self._watch = self._watch, None
            if watch is not None:
                watch.stop()

        return end

    def _only_ours(self) -> bool:
        """Tell whether none but this object has written since the last time this was asked.

        The writers' one connection answers: to a connection, its own commits are no change. While
        it is busy the answer is no, which tells listeners too much and not too little.
        """
        try:
            with self._my_turn(_SHORT), self._mine() as connection:
                driver: Any = connection.connection.driver_connection
                before = self._writers_view
                self._writers_view = (
                    id(driver),
                    driver.execute("PRAGMA data_version").fetchone()[0],
                )
                return before == self._writers_view
        except (Refusal, sa.exc.SQLAlchemyError, sqlite3.Error):
            self._writers_view = None
            return False

    def _repair(self, connection: sa.Connection, sync: LogSync) -> None:
        """Take no more commits on a log that the disk may have lost, until it is written off."""
        if not _emptied(connection):
            raise Refusal(Code.STORE_FAILED)
        sync.repaired()

    @contextmanager
    def _mine(self) -> Iterator[sa.Connection]:
        """Hand out the writers' connection, kept from turn to turn until something goes wrong."""
        if self._writer is None:
            self._writer = self._write.connect()
        try:
            yield self._writer
        except BaseException:
            self._give_back()
            raise

    def _give_back(self) -> None:
        """Let the pool bring the writers' connection back in order, or open another one."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    @contextmanager
    def _my_turn(self, patience: float) -> Iterator[None]:
        if not self._turn.acquire(timeout=patience):
            raise Refusal(Code.STORE_BUSY)
        try:
            yield
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close all connections; the last one to leave SQLite's log empties it."""
        with self._watch_lock:
            self._listeners.clear()
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()
        with suppress(Refusal), self._my_turn(self._patience):
            self._give_back()
        self._read.dispose()
        self._write.dispose()


def _emptied(connection: sa.Connection) -> bool:
    """Write SQLite's log off into the file and empty it: deleted words would linger there.

    False: somebody reads from it. It does not wait for readers: a later write tries again, and so
    does closing. Nor does it fail: what was asked for has been committed.
    """
    driver: Any = connection.connection.driver_connection
    try:
        patience = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute("PRAGMA busy_timeout = 0").close()
        try:
            return not driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            driver.execute(f"PRAGMA busy_timeout = {patience}").close()
    except sqlite3.Error:
        return False


def _engine(url: sa.URL, patience: float, *, size: int, writes: bool) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=patience,
        connect_args={"check_same_thread": False, "timeout": patience, "cached_statements": 256},
        json_serializer=json_text,
        hide_parameters=True,  # they are readers' words and addresses, and errors go to logs
    )
    pragmas = [
        "synchronous = NORMAL",  # checkpoints wait for the disk, commits do so outside the lock
        f"journal_size_limit = {_LOG_SIZE}",
        "foreign_keys = ON",
        "secure_delete = ON",  # what is deleted is overwritten in the file
        "recursive_triggers = ON",  # so that REPLACE, too, fires triggers on deletion
    ]
    if not writes:
        pragmas.append("query_only = ON")

    @event.listens_for(engine, "connect")
    def prepare(driver: Any, record: object) -> None:  # noqa: ANN401 -- the driver is untyped here
        del record
        driver.isolation_level = None  # the driver would begin by its own lights
        _keep_log(driver, patience)
        for pragma in pragmas:
            driver.execute(f"PRAGMA {pragma}").close()

    return engine


def _keep_log(driver: sqlite3.Connection, patience: float) -> None:
    """Turn to a write-ahead log; a new file may take its turn at the hands of several at once.

    SQLite does not wait for the lock that this needs, whatever its time-out: it says at once that
    the database is locked.
    """
    end = time.monotonic() + patience
    while True:
        try:
            driver.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return
