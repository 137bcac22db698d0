"""Cursors: where a reader's next page begins, as an opaque text.

A cursor names the last comment shown and its sort, so that what is posted meanwhile moves nothing
that was already read. One of the sort ``top`` also names the score that the comment was shown at,
and the epoch: the thread's version at which its reader began.
"""

import base64
import binascii

from palabre.application.ports import Position, Sort
from palabre.domain.comment import Comment
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id

_SCORES = range(-(2**31), 2**31)
_EPOCHS = range(2**63)


def encode(sort: Sort, last: Comment) -> str:
    """Return the cursor after ``last``, in an order that votes do not move."""
    return _written(sort, 0, last.id, 0)


def encode_top(last: Comment, *, score: int, epoch: int) -> str:
    """Return the cursor after ``last``, which had ``score`` at the epoch."""
    return _written(Sort.TOP, score, last.id, epoch)


def decode(text: str, sort: Sort) -> Position:
    """Return the position that a cursor of this sort names, or refuse with ``bad_cursor``."""
    return _read(text, sort)[0]


def decode_top(text: str) -> tuple[Position, int]:
    """Return the position and the epoch that a cursor of the sort ``top`` names, or refuse."""
    return _read(text, Sort.TOP)


def _written(sort: Sort, score: int, comment_id: str, epoch: int) -> str:
    plain = f"{sort.value}|{score}|{comment_id}|{epoch}".encode("ascii")
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode("ascii")


def _read(text: str, sort: Sort) -> tuple[Position, int]:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        plain = base64.urlsafe_b64decode(padded).decode("ascii")
        kind, score_text, comment_id, epoch_text = plain.split("|")
        score, epoch = int(score_text), int(epoch_text)
    except (ValueError, binascii.Error):
        raise Refusal(Code.BAD_CURSOR, field="after") from None
    if kind != sort.value or not is_id(comment_id) or score not in _SCORES or epoch not in _EPOCHS:
        raise Refusal(Code.BAD_CURSOR, field="after")
    return Position(id=comment_id, score=score), epoch
