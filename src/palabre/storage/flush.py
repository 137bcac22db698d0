"""Make commits safe against a power cut, many at a time (PostgreSQL).

A commit that waits for the disk keeps its locks meanwhile: the row of a busy thread, and the one
lock under which PostgreSQL commits whatever notifies. Comments in one thread would be as slow as
the disk, one by one. So transactions commit without waiting and give their locks back at once;
then, before anybody is told of success, one empty transaction that does wait puts the log on the
disk, with all that was committed before it: the log is one file in one order. Those who come while
it runs share the next one.
"""

import select
import threading
from collections.abc import Callable

import psycopg

from palabre.domain.errors import Code, Refusal

# Writes a commit record and nothing else, on any server and with no right of its own.
_EMPTY = "SELECT pg_logical_emit_message(true, 'palabre', '')"
_KEPT = 1000  # rounds by which a thread that waits may be late in waking up


class Flush:
    """Rounds of waiting for the disk over one connection of its own.

    The connection is the witness that the server has not gone down between a commit and its flush:
    a server that came back has forgotten what was not on the disk, and would flush the rest gladly.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        self._connection: psycopg.Connection | None = None
        self._generation = 0
        self._turn = threading.Condition()
        self._running = False
        self._started = 0
        self._finished = 0
        self._good: dict[int, int] = {}

    def witness(self) -> int:
        """Return what ``wait`` must be given after the commit; called before it."""
        with self._turn:
            lost = self._connection is None or not is_quiet(self._connection)
            if lost and not self._running:
                self._drop()
                self._connection = self._connect()
                self._generation += 1
            return self._generation

    def wait(self, witness: int) -> None:
        """Return when all that was committed before the call is on the disk.

        ``store_failed``: it may or may not be, as after a connection that broke while committing.
        """
        with self._turn:
            mine = self._started + 1  # a round that runs already may have begun too early
            while self._finished < mine:
                if self._running:
                    self._turn.wait()
                else:
                    self._run()
            if self._good.get(mine) != witness:
                raise Refusal(Code.STORE_FAILED)

    def close(self) -> None:
        """Close the connection; the next transaction opens another."""
        with self._turn:
            while self._running:
                self._turn.wait()
            self._drop()

    def _run(self) -> None:
        """Run the next round; called with the lock, which is free while the disk works."""
        self._running = True
        self._started += 1
        round_, generation, connection = self._started, self._generation, self._connection
        self._turn.release()
        good = False
        try:
            if connection is not None:
                connection.execute(_EMPTY)
                good = True
        except psycopg.Error:
            pass  # those who wait are told by the missing mark
        finally:
            self._turn.acquire()
            if good:
                self._good[round_] = generation
            else:
                self._drop()
            self._good.pop(round_ - _KEPT, None)
            self._running = False
            self._finished = round_
            self._turn.notify_all()

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
