"""Comments by the passage they are about, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from palabre.application.passage_ports import Mark
from palabre.application.stored import Stored
from palabre.domain.comment import Status
from palabre.storage.memory.comments import is_listed, stored_of
from palabre.storage.memory.state import Row, State


class MemoryPassages:
    """The passages of a thread's comments."""

    def __init__(self, state: State) -> None:
        self._state = state

    def marks(self, thread_id: str, *, limit: int) -> Sequence[Mark]:
        """Return the passages that readers see comments on, the one last commented first."""
        found: dict[str, Mark] = {}
        for row in self._listed(thread_id)[:limit]:
            comment = row.comment
            count = comment.replies + (comment.status is Status.PUBLISHED)
            if row.passage is not None and count:
                first = found.get(row.passage.key, Mark(passage=row.passage, count=0))
                found[row.passage.key] = replace(first, count=first.count + count)
        return list(found.values())

    def roots(
        self, thread_id: str, *, keys: Sequence[str] | None, limit: int, after: str | None
    ) -> Sequence[Stored]:
        """Return listed comments on these passages (None: on any), newest first."""
        here = [
            stored_of(row, self._state)
            for row in self._listed(thread_id)
            if (keys is None or (row.passage is not None and row.passage.key in keys))
            and (after is None or row.comment.id < after)
        ]
        return [replace(s, author=replace(s.author, email=None)) for s in here[:limit]]

    def _listed(self, thread_id: str) -> list[Row]:
        here = [
            row
            for row in self._state.comments.values()
            if row.comment.thread_id == thread_id and row.passage is not None and is_listed(row)
        ]
        return sorted(here, key=lambda row: row.comment.id, reverse=True)
