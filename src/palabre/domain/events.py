"""What happened, as frozen values. The outbox stores these beside the change that caused them.

An event names things by identifier only: whoever handles it reads the present state, so that a
mail about a comment that has since been removed is never sent.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """The kinds of event; part of the contract with webhooks."""

    COMMENT_PUBLISHED = "comment.published"
    COMMENT_HELD = "comment.held"
    COMMENT_REFUSED = "comment.refused"
    COMMENT_EDITED = "comment.edited"
    COMMENT_DELETED = "comment.deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened to a comment."""

    id: str
    kind: EventKind
    site_id: str
    thread_id: str
    comment_id: str
    at: datetime
