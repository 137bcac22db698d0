"""A signal ends the worker in whatever moment it comes."""

import signal
import threading

from palabre.cli.worker import ending


def test_a_signal_that_finds_its_own_thread_at_the_events_lock_waits_for_nobody():
    over = threading.Event()

    def interrupted() -> None:
        with over._cond:  # where ``Event.wait`` is when it begins and when it ends
            ending(over)(signal.SIGTERM, None)

    threading.Thread(target=interrupted, daemon=True).start()
    assert over.wait(10)
