"""How migrations run: inside the caller's transaction, and never for long.

``palabre.storage.migrate`` hands in the connection. On SQLite it already holds the write
lock. On PostgreSQL an advisory lock keeps a second migration waiting, and time limits make a
migration that would block the site's traffic fail instead: a statement that waits for a lock holds
up all who come after it.
"""

import sqlalchemy as sa
from alembic import context

from palabre.storage.tables import metadata


def run(connection: sa.Connection) -> None:
    """Run what was asked for in the connection's present transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL statement_timeout = '5min'"))
        connection.execute(sa.text("SET LOCAL lock_timeout = '4s'"))
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    context.run_migrations()


run(context.config.attributes["connection"])
