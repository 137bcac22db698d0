"""What rights, retention and the sealed store need from the store; ``ports`` puts them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from palabre.application.person import Person, Scope
from palabre.domain.retention import Leaves
from palabre.domain.subscription import Subscription
from palabre.domain.vote import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequest:
    """Somebody typed an address to see what is held on it; its owner gets the link by mail."""

    id: str
    address: str
    address_hash: str
    site_id: str
    lang: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A comment that may not be lost before ``ends_at``, and why."""

    comment_id: str
    reason: str
    placed_by: str
    begun_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteLine:
    """One vote of a voter."""

    comment_id: str
    value: Value
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much an erasure took. ``held``: comments of which a hold keeps a copy until its end."""

    at: datetime
    scope: Scope
    asked_by: str
    comments: int = 0
    votes: int = 0
    subscriptions: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedLine:
    """One line of the sealed store."""

    comment_id: str
    at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Evidence under seal; ``line_id`` names the line of the ledger that holds its hash."""

    line_id: str
    comment_id: str
    site_id: str
    at: datetime
    ends_at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The sealed store was opened for one comment: by whom, who stood by, why, how many lines."""

    comment_id: str
    at: datetime
    reader: str
    witness: str
    reason: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One line of the log of retention."""

    at: datetime
    kind: str
    removed: int


class People(Protocol):
    """All that is held on a person, found and cut loose."""

    def comments(self, person: Person) -> Sequence[str]:
        """Return the ids of the person's comments in any state, oldest first."""

    def source_times(self, comment_id: str) -> Sequence[datetime]:
        """Return when the hash of an address was noted for a comment; empty once it has left."""

    def votes(self, person: Person) -> Sequence[VoteLine]:
        """Return the person's votes, by comment."""

    def subscriptions(self, person: Person) -> Sequence[Subscription]:
        """Return what was asked for from the person's addresses or with their tokens."""

    def detach(self, comment_id: str, author_key: str) -> None:
        """Take all that says who wrote it off a comment, and give it to an author of its own.

        That is name, address, source, moderators' notes and the memory of its posting;
        ``author_key`` is nobody's and no other comment's.
        """

    def ask(self, request: DataRequest) -> None:
        """Store a request."""

    def request(self, request_id: str) -> DataRequest | None:
        """Return a request; None, too, for text that is no identifier."""

    def requests_since(self, since: datetime, *, address_hash: str) -> int:
        """Count the requests for an address since a moment."""

    def forget_requests(self, address_hash: str) -> None:
        """Remove the requests for an address."""

    def hold(self, hold: Hold) -> None:
        """Place a hold, or replace the one there is."""

    def release(self, comment_id: str, at: datetime) -> None:
        """Let a hold end at a moment."""

    def hold_of(self, comment_id: str, now: datetime) -> Hold | None:
        """Return the hold that is on a comment, None when it has ended."""

    def keep_words(self, comment_id: str, content: str, at: datetime) -> None:
        """Keep a copy of what a held comment said, apart from the thread."""

    def kept_words(self, comment_id: str) -> str | None:
        """Return that copy."""

    def record(self, erased: Erased) -> None:
        """Note how much was erased; not whose it was."""

    def erasures(self, *, limit: int) -> Sequence[Erased]:
        """Return the latest notes, newest first."""


class Upkeep(Protocol):
    """What leaves by itself."""

    def count(self, kind: Leaves, before: datetime) -> int:
        """Count what is due: all that is from ``before`` or older."""

    def remove(self, kind: Leaves, before: datetime, *, limit: int) -> int:
        """Remove at most ``limit`` of it (not ``OF_COMMENTS``) and return how many."""

    def comments(self, kind: Leaves, before: datetime, *, limit: int) -> Sequence[str]:
        """Return the comments that are due (``OF_COMMENTS``), oldest first."""

    def note(self, run: Run) -> None:
        """Append to the log."""

    def runs(self, *, limit: int) -> Sequence[Run]:
        """Return the log, newest first."""

    def source_key(self, day: str) -> bytes | None:
        """Return the key under which addresses are hashed on a day."""

    def keep_source_key(self, day: str, key: bytes, at: datetime) -> bytes:
        """Store a day's key, unless another process was first: that one is returned."""


class Legal(Protocol):
    """The sealed store. It can be written and handed out; what it says is read elsewhere."""

    def add(self, line: SealedLine) -> None: ...  # noqa: D102
    def of_comment(self, comment_id: str) -> Sequence[SealedLine]:
        """Return the lines of a comment, oldest first."""

    def note(self, reading: Reading) -> None:
        """Append to the record of readings."""

    def readings(self, *, limit: int) -> Sequence[Reading]:
        """Return the record, newest first."""

    def keep(self, snapshot: Snapshot) -> None:
        """Store evidence under seal."""

    def snapshot(self, line_id: str) -> Snapshot | None:
        """Return the evidence of a line; None once it has left, and for no identifier."""

    def snapshots(self, comment_id: str) -> Sequence[Snapshot]:
        """Return a comment's evidence, the oldest first."""
