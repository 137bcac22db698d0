"""What is asked of the store about passages of an article; part of a transaction's view."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from palabre.application.stored import Stored
from palabre.domain.passage import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A passage with the number of published comments on it, answers included."""

    passage: Passage
    count: int


class Passages(Protocol):
    """The passages of a thread's comments; they are stored with the comments themselves."""

    def marks(self, thread_id: str, *, limit: int) -> Sequence[Mark]:
        """Return the passages that readers see comments on, the one last commented first.

        Of a thread with very many, the latest ``limit`` comments on passages are looked at.
        """

    def roots(
        self, thread_id: str, *, keys: Sequence[str] | None, limit: int, after: str | None
    ) -> Sequence[Stored]:
        """Return listed comments on these passages (None: on any), newest first.

        ``after``: strictly older than this comment.
        """
