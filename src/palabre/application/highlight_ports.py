"""What is asked of the store about pinned and featured comments."""

from collections.abc import Sequence
from typing import Protocol

from palabre.application.stored import Stored
from palabre.domain.comment import Comment
from palabre.domain.highlight import Highlight, Mark


class Highlights(Protocol):
    """The marks of a thread's comments. They go with a comment's words."""

    def set(self, comment: Comment, highlight: Highlight) -> None:
        """Replace a comment's marks; the thread's version moves."""

    def of_thread(self, thread_id: str, mark: Mark) -> Sequence[Stored]:
        """Return published comments with this mark, oldest first, as lists for readers do."""
