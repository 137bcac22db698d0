"""Statements of a transaction that need no answer, sent together (PostgreSQL; ADR 13).

Each statement of its own is a journey to the server and back, with the thread's row locked on the
way. Insertions, and the counters that follow, are put down here and leave in one pipeline: before
the next statement that does have an answer, at the latest before the commit. Their order stays, and
so does what follows from a failure: the transaction ends with it.
"""

from typing import Any

import sqlalchemy as sa

_KEY = "palabre.waiting"


def begin(connection: sa.Connection) -> None:
    """Let statements of this transaction wait."""
    connection.info[_KEY] = []


def queue_of(connection: sa.Connection) -> list[tuple[str, Any]] | None:
    """Return what waits on the connection; None: nothing may wait there."""
    queue: list[tuple[str, Any]] | None = connection.info.get(_KEY)
    return queue


def send(connection: sa.Connection, *_: object) -> None:
    """Send what waits, and wait for the end of it. Also an event's listener: hence the rest."""
    queue = connection.info.get(_KEY)
    if not queue:
        return
    connection.info[_KEY] = []
    driver: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.loaded_dbapi
    sql = ""
    try:
        if len(queue) > 1 and dbapi.Pipeline.is_supported():
            with driver.pipeline():
                for sql, bound in queue:
                    driver.execute(sql, bound)
        else:
            for sql, bound in queue:
                driver.execute(sql, bound)
    except dbapi.Error as error:
        raise told(error, connection, sql) from error


def now(connection: sa.Connection, sql: str, bound: Any = ()) -> Any:  # noqa: ANN401 -- the driver's
    """Execute a statement after what waits; return the driver's cursor."""
    send(connection)
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(sql, bound)
    except connection.dialect.loaded_dbapi.Error as error:
        raise told(error, connection, sql) from error


def told(error: Any, connection: sa.Connection, sql: str) -> BaseException:  # noqa: ANN401 -- the driver's
    """Return SQLAlchemy's exception for a driver's; a connection that is gone leaves the pool."""
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if is_gone:
        connection.invalidate(error)
    complaint: BaseException = sa.exc.DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,  # readers' words
        connection_invalidated=is_gone,
        dialect=dialect,
    )
    return complaint
