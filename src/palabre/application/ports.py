"""What the use cases need from the outside, as small Protocols owned here by the callers.

``storage`` implements them three times over; ``tests/storage/conformance/`` is their one suite.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from palabre.application.audit_ports import Audits
from palabre.application.client_ports import Clients, Labels
from palabre.application.desk_ports import Moderators, PasswordHasher
from palabre.application.highlight_ports import Highlights
from palabre.application.ledger_ports import Ledger
from palabre.application.lesson_ports import Lessons
from palabre.application.mail_ports import Mails, Subscriptions
from palabre.application.mode_ports import Measures, Modes
from palabre.application.outbox_ports import Outbox, Repeats
from palabre.application.passage_ports import Passages
from palabre.application.person_ports import Legal, People, Upkeep
from palabre.application.pseudonym_ports import Pseudonyms
from palabre.application.stored import (
    EPOCH_LIFE,
    Position,
    QueueItem,
    Repeat,
    Session,
    Sort,
    Standing,
    Stored,
)
from palabre.application.trace_ports import Traces
from palabre.application.work_ports import Work
from palabre.domain.article import Thread
from palabre.domain.comment import Body, Comment, Status
from palabre.domain.decision import Decision, DecisionRecord
from palabre.domain.site import Site
from palabre.domain.vote import Tally, Value
from palabre.moderation.facts import Facts

__all__ = [
    "EPOCH_LIFE",
    "Clients",
    "Clock",
    "Comments",
    "Decisions",
    "Judge",
    "Labels",
    "Legal",
    "Lessons",
    "Mails",
    "Measures",
    "Moderators",
    "Modes",
    "Outbox",
    "PasswordHasher",
    "People",
    "Position",
    "Pseudonyms",
    "Queue",
    "QueueItem",
    "Renderer",
    "Repeat",
    "Repeats",
    "Session",
    "Sites",
    "Sort",
    "Standing",
    "Store",
    "Stored",
    "Subscriptions",
    "Threads",
    "Traces",
    "UnitOfWork",
    "Upkeep",
    "Votes",
    "Work",
]

Clock = Callable[[], datetime]
Judge = Callable[[str, Facts], Decision]


class Sites(Protocol):
    """Registered publications."""

    def register(self, site: Site) -> None:
        """Add the site, or replace what is known of it (origins and sections included).

        An origin that another site has registered is refused (``bad_field``, ``origins``).
        """

    def get(self, site_id: str) -> Site | None: ...  # noqa: D102
    def by_origin(self, origin: str) -> Site | None: ...  # noqa: D102
    def all(self) -> Sequence[Site]:
        """Return all sites, by id."""


class Threads(Protocol):
    """Threads, found by their article's address."""

    def find(self, origin: str, key: str) -> Thread | None: ...  # noqa: D102
    def get(self, thread_id: str) -> Thread | None: ...  # noqa: D102
    def version(self, origin: str, key: str) -> tuple[str, int] | None:
        """Return id and version of an article's thread: the cheapest way to check a kept page."""

    def add(self, thread: Thread) -> Thread:
        """Store a new thread; when another transaction was first, return that one instead."""

    def describe(self, thread_id: str, *, title: str, lang: str) -> None:
        """Replace the article's title and language."""

    def close(self, thread_id: str, closes_at: datetime | None) -> None:
        """Set or take back the closing time."""

    def counts(self, addresses: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """Return the published comments per (origin, key); an unknown article is left out."""

    def all(self, *, limit: int) -> Sequence[Thread]:
        """Return the most recently created threads, newest first."""


class Comments(Protocol):
    """Comments with their words. Counts and the thread's version move in the same transaction."""

    def add(self, stored: Stored, *, source: str | None) -> None:
        """Store a new comment; ``source`` is the keyed hash of where it came from."""

    def get(self, comment_id: str) -> Comment | None: ...  # noqa: D102
    def stored(self, comment_id: str) -> Stored | None: ...  # noqa: D102
    def bodies(self, comment_id: str) -> Sequence[Body]:
        """Return all revisions, oldest first."""

    def revise(self, comment_id: str, body: Body, at: datetime) -> None:
        """Make ``body`` the current words; earlier revisions are kept."""

    def move(self, comment_id: str, to: Status) -> Comment:
        """Set the state; refuses what the domain's table of moves does not allow."""

    def erase_words(self, comment_id: str) -> None:
        """Delete text, rendering, salt, name, mail, source and moderators' notes: what is kept
        says no more than that a comment stood here."""  # noqa: D205, D209

    def roots(
        self, thread_id: str, sort: Sort, *, limit: int, after: Position | None
    ) -> Sequence[Stored]:
        """Return the roots a reader may see: published, or with published replies below."""

    def top(
        self, thread_id: str, *, limit: int, epoch: int, after: Position | None
    ) -> Sequence[tuple[Stored, int]]:
        """Return the same roots by their scores as of the epoch, each with that score.

        The epoch is the thread's version at which a reader began; ``after`` None: it is now. Each
        root that was listed then is found exactly once, however votes move meanwhile; of what came
        later, each at most once. An epoch whose scores are forgotten is refused
        (``cursor_expired``), not before ``EPOCH_LIFE``.
        """

    def replies(self, root_ids: Sequence[str], *, first: int) -> Mapping[str, Sequence[Stored]]:
        """Return the first ``first`` comments below each root, oldest first.

        Left out is what is not published and has nothing published below it. Every comment
        returned has its parents before it.
        """

    def replies_after(self, root_id: str, *, limit: int, after: str | None) -> Sequence[Stored]:
        """Return the same comments below one root, strictly after the comment ``after``."""

    def latest(self, site_id: str, *, limit: int) -> Sequence[Stored]:
        """Return a site's newest published comments, newest first."""

    def of_author(self, thread_id: str, author_key: str, *, limit: int) -> Sequence[Stored]:
        """Return one author's comments in a thread, newest first, deleted ones left out."""

    def recent(self, source: str, *, since: datetime) -> Sequence[tuple[str, datetime]]:
        """Return texts and times of what one source sent, newest first, at most 50."""

    def standing(self, author_key: str, site_id: str | None = None) -> Standing:
        """Return how an author's comments stand, and what the site's moderators set on them."""


class Decisions(Protocol):
    """The append-only log. There is no method that changes a line, and the database refuses it."""

    def add(self, record: DecisionRecord) -> None: ...  # noqa: D102
    def latest(self, comment_id: str) -> DecisionRecord | None: ...  # noqa: D102
    def history(self, comment_id: str) -> Sequence[DecisionRecord]:
        """Return all decisions on a comment, oldest first, notes included."""


class Queue(Protocol):
    """What waits for a moderator, and what was decided."""

    def page(
        self, *, site_ids: Sequence[str], status: Status, limit: int, after: str | None
    ) -> Sequence[QueueItem]:
        """Return items oldest first when held, newest first otherwise, after the comment given.

        An ``after`` that is no identifier is refused (``bad_cursor``).
        """

    def item(self, comment_id: str) -> QueueItem | None: ...  # noqa: D102
    def counts(self, *, site_ids: Sequence[str], most: int | None = None) -> Mapping[Status, int]:
        """Return how many comments stand in each state, ``most`` of each at most (None: all)."""


class Votes(Protocol):
    """Votes, one per voter and comment."""

    def cast(self, comment_id: str, voter_key: str, value: Value, at: datetime) -> Tally:
        """Set this voter's vote (0 takes it back) and return the comment's new tally."""

    def of(self, comment_ids: Sequence[str], voter_key: str) -> Mapping[str, Value]:
        """Return this voter's votes on the comments given; comments without one are left out."""


class UnitOfWork(Protocol):
    """One transaction's view of the store."""

    sites: Sites
    threads: Threads
    comments: Comments
    decisions: Decisions
    queue: Queue
    votes: Votes
    moderators: Moderators
    outbox: Outbox
    repeats: Repeats
    subscriptions: Subscriptions
    mails: Mails
    people: People
    upkeep: Upkeep
    legal: Legal
    lessons: Lessons
    traces: Traces
    work: Work
    clients: Clients
    labels: Labels
    ledger: Ledger
    passages: Passages
    audits: Audits
    highlights: Highlights
    modes: Modes
    measures: Measures
    pseudonyms: Pseudonyms


class Store(Protocol):
    """Where everything lives.

    Failures arrive as Refusal: ``store_busy`` (try again), ``store_full`` (disk), ``store_failed``.
    """

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """Open a consistent view; nothing is written."""

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction that commits when the block ends and rolls back when it raises."""

    def watch(self, changed: Callable[[str | None], None]) -> Callable[[], None]:
        """Call ``changed`` whenever a commit, by any process, changed what readers may see.

        It is given the thread's id, or None when anything may have changed. For a commit of this
        very store it is called by the thread that commits, before ``writing`` ends, so that whoever
        is told of success finds the change; for all others within 0.3 seconds from a thread of the
        store. It must be quick and must not write. The id of a new thread is one that nobody knows
        yet: it concerns whoever kept the page of an article without comments. Told too often is
        possible, too seldom is not. The function returned ends it.
        """

    def check(self) -> None:
        """Refuse when the store cannot answer or its schema is not the present one."""

    def close(self) -> None:
        """Give back connections."""


class Renderer(Protocol):
    """Markdown subset to cleaned HTML."""

    version: int

    def __call__(self, text: str) -> str: ...  # noqa: D102
