"""Put a checked snapshot in the place of a database, at once and as a whole."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from palabre.domain.errors import Code, Refusal
from palabre.storage import schema, snapshot
from palabre.storage.archive import ArchiveError, settle_folder
from palabre.storage.database import open_database
from palabre.storage.location import sqlite_path
from palabre.storage.locking import hold_schema
from palabre.storage.migrate import bring
from palabre.storage.soundness import counts, unsound

_IN_USE = "the database is in use; stop palabre serve (systemctl stop palabre), then try again"
_SAME = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
_OTHERS = f"{_SAME} AND application_name = 'palabre' AND pid <> pg_backend_pid()"


def comments_at(url: str) -> int | None:
    """Return how many comments a database holds: 0 when there is none, None when who can tell."""
    path = sqlite_path(url)
    if path is not None and (not path.exists() or path.stat().st_size == 0):
        return 0
    database = open_database(url)
    try:
        with database.reading() as connection:
            if not sa.inspect(connection).has_table("comments"):
                return 0
            return connection.execute(
                sa.select(sa.func.count()).select_from(sa.table("comments"))
            ).scalar_one()
    except Refusal as error:
        # A damaged file is what backups are for; a server that does not answer is not.
        if path is None or error.code is not Code.STORE_FAILED:
            raise
        return None
    finally:
        database.close()


def file(present: Path, new: Path, *, keep: bool, at: datetime) -> Path | None:
    """Put the SQLite file ``new`` where ``present`` is or was; return where that was kept."""
    with new.open("rb") as content:
        os.fsync(content.fileno())
    kept = present.with_name(f"{present.name}.before-{at:%Y%m%dT%H%M%SZ}") if keep else None
    with closing(_taken(present)):
        if kept:
            os.link(present, kept)
            kept.chmod(0o600)
        for ending in ("-wal", "-shm"):
            # What is still there belongs to no database, or to a damaged one: it would be played
            # into the new file.
            present.with_name(present.name + ending).unlink(missing_ok=True)
        new.replace(present)
    settle_folder(present.parent)
    return kept


def server(url: str, new: Path, tell: snapshot.Tell) -> None:
    """Replace what a PostgreSQL database holds by the rows of ``new``, in one transaction."""
    # Its connections bear the name that is looked for: "process" opens no second one.
    database = open_database(url, durability="process")
    try:
        with database.writing() as target, snapshot.opened_file(new) as source:
            hold_schema(target)
            target.exec_driver_sql("SET LOCAL synchronous_commit = on")
            if target.exec_driver_sql(_OTHERS).scalar():
                raise ArchiveError(_IN_USE)
            _rebuild(target)
            target.exec_driver_sql("SET LOCAL statement_timeout = 0")
            there = counts(source)
            snapshot.copy_rows(source, target, there, tell)
            found = unsound(target)
            if found or counts(target) != there:
                raise ArchiveError(f"the rows did not arrive whole: {'; '.join(found[:5])}")
    finally:
        database.close()


def _taken(present: Path) -> sqlite3.Connection:
    """Return a connection that holds a SQLite file alone, its write-ahead log emptied and gone.

    Leaving that log's mode is possible to the only connection there is, so that it also tells
    whether a server still runs.
    """
    if not present.exists():
        return sqlite3.connect(":memory:")
    old = sqlite3.connect(present, isolation_level=None, timeout=1)
    try:
        old.execute("PRAGMA journal_mode = DELETE").fetchone()
        old.execute("BEGIN EXCLUSIVE").close()
    except sqlite3.OperationalError as error:
        old.close()
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise ArchiveError(_IN_USE) from error
        raise ArchiveError(f"the present database cannot be replaced: {error}") from error
    except sqlite3.DatabaseError:
        pass  # too damaged to be in use by anybody
    return old


def _rebuild(connection: sa.Connection) -> None:
    """Remove all tables and make those of the present schema anew, in this transaction."""
    found = schema.current(connection)
    if found not in schema.REVISIONS:
        raise ArchiveError(
            f"the present database has schema {found}, of a newer Palabre; restore with that one"
        )
    if found != schema.NONE:
        bring(connection, "base", back=True)
    bring(connection, schema.EXPECTED)
