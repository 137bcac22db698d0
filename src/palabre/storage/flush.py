"""Make commits safe against a power cut, many at a time (PostgreSQL; ADR 4).

A commit that waits for the disk keeps its locks meanwhile: the row of a busy thread, and the one
lock under which PostgreSQL commits whatever notifies. Comments in one thread would be as slow as
the disk, one by one. So transactions commit without waiting and give their locks back at once;
then, before anybody is told of success, one empty transaction that does wait puts the log on the
disk, with all that was committed before it: the log is one file in one order.
"""

import select
import threading
from collections.abc import Callable

import psycopg

from palabre.domain.errors import Code, Refusal
from palabre.storage.rounds import Rounds

# Writes a commit record and nothing else, on any server and with no right of its own.
_EMPTY = "SELECT pg_logical_emit_message(true, 'palabre', '')"


class Flush:
    """Rounds of waiting for the server's disk, over one connection of their own.

    The connection is the witness that the server has not gone down between a commit and its flush:
    a server that came back has forgotten what was not on the disk, and would flush the rest gladly.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        self._connection: psycopg.Connection | None = None
        self._generation = 0
        self._busy = False
        self._lock = threading.Lock()
        self._rounds = Rounds(self._flush)

    def witness(self) -> int:
        """Return what ``wait`` must be given after the commit; called before its transaction."""
        with self._lock:
            lost = self._connection is None or not is_quiet(self._connection)
            if lost and not self._busy:  # a round under way finds out by itself
                self._drop()
                self._connection = self._connect()
                self._generation += 1
            return self._generation

    def wait(self, witness: int) -> None:
        """Return when all that was committed before the call is on the disk.

        ``store_failed``: it may or may not be, as after a connection that broke while committing.
        """
        if self._rounds.wait() != witness:
            raise Refusal(Code.STORE_FAILED)

    def close(self) -> None:
        """Close the connection; the next transaction opens another."""
        with self._lock:
            if not self._busy:
                self._drop()

    def _flush(self) -> int | None:
        with self._lock:
            connection, generation = self._connection, self._generation
            self._busy = True
        done = None
        try:
            if connection is not None:
                connection.execute(_EMPTY)
                done = generation
        except psycopg.Error:
            pass  # those who wait are told by the missing number
        finally:
            with self._lock:
                self._busy = False
                if done is None:
                    self._drop()
        return done

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def is_quiet(connection: psycopg.Connection) -> bool:
    """Tell whether an idle connection still stands, without asking the server.

    Nothing is to be read from it: what a server says unasked is that it goes away.
    """
    if connection.closed:
        return False
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    return not look.poll(0)
