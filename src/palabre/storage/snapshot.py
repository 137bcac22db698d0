"""One moment of a live database as a SQLite file, and such a file as a live database again.

Readers go on writing meanwhile. SQLite is copied page by page under one read transaction;
PostgreSQL row by row under one repeatable read. Both become the same kind of file, so that a
backup of either can be restored on either.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from palabre.storage import schema
from palabre.storage.column_types import json_text
from palabre.storage.database import open_database
from palabre.storage.location import sqlite_path, sqlite_url
from palabre.storage.migrate import upgrade
from palabre.storage.soundness import counts
from palabre.storage.tables import comments, ledger_head, metadata

# What is being done, how far it is, and how far it goes.
Tell = Callable[[str, int, int], None]

_PAGES = 2000  # copied between two words of progress
_ROWS = 2000


def take(url: str, target: Path, tell: Tell) -> dict[str, int] | None:
    """Write one moment of the database at ``url`` to the new file ``target``.

    Returns the rows per table as the source counted them in that same moment, where it was copied
    by rows; None where the file is the source's own pages.
    """
    target.touch(mode=0o600, exist_ok=False)
    path = sqlite_path(url)
    if path is not None:
        _copy_pages(path, target, tell)
        return None
    upgrade(sqlite_url(target))
    database = open_database(url)
    try:
        with database.reading() as source:
            schema.require_present(source)
            source.exec_driver_sql("SET LOCAL statement_timeout = 0")
            there = counts(source)
            with opened_file(target, writes=True) as copy:
                copy_rows(source, copy, there, tell)
    finally:
        database.close()
    settle(target)
    return there


def copy_rows(
    source: sa.Connection, target: sa.Connection, there: dict[str, int], tell: Tell
) -> None:
    """Copy all rows, parents before children, into tables that are empty."""
    total = sum(there.values())
    done = 0
    reading = source.execution_options(stream_results=True, yield_per=_ROWS)
    # The one row that a migration makes itself: where the ledger of an empty house ends.
    target.execute(sa.delete(ledger_head))
    for table in metadata.sorted_tables:
        # An answer refers to a comment above it, a decision to an earlier one.
        order = [comments.c.depth, comments.c.id] if table is comments else list(table.primary_key)
        rows = reading.execute(sa.select(table).order_by(*order))
        for part in rows.mappings().partitions(_ROWS):
            target.execute(sa.insert(table), [dict(row) for row in part])
            done += len(part)
            tell("rows", done, total)
        if target.dialect.name == "postgresql" and "position" in table.c:
            target.execute(
                sa.select(
                    sa.func.setval(
                        sa.func.pg_get_serial_sequence(table.name, "position"),
                        sa.select(
                            sa.func.coalesce(sa.func.max(table.c.position), 0) + 1
                        ).scalar_subquery(),
                        False,
                    )
                )
            )


@contextmanager
def opened_file(path: Path, *, writes: bool = False) -> Iterator[sa.Connection]:
    """Open a snapshot that nobody else uses, in one transaction."""
    engine = sa.create_engine(
        sqlite_url(path), poolclass=sa.NullPool, json_serializer=json_text, hide_parameters=True
    )
    try:
        with engine.connect() as connection:
            # What fills it has no regard for the order of rows; soundness looks afterwards.
            connection.exec_driver_sql("PRAGMA synchronous = OFF")
            connection.commit()
            with connection.begin() as transaction:
                yield connection
                if not writes:
                    transaction.rollback()
    finally:
        engine.dispose()


def settle(path: Path) -> None:
    """Make a snapshot one file: what lies in its write-ahead log moves in."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").close()


def _copy_pages(source: Path, target: Path, tell: Tell) -> None:
    if not source.exists():
        raise FileNotFoundError(f"{source}: no such database")
    room = shutil.disk_usage(target.parent).free
    if room < source.stat().st_size:
        raise OSError(f"{target.parent}: not enough room for a copy of {source.name}")
    reader = sqlite3.connect(source, isolation_level=None, timeout=5)
    writer = sqlite3.connect(target, isolation_level=None)
    with closing(reader), closing(writer):
        # A read transaction that is held open makes all steps see one moment; without it SQLite
        # begins anew whenever somebody writes between two steps, and under load never ends.
        reader.execute("PRAGMA query_only = ON").close()
        reader.execute("BEGIN").close()
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        reader.backup(
            writer,
            pages=_PAGES,
            progress=lambda _, left, total: tell("pages", total - left, total),
            sleep=0,
        )
        reader.execute("ROLLBACK").close()
    settle(target)
