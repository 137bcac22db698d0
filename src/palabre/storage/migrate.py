"""Bring a database to the present schema, from the installed package and with no other file."""

import threading
from pathlib import Path

import sqlalchemy as sa

from palabre.domain.errors import Code, Refusal
from palabre.storage.database import open_database
from palabre.storage.location import make_private
from palabre.storage.locking import hold_schema
from palabre.storage.schema import EXPECTED, REVISIONS, current

# Alembic keeps what it is doing in global variables.
_one_at_a_time = threading.Lock()
_FOLDER = Path(__file__).parent / "migrations"


def upgrade(url: str) -> str:
    """Bring the database at ``url`` to the present schema in one transaction; return its revision.

    It is there if it was not, readable by its owner only. One that a newer Palabre has changed is
    refused (``store_failed``, with both revisions) and never touched. Any number of processes may
    ask for this at once.
    """
    return _run(url, EXPECTED)


def downgrade(url: str, revision: str) -> str:
    """Take the database back to an earlier revision; ``base`` removes all tables and their rows.

    For tests and for whoever knows what is lost: no command does this.
    """
    return _run(url, revision, back=True)


def bring(connection: sa.Connection, revision: str, *, back: bool = False) -> str:
    """Bring the database to a revision in the caller's own transaction; return it.

    The caller holds the schema (``hold_schema``). What a newer Palabre made is refused.
    """
    found = current(connection)
    if found == revision:
        return found
    if found not in REVISIONS:
        raise Refusal(Code.STORE_FAILED, found=found, expected=EXPECTED)
    # A server that finds its schema in place never pays for loading Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _one_at_a_time:
        (command.downgrade if back else command.upgrade)(config, revision)
    return current(connection)


def _run(url: str, revision: str, *, back: bool = False) -> str:
    make_private(url)
    database = open_database(url)
    try:
        with database.writing() as connection:
            hold_schema(connection)
            return bring(connection, revision, back=back)
    finally:
        database.close()
