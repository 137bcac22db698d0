"""Cursors: where a reader's next page begins, as an opaque text.

A cursor names the last comment shown and its sort, so that what is posted or voted on meanwhile
moves nothing that was already read.
"""

import base64
import binascii

from palabre.application.ports import Position, Sort
from palabre.domain.comment import Comment
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id

_MAX_SCORE = 2**31 - 1  # no thread has more voters, and no column holds more


def encode(sort: Sort, last: Comment) -> str:
    """Return the cursor after ``last``."""
    plain = f"{sort.value}|{last.score}|{last.id}".encode("ascii")
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode("ascii")


def decode(text: str, sort: Sort) -> Position:
    """Return the position that a cursor of this sort names, or refuse with ``bad_cursor``."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        kind, score, comment_id = base64.urlsafe_b64decode(padded).decode("ascii").split("|")
        position = Position(id=comment_id, score=int(score))
    except (ValueError, binascii.Error):
        raise Refusal(Code.BAD_CURSOR, field="after") from None
    if kind != sort.value or not is_id(comment_id) or abs(position.score) > _MAX_SCORE:
        raise Refusal(Code.BAD_CURSOR, field="after")
    return position
