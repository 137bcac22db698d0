"""Connections and transactions, with what SQLite needs to be told.

Readers and writers have pools of their own. On SQLite there is one writer at a time whatever one
does, so that the writers' pool holds one connection: threads of this process queue for it in
order, which is cheaper and fairer than SQLite's own sleeping and trying again. ``BEGIN IMMEDIATE``
takes the write lock at the start; a transaction that read first and locked later would fail when
another process wrote in between, however long it waits.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from palabre.storage.failures import refusal_of

# What a commit survives: a power cut, or the death of the process only (a power cut may then lose
# the last commits, never the consistency of the file).
_SYNCHRONOUS = {"power": "FULL", "process": "NORMAL"}
_LOG_SIZE = 64 * 1024 * 1024  # what is kept of SQLite's write-ahead log after a rush


class Database:
    """The engine's two pools, and transactions whose failures arrive as ``Refusal``."""

    def __init__(
        self,
        url: str,
        *,
        durability: str = "power",
        patience: float = 5.0,
        readers: int = 8,
    ) -> None:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
            raise ValueError("the database URL must name a SQLite file: sqlite:///path")
        if durability not in _SYNCHRONOUS:
            raise ValueError(f"durability must be one of {', '.join(_SYNCHRONOUS)}")
        self._read = _sqlite(parsed, durability, patience, size=readers, writes=False)
        self._write = _sqlite(parsed, durability, patience, size=1, writes=True)
        self._to_scrub = False

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one moment and cannot write."""
        with _told(), self._read.connect() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a transaction that holds the write lock; all of it is kept, or nothing."""
        with _told(), self._write.connect() as connection:
            with connection.begin():
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
            self._to_scrub = self._to_scrub or bool(connection.info.pop("erased", False))
            if self._to_scrub:
                self._to_scrub = not _scrubbed(connection)

    def close(self) -> None:
        """Close all connections; the last one to leave SQLite's log empties it."""
        self._read.dispose()
        self._write.dispose()


def erased(connection: sa.Connection) -> None:
    """Note that words were deleted, so that after the commit they leave the log as well."""
    connection.info["erased"] = True


def _scrubbed(connection: sa.Connection) -> bool:
    """Empty SQLite's write-ahead log, where deleted words would linger; False when in use.

    It does not wait for readers: a later write tries again, and so does closing. Nor does it fail:
    what was asked for has been committed.
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


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error


def _sqlite(url: sa.URL, durability: str, patience: float, *, size: int, writes: bool) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=patience,
        connect_args={"check_same_thread": False, "timeout": patience, "cached_statements": 256},
        json_serializer=partial(
            json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ),
        hide_parameters=True,  # they are readers' words and addresses, and errors go to logs
    )
    pragmas = [
        "journal_mode = WAL",
        f"synchronous = {_SYNCHRONOUS[durability]}",
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
        for pragma in pragmas:
            driver.execute(f"PRAGMA {pragma}").close()

    return engine
