"""What passes between the use cases and the store, besides the nouns of the domain."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from palabre.domain.article import Thread
from palabre.domain.comment import Author, Body, Comment
from palabre.domain.decision import DecisionRecord
from palabre.domain.highlight import PLAIN, Highlight
from palabre.domain.passage import Passage
from palabre.domain.trust import Trust, earned

# A reader of "most voted" may go on for this long, at least, in the order they began with.
EPOCH_LIFE = timedelta(minutes=30)


class Sort(StrEnum):
    """The orders in which the roots of a thread can be read."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TOP = "top"


class Way(StrEnum):
    """How somebody of the newsroom came in."""

    PASSWORD = "password"  # noqa: S105 -- a word, no password
    PASSKEY = "passkey"
    SIGN_ON = "sign_on"  # the publisher's own, by OpenID Connect


class Position(NamedTuple):
    """The place of a comment in a sorted list: reading goes on strictly after it.

    ``score`` counts only where the sort is ``TOP`` (score descending, then newest first).
    """

    id: str
    score: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A comment with its signature and its words. ``body`` None: the words were erased.

    ``passage``: what it is about; None: the whole article. Lists for readers leave
    ``author.email`` out.
    """

    comment: Comment
    author: Author
    body: Body | None
    passage: Passage | None = None
    highlight: Highlight = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an author's earlier comments stand now, counted, and since when they write.

    ``measure`` and ``until``: what moderators of the site asked for set on them, ended or not.
    """

    published: int = 0
    held: int = 0
    refused: int = 0
    first: datetime | None = None
    measure: Trust | None = None
    until: datetime | None = None

    def trust(self, now: datetime) -> Trust:
        """Return the step of the ladder on which the author stands."""
        if self.measure is not None and self.until is not None and now < self.until:
            return self.measure
        return earned(self.published, self.refused, self.first, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A comment as the desk shows it: with its thread, what it answers, and the latest decision."""

    stored: Stored
    thread: Thread
    parent: Stored | None
    record: DecisionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A moderator's sign-in. ``key`` is the hash of the token in the cookie, never the token.

    ``device`` is a browser and a system in words ("Firefox, Windows"), ``seen_at`` when it was last
    used, to a quarter of an hour.
    """

    key: str
    moderator_id: str
    created_at: datetime
    expires_at: datetime
    device: str = ""
    way: Way = Way.PASSWORD
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A moderator's WebAuthn credential. ``key`` is the hash of its identifier ``credential``."""

    key: str
    moderator_id: str
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """What is kept of a post that came with a key: hashes of both, and the comment it became."""

    key: str
    content: str
    comment_id: str
    at: datetime
