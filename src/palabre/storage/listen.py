"""Hear what other processes commit: one LISTEN on one connection, which comes back by itself."""

import select
import socket
import threading
from collections.abc import Callable

import psycopg

from palabre.domain.errors import Refusal

CHANNEL = "palabre"
ANYTHING = "*"
# Seconds between attempts to reach a server that is gone: once it is back, pages are right again
# within the second that every process has.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 0.5


class Listen:
    """A thread that passes on each notification's text.

    ``missed`` is called each time the connection stands again after it was lost: whatever was
    notified meanwhile is gone.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection],
        heard: Callable[[str], None],
        missed: Callable[[], None],
        *,
        patience: float,
    ) -> None:
        self._connect = connect
        self._heard = heard
        self._missed = missed
        self._end = threading.Event()
        self._ready = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="palabre-listen", daemon=True)
        self._thread.start()
        # A server that is not there yet is waited for in the thread; the caller need not.
        self._ready.wait(patience)

    def stop(self) -> None:
        """End the thread; when it returns, nothing is passed on any more."""
        self._end.set()
        self._wake.send(b"x")
        if self._thread is not threading.current_thread():
            self._thread.join()
            self._wake.close()
            self._woken.close()

    def _run(self) -> None:
        pause, again = _FIRST_PAUSE, False
        while not self._end.is_set():
            try:
                with self._connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._ready.set()
                    if again:
                        self._missed()
                    pause, again = _FIRST_PAUSE, True
                    self._listen(connection)
            except (psycopg.Error, Refusal):
                again = True
                self._end.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _listen(self, connection: psycopg.Connection) -> None:
        look = select.poll()
        look.register(connection.fileno(), select.POLLIN)
        look.register(self._woken, select.POLLIN)
        while not self._end.is_set():
            for notification in connection.notifies(timeout=0):
                self._heard(notification.payload)
            look.poll()
