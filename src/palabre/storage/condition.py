"""How a database is doing, without opening it for work: for the commands that look after it."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from palabre.storage import schema
from palabre.storage.database import open_database
from palabre.storage.location import sqlite_path
from palabre.storage.tables import comments

_CLOCK = sa.text("SELECT clock_timestamp()")
_NEWEST = sa.select(comments.c.created_at).order_by(comments.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Product and version, schema, what a quick check found, and what it says of the time.

    ``damage`` is what SQLite's own quick check says; PostgreSQL has none that a client may run.
    ``clock`` is the server's clock if there is a server, ``newest`` the time of the last comment.
    ``waits`` tells whether the database waits for the disk when it is asked to.
    """

    product: str
    revision: str
    damage: tuple[str, ...] = ()
    clock: datetime | None = None
    newest: datetime | None = None
    waits: bool = True


def revision_at(url: str) -> str:
    """Return the schema that a database has; ``none`` also where there is no database yet."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return schema.NONE
    database = open_database(url)
    try:
        with database.reading() as connection:
            return schema.current(connection)
    finally:
        database.close()


def condition_of(url: str) -> Condition:
    """Look at a database that is there; what makes it unreadable is a ``Refusal``."""
    database = open_database(url)
    try:
        with database.reading() as connection:
            revision = schema.current(connection)
            newest = connection.execute(_NEWEST).scalar() if revision == schema.EXPECTED else None
            if connection.dialect.name == "sqlite":
                found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check")]
                return Condition(
                    product=f"SQLite {sqlite3.sqlite_version}",
                    revision=revision,
                    damage=() if found == ["ok"] else tuple(found),
                    newest=newest,
                )
            shown = {
                name: str(connection.exec_driver_sql(f"SHOW {name}").scalar())
                for name in ("server_version", "fsync", "full_page_writes")
            }
            return Condition(
                product=f"PostgreSQL {shown['server_version'].split(maxsplit=1)[0]}",
                revision=revision,
                clock=connection.execute(_CLOCK).scalar_one(),
                newest=newest,
                waits=shown["fsync"] == shown["full_page_writes"] == "on",
            )
    finally:
        database.close()
