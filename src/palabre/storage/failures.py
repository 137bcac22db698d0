"""What a database's complaint means for whoever asked: try again, make room, or look at the log."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from palabre.domain.errors import Code, Refusal

# SQLite's primary result codes (sqlite.org/rescode.html): the low byte of what the driver reports.
_SQLITE = {5: Code.STORE_BUSY, 6: Code.STORE_BUSY, 13: Code.STORE_FULL}
# SQLSTATE (PostgreSQL, appendix A): serialization, deadlock, lock, statement time, idle and whole
# transaction time, connections; disk. A server that is gone has no state to tell: it has failed.
_POSTGRESQL = {
    "40001": Code.STORE_BUSY,
    "40P01": Code.STORE_BUSY,
    "55P03": Code.STORE_BUSY,
    "57014": Code.STORE_BUSY,
    "25P03": Code.STORE_BUSY,
    "25P04": Code.STORE_BUSY,
    "53300": Code.STORE_BUSY,
    "53100": Code.STORE_FULL,
}
# What a caller did wrong, not the store: it must surface as the bug it is.
BUGS = (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError)


def refusal_of(error: Exception) -> Refusal | None:
    """Return the refusal that tells of a database's failure, None when the caller is at fault."""
    if isinstance(error, sa.exc.TimeoutError):
        return Refusal(Code.STORE_BUSY)  # no connection became free in time
    if not isinstance(error, sa.exc.DBAPIError) or isinstance(error, BUGS):
        return None
    number = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(number, int):
        return Refusal(_SQLITE.get(number & 0xFF, Code.STORE_FAILED))
    return Refusal(_POSTGRESQL.get(str(getattr(error.orig, "sqlstate", "")), Code.STORE_FAILED))


@contextmanager
def told() -> Iterator[None]:
    """Let a database's complaints pass as refusals, and what a caller did wrong as it is."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error
