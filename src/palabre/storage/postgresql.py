"""Connections and transactions on PostgreSQL, for any number of processes.

Readers see one moment (repeatable read, read only) and wait for nobody. Writers run side by side
at read committed and lock what they change (``locking``). No statement, lock or forgotten
transaction lasts for ever: each has a limit, and who meets it is told ``store_busy``.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from palabre.domain.errors import Code, Refusal
from palabre.storage import waiting
from palabre.storage.column_types import json_text
from palabre.storage.effects import begin
from palabre.storage.failures import told
from palabre.storage.flush import Flush, is_quiet
from palabre.storage.listen import ANYTHING, CHANNEL, Listen
from palabre.storage.listeners import Changed, Listeners
from palabre.storage.prepared import Prepared

_WRITERS = 8  # connections; more threads than that wait for each other anyway
_STATEMENT = 30  # seconds that a statement may take
_FORGOTTEN = 60  # seconds that a transaction may lie idle: its process has hung
_MANY = 100  # threads told by name in one notification, which may hold 8000 bytes
_NOTIFY = Prepared(
    sa.select(
        sa.func.pg_notify(
            sa.bindparam("channel", type_=sa.Text), sa.bindparam("payload", type_=sa.Text)
        )
    )
)


class PostgresqlDatabase:
    """The engine's two pools, and transactions whose failures arrive as ``Refusal``."""

    def __init__(
        self,
        url: sa.URL,
        *,
        durability: str,
        patience: float,
        readers: int,
    ) -> None:
        self._patience = patience
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._options: dict[str, Any] = {
            # A server or network that is silently gone is noticed, not waited for.
            "connect_timeout": max(2, round(patience)),
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            "application_name": "palabre",
        }
        self._read = self._engine(url, readers, writes=False)
        self._write = self._engine(url, _WRITERS, writes=True)
        self._flush = Flush(self._connect) if durability == "power" else None
        self._name = uuid.uuid4().hex  # how this object knows its own notifications
        self._listeners = Listeners()
        self._listen: Listen | None = None
        self._watch_lock = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a transaction that sees one moment and cannot write."""
        with told(), self._read.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a transaction; when the block is left, it is as durable as was asked for."""
        witness = self._flush.witness() if self._flush else 0
        with told(), self._write.connect() as connection:
            effects = begin(connection)
            waiting.begin(connection)
            with connection.begin():
                yield connection
                if effects.changed:
                    self._notify(connection, effects.changed)
                waiting.send(connection)
        self._listeners.tell(effects.changed)
        if self._flush:
            self._flush.wait(witness)

    def watch(self, changed: Changed) -> Callable[[], None]:
        """Tell ``changed`` of all commits: this object's own, and what others notify."""
        with self._watch_lock:
            leave = self._listeners.add(changed)
            if self._listen is None:
                missed = partial(self._listeners.tell, [None])
                self._listen = Listen(self._connect, self._heard, missed, patience=self._patience)

        def end() -> None:
            with self._watch_lock:
                leave()
                listen = None
                if not self._listeners:
                    listen, self._listen = self._listen, None
            if listen is not None:
                listen.stop()

        return end

    def close(self) -> None:
        """Close all connections and forget all listeners."""
        with self._watch_lock:
            self._listeners.clear()
            listen, self._listen = self._listen, None
        if listen is not None:
            listen.stop()
        if self._flush:
            self._flush.close()
        self._read.dispose()
        self._write.dispose()

    def _notify(self, connection: sa.Connection, changed: set[str | None]) -> None:
        """Tell the other processes, if and when this transaction commits."""
        names = [name for name in changed if name is not None]
        if len(names) < len(changed) or len(names) > _MANY:
            names = [ANYTHING]
        payload = " ".join([self._name, *names])
        _NOTIFY.later(connection, {"channel": CHANNEL, "payload": payload})

    def _heard(self, payload: str) -> None:
        sender, *names = payload.split(" ")
        if sender != self._name:
            self._listeners.tell(None if name == ANYTHING else name for name in names)

    def _connect(self) -> psycopg.Connection:
        """Open a connection outside the pools; it waits for the disk at each commit."""
        try:
            return psycopg.connect(self._url, autocommit=True, **self._options)
        except psycopg.Error as error:
            raise Refusal(Code.STORE_FAILED) from error

    def _engine(self, url: sa.URL, size: int, *, writes: bool) -> sa.Engine:
        engine = sa.create_engine(
            url,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=0,
            pool_timeout=self._patience,
            connect_args=self._options,
            json_serializer=json_text,
            hide_parameters=True,  # they are readers' words and addresses, and errors go to logs
        )
        limits = {
            "lock_timeout": round(self._patience * 1000),
            "statement_timeout": _STATEMENT * 1000,
            "idle_in_transaction_session_timeout": _FORGOTTEN * 1000,
            "timezone": "UTC",
            # Commits give their locks back before the disk is done; ``Flush`` waits for it.
            "synchronous_commit": "off",
        }
        event.listen(engine, "connect", partial(_prepare, limits=limits, writes=writes))
        event.listen(engine, "checkout", _require_alive)
        event.listen(engine, "before_cursor_execute", waiting.send)
        return engine


def _prepare(driver: Any, record: object, *, limits: dict[str, Any], writes: bool) -> None:  # noqa: ANN401 -- the pool's, untyped
    del record
    driver.autocommit = True
    for name, value in limits.items():
        driver.execute("SELECT set_config(%s, %s, false)", (name, str(value)))
    driver.autocommit = False
    if not writes:
        driver.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        driver.read_only = True


def _require_alive(driver: Any, record: object, proxy: object) -> None:  # noqa: ANN401
    """Let the pool replace connections whose server went away while they lay idle."""
    del record, proxy
    if not is_quiet(driver):
        raise sa.exc.InvalidatePoolError
