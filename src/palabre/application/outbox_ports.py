"""What is asked of the store about what is handed on after a commit, and about posts sent again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from palabre.application.stored import Repeat
from palabre.domain.events import Event


class Outbox(Protocol):
    """Events to be handled after the commit, stored by the very transaction they tell of."""

    def put(self, event: Event) -> None: ...  # noqa: D102
    def waiting(self, *, limit: int) -> Sequence[Event]:
        """Return events nobody has handled yet, oldest first; a writer keeps them to itself."""

    def handled(self, event_ids: Sequence[str], at: datetime) -> None:
        """Note that events need nothing more."""


class Repeats(Protocol):
    """Posts that came with a key, kept for as long as they may be sent again."""

    def get(self, key: str, *, since: datetime) -> Repeat | None:
        """Return what is kept of the post with this key, if it came after ``since``."""

    def claim(self, repeat: Repeat, *, since: datetime) -> Repeat | None:
        """Keep the post, unless one with its key came after ``since``: that one is returned.

        Of several transactions that claim one key at once, one is told None; the others wait for
        its end. What came up to ``since`` is forgotten, some of it at each call.
        """
