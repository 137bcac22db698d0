"""A comment, the states it can be in, and the table of allowed moves between them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from palabre.domain.errors import Code, Refusal

# Deeper conversations are lines one character wide on a phone; pages indent far less than this.
MAX_DEPTH = 40


class Status(StrEnum):
    """Where a comment stands. Only ``PUBLISHED`` is seen by everybody."""

    PUBLISHED = "published"
    HELD = "held"
    REFUSED = "refused"
    DELETED = "deleted"


# Deleting is the author's last word: the text is gone, so nothing leads back.
MOVES: dict[Status, frozenset[Status]] = {
    Status.PUBLISHED: frozenset({Status.HELD, Status.REFUSED, Status.DELETED}),
    Status.HELD: frozenset({Status.PUBLISHED, Status.REFUSED, Status.DELETED}),
    Status.REFUSED: frozenset({Status.PUBLISHED, Status.HELD, Status.DELETED}),
    Status.DELETED: frozenset(),
}


def check_move(current: Status, to: Status) -> None:
    """Refuse with ``move_impossible`` when the table does not allow the move."""
    if to not in MOVES[current]:
        raise Refusal(Code.MOVE_IMPOSSIBLE, status=current.value, wanted=to.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """How a comment is signed. ``name`` None: shown as a guest. ``email`` is never shown.

    ``badge``: what the author's own site says of them beside the name, such as "subscriber".
    ``is_kept``: the name is a pseudonym that its author keeps by a verified address.
    """

    name: str | None = None
    email: str | None = None
    is_staff: bool = False
    badge: str | None = None
    is_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The words of one revision of a comment: erasable, apart from the comment's own row.

    ``text`` is what the author wrote (Markdown subset), ``html`` its cleaned rendering by version
    ``renderer``; ``salt`` keys the commitment by which decisions refer to the text.
    """

    revision: int
    text: str
    html: str
    renderer: int
    salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment's place and state, without its words.

    ``author_key`` is the hash of the secret token that lets its author edit it. ``replies`` counts
    the published comments below a root (0 on others). ``root_id`` of a root is its own id.
    """

    id: str
    thread_id: str
    root_id: str
    parent_id: str | None
    depth: int
    status: Status
    created_at: datetime
    lang: str
    author_key: str
    revision: int = 1
    edited_at: datetime | None = None
    up: int = 0
    down: int = 0
    replies: int = 0

    @property
    def score(self) -> int:
        """Votes for less votes against."""
        return self.up - self.down

    def can_be_edited(self, now: datetime, window: timedelta) -> bool:
        """Tell whether the author may still edit: a deleted comment never, others in the window."""
        return self.status is not Status.DELETED and now < self.created_at + window
