"""Votes, exact to the unit: the earlier vote is read and replaced, and the counters moved, under
the lock of the comment and in one transaction."""  # noqa: D205, D209

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.vote import Tally, Value
from palabre.storage import scores
from palabre.storage.comments import SqlComments
from palabre.storage.counters import new_version
from palabre.storage.tables import comments, votes

_THIS = (
    votes.c.comment_id == sa.bindparam("comment"),
    votes.c.voter_key == sa.bindparam("voter"),
)
_BEFORE = sa.select(votes.c.value).where(*_THIS)
_ADD = sa.insert(votes)
_CHANGE = (
    sa.update(votes)
    .where(*_THIS)
    .values(value=sa.bindparam("new_value"), at=sa.bindparam("new_at"))
)
_TAKE_BACK = sa.delete(votes).where(*_THIS)
_COUNT = (
    sa.update(comments)
    .where(comments.c.id == sa.bindparam("comment"))
    .values(up=sa.bindparam("ups"), down=sa.bindparam("downs"), score=sa.bindparam("sum"))
)
_OF = sa.select(votes.c.comment_id, votes.c.value).where(
    votes.c.comment_id.in_(sa.bindparam("comments", expanding=True)),
    votes.c.voter_key == sa.bindparam("voter"),
)


class SqlVotes:
    """Votes, one per voter and comment."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def cast(self, comment_id: str, voter_key: str, value: Value, at: datetime) -> Tally:
        """Set this voter's vote (0 takes it back) and return the comment's new tally."""
        run = self._connection.execute
        this = {"comment": comment_id, "voter": voter_key}
        comment = SqlComments(self._connection).get(comment_id)
        if comment is None:
            raise Refusal(Code.UNKNOWN_COMMENT)
        before = run(_BEFORE, this).scalar() or 0
        if value == before:
            return Tally(up=comment.up, down=comment.down, mine=value)
        if value == 0:
            run(_TAKE_BACK, this)
        elif before == 0:
            vote = {"comment_id": comment_id, "voter_key": voter_key, "value": value, "at": at}
            run(_ADD, vote)
        else:
            run(_CHANGE, {**this, "new_value": value, "new_at": at})
        up = comment.up + (value == 1) - (before == 1)
        down = comment.down + (value == -1) - (before == -1)
        run(_COUNT, {"comment": comment_id, "ups": up, "downs": down, "sum": up - down})
        if comment.status is Status.PUBLISHED:
            version = new_version(self._connection, comment.thread_id)
            if comment.parent_id is None and up - down != comment.score:
                scores.note(
                    self._connection,
                    comment.thread_id,
                    comment_id,
                    score=comment.score,
                    version=version,
                    at=at,
                )
        return Tally(up=up, down=down, mine=value)

    def of(self, comment_ids: Sequence[str], voter_key: str) -> Mapping[str, Value]:
        """Return this voter's votes on the comments given."""
        asked = {"comments": list(comment_ids), "voter": voter_key}
        return {i: cast("Value", v) for i, v in self._connection.execute(_OF, asked)}
