"""Posts that may be sent again, in memory."""

from datetime import datetime

from palabre.application.ports import Repeat
from palabre.storage.memory.state import State


class MemoryRepeats:
    """Posts with a key."""

    def __init__(self, state: State) -> None:
        self._repeats = state.repeats

    def get(self, key: str, *, since: datetime) -> Repeat | None:
        """Return what is kept of the post with this key, if it came after ``since``."""
        found = self._repeats.get(key)
        return found if found and found.at > since else None

    def claim(self, repeat: Repeat, *, since: datetime) -> Repeat | None:
        """Keep the post, unless one with its key came after ``since``: that one is returned."""
        for old in [r.key for r in self._repeats.values() if r.at <= since]:
            del self._repeats[old]
        earlier = self.get(repeat.key, since=since)
        if earlier is None:
            self._repeats[repeat.key] = repeat
        return earlier
