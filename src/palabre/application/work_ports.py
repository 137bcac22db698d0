"""What moderators work with: the queue by urgency, the search, notes, filters, refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from palabre.application.stored import QueueItem, Stored
from palabre.domain.comment import Status
from palabre.domain.waiting import Entry, Level, Weight

# Where an account works: a site with one of its sections, or (site, None) for all of the site.
Place = tuple[str, str | None]

# The desk counts so far and then says "more than": a longer count costs and tells nobody more.
COUNTED = 1000


class Rank(NamedTuple):
    """The place of an entry in the queue: reading goes on strictly after it."""

    priority: float
    comment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries are wanted. ``places`` bound it; empty: nothing is shown. None: any."""

    places: tuple[Place, ...]
    level: Level = Level.DESK
    site_id: str | None = None
    section_id: str | None = None
    rule: str | None = None
    lang: str | None = None
    assigned_to: str | None = None
    free_for: str | None = None  # left out: what anybody but this moderator is reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An entry of the queue with all that the desk shows; ``group_size`` counts its near copies."""

    entry: Entry
    item: QueueItem
    group_size: int = 1


class NoteKind(StrEnum):
    """What a moderator writes to colleagues; readers never see it."""

    NOTE = "note"
    QUESTION = "question"  # asks for a second opinion
    OPINION = "opinion"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskNote:
    """A sentence for colleagues on a comment."""

    id: str
    comment_id: str
    moderator_id: str
    kind: NoteKind
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """A list that a moderator comes back to; ``query`` as it stands in the address."""

    id: str
    moderator_id: str
    name: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRefusal:
    """What was refused at the desk, to whom ("": nobody was signed in)."""

    at: datetime
    moderator_id: str
    method: str
    path: str
    code: str


class Work(Protocol):
    """The desk's own tables. Entries come and go with the state of comments by themselves."""

    def entry(self, comment_id: str) -> Entry | None:
        """Return the place of a comment in the queue; None when it does not wait."""

    def weigh(self, comment_id: str, weight: Weight, at: datetime) -> None:
        """Say how urgent a waiting comment is; of no effect on one that does not wait."""

    def join(self, comment_id: str, group: str, signature: bytes, bands: Sequence[str]) -> None:
        """Note which near copies a waiting comment belongs to, and what later ones meet it by."""

    def alike(self, bands: Sequence[str], *, limit: int) -> Sequence[tuple[str, bytes]]:
        """Return (group, signature) of waiting comments that share a band."""

    def page(
        self, wanted: Wanted, *, limit: int, after: Rank | None, now: datetime
    ) -> Sequence[Waiting]:
        """Return what waits, most urgent first."""

    def group(self, group: str) -> Sequence[Entry]:
        """Return the waiting comments of a group, oldest first."""

    def levels(self, places: Sequence[Place], *, most: int) -> Mapping[Level, int]:
        """Count what waits at each desk, ``most`` at each at most."""

    def outgrown(self, comment_ids: Sequence[str], *, limit: int) -> Sequence[tuple[Entry, int]]:
        """Return what waits in the conversations of these comments, newest first.

        Only what entered when its conversation was shorter by a tenth or more, each entry beside
        the present count of public comments.
        """

    def arrived(self, places: Sequence[Place], *, after: str, limit: int) -> Sequence[str]:
        """Return the ids of waiting comments that were written after this one, newest first."""

    def claim(
        self, comment_id: str, moderator_id: str, *, until: datetime, now: datetime
    ) -> Entry | None:
        """Keep a comment to one moderator until then; None: another one has it, or it waits not."""

    def taken(self, places: Sequence[Place], *, now: datetime) -> Sequence[tuple[str, str]]:
        """Return (comment, moderator) of what is being read at present."""

    def release(self, comment_id: str, moderator_id: str) -> None:
        """Give back what this moderator keeps; of no effect on what another one keeps."""

    def hand_to(self, comment_id: str, *, level: Level) -> None:
        """Let a comment wait at another desk, unclaimed."""

    def assign(self, comment_id: str, moderator_id: str | None) -> None:
        """Say who is to decide; None: anybody."""

    def search(
        self,
        terms: Sequence[Sequence[str]],
        *,
        places: Sequence[Place],
        status: Status | None,
        limit: int,
        after: int | None,
    ) -> Sequence[tuple[int, str]]:
        """Return (position, id) of comments that have one form of each term, newest first.

        ``after`` is the position that the page before ended with. Without terms nothing is found.
        """

    def items(self, comment_ids: Sequence[str]) -> Sequence[QueueItem]:
        """Return comments as the desk shows them, in the order given."""

    def by_author(self, author_key: str, *, limit: int) -> Sequence[Stored]:
        """Return an author's latest comments in all threads, newest first."""

    def add_note(self, note: DeskNote) -> None: ...  # noqa: D102
    def notes(self, comment_id: str) -> Sequence[DeskNote]:
        """Return what colleagues wrote, oldest first."""

    def asked(self, places: Sequence[Place], *, limit: int) -> Sequence[str]:
        """Return the ids of waiting comments on which the last word is a question, oldest first."""

    def save_filter(self, saved: SavedFilter) -> None: ...  # noqa: D102
    def filters(self, moderator_id: str) -> Sequence[SavedFilter]: ...  # noqa: D102
    def drop_filter(self, filter_id: str, moderator_id: str) -> None: ...  # noqa: D102
    def refuse(self, refusal: DeskRefusal) -> None:
        """Append to the list of refusals."""

    def refusals(self, *, limit: int, after: int | None = None) -> Sequence[DeskRefusal]:
        """Return the latest refusals, newest first."""
