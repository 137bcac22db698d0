"""How a database is doing, without opening it for work: for the commands that look after it."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from palabre.storage import schema
from palabre.storage.database import open_database
from palabre.storage.location import sqlite_path

_CLOCK = sa.text("SELECT clock_timestamp()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Product and version, schema, what a quick check found, and the server's clock if it has one.

    ``damage`` is what SQLite's own quick check says; PostgreSQL has none that a client may run.
    """

    product: str
    revision: str
    damage: tuple[str, ...]
    clock: datetime | None


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
            if connection.dialect.name == "sqlite":
                found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check")]
                return Condition(
                    product=f"SQLite {sqlite3.sqlite_version}",
                    revision=revision,
                    damage=() if found == ["ok"] else tuple(found),
                    clock=None,
                )
            version = str(connection.exec_driver_sql("SHOW server_version").scalar())
            return Condition(
                product=f"PostgreSQL {version.split(maxsplit=1)[0]}",
                revision=revision,
                damage=(),
                clock=connection.execute(_CLOCK).scalar_one(),
            )
    finally:
        database.close()
