"""One post for one key: a reader whose connection broke may send the same comment again.

The key is the sender's secret (at least 16 characters, a UUID does), and nobody else's can be
guessed: whoever knows key and words is given the first answer again, the author's token included.
What is kept for 24 hours tells neither key nor words: a hash of the one, and a hash of the others
keyed by it.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from palabre.application.ports import Repeat, Stored, UnitOfWork
from palabre.application.tokens import key_of
from palabre.domain.decision import DecisionRecord
from palabre.domain.errors import Code, Refusal

WINDOW = timedelta(hours=24)
# Visible ASCII, as an HTTP header carries it without thought.
_KEY = re.compile(r"[\x21-\x7e]{16,200}")


def checked(key: str) -> str:
    """Return the key, or refuse one that is too short to be a secret or no plain word."""
    if not _KEY.fullmatch(key):
        raise Refusal(Code.BAD_FIELD, field="Idempotency-Key")
    return key


def repeat_of(
    site_id: str, key: str, content: Iterable[str | None], *, comment_id: str, at: datetime
) -> Repeat:
    """Return what is kept of a post, to know it again."""
    words = json.dumps([*content], ensure_ascii=True).encode("ascii")
    return Repeat(
        key=hashlib.sha256(f"{site_id}\n{key}".encode()).hexdigest(),
        content=hmac.new(key.encode(), words, hashlib.sha256).hexdigest(),
        comment_id=comment_id,
        at=at,
    )


def token_for(secret: bytes, site_id: str, key: str) -> str:
    """Return the author's token of a post with a key: the same for the same key, and kept nowhere.

    Without the server's secret it cannot be computed, not even from the key.
    """
    message = f"author's token\n{site_id}\n{key}".encode()
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def first_answer(
    unit: UnitOfWork, earlier: Repeat, again: Repeat, tokens: Iterable[str | None]
) -> tuple[Stored, DecisionRecord, str]:
    """Return comment, first decision and token of a post that has been stored already.

    ``idempotency_conflict``: the key came with other words, the comment is gone, or none of the
    tokens at hand is its author's.
    """
    stored = unit.comments.stored(earlier.comment_id)
    mine = stored.comment.author_key if stored else None
    token = next((token for token in tokens if token and key_of(token) == mine), None)
    same = hmac.compare_digest(earlier.content, again.content)
    if not same or stored is None or stored.body is None or token is None:
        raise Refusal(Code.IDEMPOTENCY_CONFLICT, field="Idempotency-Key")
    return stored, unit.decisions.history(earlier.comment_id)[0], token
