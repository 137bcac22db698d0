"""Which database a URL names, and what all of them offer the store."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import sqlalchemy as sa

from palabre.storage.listeners import Changed

DURABILITIES = ("power", "process")


class Database(Protocol):
    """Connections and transactions; failures arrive as ``Refusal``."""

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Open a transaction that sees one moment and cannot write."""

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """Open a transaction that is kept whole, and as durable as was asked for, or not at all."""

    def watch(self, changed: Changed) -> Callable[[], None]:
        """Tell ``changed`` of all commits until the function returned is called."""

    def close(self) -> None:
        """Close all connections and forget all listeners."""


def open_database(
    url: str, *, durability: str = "power", patience: float = 5.0, readers: int = 8
) -> Database:
    """Return the database at ``url``; nothing is connected yet.

    A URL that names neither a SQLite file nor a PostgreSQL database is a ``ValueError``.
    """
    if durability not in DURABILITIES:
        raise ValueError(f"durability must be one of {', '.join(DURABILITIES)}")
    parsed = sa.make_url(url)
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        # Only who uses PostgreSQL needs its driver.
        from palabre.storage.postgresql import PostgresqlDatabase  # noqa: PLC0415

        named = parsed.set(drivername="postgresql+psycopg")
        return PostgresqlDatabase(named, durability=durability, patience=patience, readers=readers)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        from palabre.storage.sqlite import SqliteDatabase  # noqa: PLC0415

        return SqliteDatabase(parsed, durability=durability, patience=patience, readers=readers)
    raise ValueError(
        "the database URL must name a SQLite file (sqlite:///path) or a PostgreSQL database"
        " (postgresql+psycopg://user@host/name)"
    )
