"""The store that keeps everything in the process: for tests and for looking around.

It has the transactions of the real ones (a snapshot for readers, all or nothing for writers) and
passes the same conformance suite. It keeps nothing on disk and looks through whole tables, so it is
no place for a newsroom's comments.
"""

from palabre.storage.memory.store import MemoryStore

__all__ = ["MemoryStore"]
