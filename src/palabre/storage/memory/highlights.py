"""Pinned and featured comments, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from palabre.application.stored import Stored
from palabre.domain.comment import Comment, Status
from palabre.domain.highlight import Highlight, Mark
from palabre.storage.memory.comments import stored_of
from palabre.storage.memory.state import State


class MemoryHighlights:
    """The marks of a thread's comments."""

    def __init__(self, state: State) -> None:
        self._state = state

    def set(self, comment: Comment, highlight: Highlight) -> None:
        """Replace a comment's marks."""
        row = self._state.comments[comment.id]
        self._state.comments[comment.id] = replace(row, highlight=highlight)
        thread = self._state.threads[comment.thread_id]
        self._state.threads[thread.id] = replace(thread, version=thread.version + 1)

    def of_thread(self, thread_id: str, mark: Mark) -> Sequence[Stored]:
        """Return published comments with this mark, oldest first."""
        found = [
            stored_of(row, self._state)
            for row in self._state.comments.values()
            if row.comment.thread_id == thread_id
            and row.highlight.has(mark)
            and row.comment.status is Status.PUBLISHED
        ]
        found.sort(key=lambda stored: stored.comment.id)
        return [replace(s, author=replace(s.author, email=None)) for s in found]
