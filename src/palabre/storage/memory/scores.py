"""Most voted first, in the order of one moment, in memory."""

from collections.abc import Sequence
from datetime import datetime

from palabre.application.ports import EPOCH_LIFE, Position
from palabre.domain.comment import Comment
from palabre.domain.errors import Code, Refusal
from palabre.storage.memory.state import Row, State


def note(state: State, comment: Comment, *, version: int, at: datetime) -> None:
    """Note the score that a root had until the thread's present ``version``."""
    thread_id = comment.thread_id
    here = state.scores.get(thread_id, ())
    gone = [until for until, _, _, noted in here if noted <= at - EPOCH_LIFE]
    if gone:
        state.floors[thread_id] = max(gone)
        here = tuple(one for one in here if one[0] > max(gone))
    state.scores[thread_id] = (*here, (version, comment.id, comment.score, at))


def ranked(
    state: State, rows: Sequence[Row], thread_id: str, *, epoch: int, after: Position | None
) -> list[tuple[Row, int]]:
    """Return rows with the scores that they had at the epoch, in their order, after a position."""
    if epoch < state.floors.get(thread_id, 0):
        raise Refusal(Code.CURSOR_EXPIRED, field="after")
    then: dict[str, int] = {}
    for until, comment_id, score, _ in state.scores.get(thread_id, ()):
        if until > epoch:
            then.setdefault(comment_id, score)  # the oldest note after the epoch
    found = [(row, then.get(row.comment.id, row.comment.score)) for row in rows]
    found.sort(key=lambda one: (one[1], one[0].comment.id), reverse=True)
    return [
        (row, score)
        for row, score in found
        if after is None or (score, row.comment.id) < (after.score, after.id)
    ]
