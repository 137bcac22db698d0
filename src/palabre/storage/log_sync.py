"""Make commits safe against a power cut, many at a time (SQLite; ADR 7).

With ``synchronous = FULL`` SQLite waits for the disk inside each commit, while the one writer's
lock is held: posts come one flush after the other. With ``NORMAL`` a commit writes to the log and
does not wait. What FULL would do then, we do once for all who wait: ask the system to put the log
on the disk. Each frame of the log is checked together with all before it, so that a power cut
keeps what was flushed, and of the rest a beginning or nothing.
"""

import os

from palabre.domain.errors import Code, Refusal
from palabre.storage.rounds import Rounds

_sync = getattr(os, "fdatasync", os.fsync)  # the log grows in place: its length is enough


class LogSync:
    """Rounds of waiting for the disk under a SQLite file's log.

    The log may be opened and closed beside SQLite: it locks the file and its index, never the log.
    """

    def __init__(self, path: str) -> None:
        self._log = f"{path}-wal"
        self._rounds = Rounds(self._flush)
        self.failed = False

    def wait(self) -> None:
        """Return when all that was committed before the call is on the disk.

        ``store_failed``: it may or may not be. From then on ``failed`` tells that the log cannot be
        trusted (what a system could not write it may forget), until ``repaired``.
        """
        if self._rounds.wait() is None:
            raise Refusal(Code.STORE_FAILED)

    def repaired(self) -> None:
        """Note that all of the log's content has safely gone into the file itself."""
        self.failed = False

    def _flush(self) -> int | None:
        try:
            log = os.open(self._log, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return 1  # whoever closed the file last has put everything into it, and on the disk
        except OSError:
            self.failed = True
            return None
        try:
            _sync(log)
        except OSError:
            self.failed = True
            return None
        finally:
            os.close(log)
        return None if self.failed else 1
