"""Which schema a database has, and which one this version needs.

The revisions are written down here, and a test holds them to the migrations: a server that only
looks need not load Alembic.
"""

import sqlalchemy as sa

from palabre.domain.errors import Code, Refusal

NONE = "none"
REVISIONS = (NONE, *(f"{number:04}" for number in range(1, 21)))
EXPECTED = REVISIONS[-1]
_version = sa.table("alembic_version", sa.column("version_num"))


def current(connection: sa.Connection) -> str:
    """Return the revision that the database has; ``none`` when it has no schema."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return NONE
    return str(connection.execute(sa.select(_version.c.version_num)).scalar() or NONE)


def require_present(connection: sa.Connection) -> None:
    """Refuse an older or a newer schema with ``store_failed``, naming both revisions."""
    found = current(connection)
    if found != EXPECTED:
        raise Refusal(Code.STORE_FAILED, found=found, expected=EXPECTED)
