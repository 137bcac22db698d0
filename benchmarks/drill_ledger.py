"""What a drill was told by the server, and what the store must therefore hold.

Every change is noted twice: when it is sent (from then on it may be in the store) and when it is
acknowledged (from then on it must be). A comment is moderated, edited or deleted at most once, so
that what may stand in the store is always a small set.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from palabre.storage.soundness import broken_file, unsound
from palabre.storage.tables import comment_bodies, comments, decisions, votes

DELETED = "deleted"


@dataclass
class Known:
    """A comment that was acknowledged: its place, state and words, and a change under way."""

    url: str
    text: str
    status: str
    token: str
    revision: int = 1
    by_moderator: bool = False
    # What it may have become by a change that was sent and not answered: (revision, status, text).
    # No status: whatever the rules say of the new words.
    maybe: tuple[int, str | None, str] | None = None


@dataclass
class Ledger:
    """All that was acknowledged, and how the server answered otherwise."""

    comments: dict[str, Known] = field(default_factory=dict)
    votes: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    answers: Counter = field(default_factory=Counter)

    def differences(self, connection: sa.Connection) -> list[str]:
        """Return what the store lost, invented or holds by halves."""
        return [
            *broken_file(connection),
            *unsound(connection),
            *self._lost_comments(connection),
            *self._lost_votes(connection),
        ]

    def _lost_comments(self, connection: sa.Connection) -> Iterator[str]:
        rows = connection.execute(
            sa.select(comments.c.id, comments.c.revision, comments.c.status, comment_bodies.c.text)
            .select_from(comments)
            .outerjoin(
                comment_bodies,
                sa.and_(
                    comment_bodies.c.comment_id == comments.c.id,
                    comment_bodies.c.revision == comments.c.revision,
                ),
            )
        )
        there = {row.id: (row.revision, row.status, row.text) for row in rows}
        decided = set(
            connection.execute(
                sa.select(decisions.c.comment_id).where(decisions.c.actor_kind == "moderator")
            ).scalars()
        )
        for comment_id, known in self.comments.items():
            found = there.get(comment_id)
            if found is None:
                yield f"comment {comment_id}: lost"
            elif not _fits(found, known):
                yield f"comment {comment_id}: {found} is not what was acknowledged: {known}"
            elif known.by_moderator and comment_id not in decided:
                yield f"comment {comment_id}: the moderator's decision is lost"

    def _lost_votes(self, connection: sa.Connection) -> Iterator[str]:
        rows = connection.execute(sa.select(votes.c.comment_id, votes.c.voter_key, votes.c.value))
        there = {(row.comment_id, row.voter_key): row.value for row in rows}
        for key, allowed in self.votes.items():
            if there.get(key, 0) not in allowed:
                yield f"vote {key}: {there.get(key, 0)} where {sorted(allowed)} was acknowledged"


def _fits(found: tuple[int, str, str | None], known: Known) -> bool:
    text = None if known.status == DELETED else known.text
    if found == (known.revision, known.status, text):
        return True
    if known.maybe is None:
        return False
    revision, status, words = known.maybe
    if status == DELETED:
        return found == (revision, DELETED, None)
    return found[0] == revision and found[2] == words and status in {None, found[1]}
