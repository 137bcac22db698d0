"""What the ledger needs from the store; ``ports`` puts it into the unit of work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from palabre.domain.decision import DecisionRecord
from palabre.domain.ledger import Entry, Line, LineKind, Words
from palabre.domain.waiting import TENFOLD


class Head(NamedTuple):
    """Where the chain ends: how many lines, and the hash of the last."""

    length: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """That a line waits for somebody: until when, and before what else.

    A small ``rank`` is first, and within it a small ``turn`` (None: by when it is due). A turn is
    the key of a ``Weight`` with the other sign.
    """

    due_at: datetime
    rank: int = 1
    turn: float | None = None

    @property
    def place(self) -> float:
        """The turn within its rank."""
        if self.turn is None:
            return round(self.due_at.timestamp() / TENFOLD.total_seconds(), 6)
        return self.turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A line that waits for somebody."""

    line: Line
    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far one of the publisher's systems has been told: up to which line, and when on."""

    name: str
    number: int
    attempts: int = 0
    due_at: datetime
    status: str | None = None


class Ledger(Protocol):
    """The append-only ledger. Lines are only ever added; words beside them may go."""

    def add(self, entry: Entry, words: Words | None = None, task: Task | None = None) -> Line:
        """Append a line. Writers come one after the other until the transaction ends."""

    def add_many(self, entries: Sequence[Entry]) -> None:
        """Append lines without words, in their order."""

    def get(self, line_id: str) -> Line | None:
        """Return a line; None, too, for text that is no identifier."""

    def of_comment(self, comment_id: str, *kinds: LineKind) -> Sequence[Line]:
        """Return a comment's lines of these kinds, oldest first."""

    def answers(self, line_id: str, *kinds: LineKind) -> Sequence[Line]:
        """Return the lines of these kinds that have this one as their subject, oldest first."""

    def between(
        self, kinds: Sequence[LineKind], since: datetime, until: datetime
    ) -> Iterator[Line]:
        """Yield lines from ``since`` on and before ``until``, oldest first."""

    def of_kind(
        self, kinds: Sequence[LineKind], *, site_ids: Sequence[str], before: int | None, limit: int
    ) -> Sequence[Line]:
        """Return lines of some sites, the newest first, with a number below ``before``."""

    def words(self, line_id: str) -> Words | None:
        """Return what is kept of a line's words; None once it is erased."""

    def with_words_of(self, mailboxes: Sequence[str]) -> Sequence[Line]:
        """Return the lines that these addresses wrote, oldest first."""

    def erase_words(self, line_ids: Sequence[str]) -> None:
        """Delete words and salts."""

    def erase_words_of_author(self, comment_id: str) -> None:
        """Delete what a comment's author wrote about it (their appeals)."""

    def waiting(
        self, kind: LineKind, *, site_ids: Sequence[str], after: str | None, limit: int
    ) -> Sequence[Waiting]:
        """Return what waits, by rank and then by turn, after the line given."""

    def waiting_on(self, comment_id: str) -> Sequence[Line]:
        """Return the lines about a comment that wait, oldest first."""

    def reweigh(self, line_ids: Sequence[str], turn: float) -> None:
        """Give lines that wait another turn."""

    def count_waiting(self, *, site_ids: Sequence[str]) -> Mapping[LineKind, int]:
        """Count what waits, by kind."""

    def done(self, line_id: str) -> bool:
        """Take a line off the list of what waits; False: it was not on it."""

    def head(self) -> Head:
        """Return where the chain ends."""

    def chain(self, *, after: int, limit: int) -> Sequence[Line]:
        """Return the lines behind a number, in their order."""

    def loose(
        self, *, limit: int, everywhere: bool = False
    ) -> Sequence[tuple[str, DecisionRecord]]:
        """Return decisions that no line holds yet, each behind its site's id, oldest first.

        It looks behind the last one held; ``everywhere`` looks at all of them.
        """

    def decisions(self, ids: Sequence[str]) -> Mapping[str, DecisionRecord]:
        """Return decisions by id; those that are not there are left out."""

    def place(self, name: str) -> Place | None:
        """Return how far a system has been told; a writer keeps it to itself."""

    def keep_place(self, place: Place) -> None:
        """Store that, or replace what is stored."""
