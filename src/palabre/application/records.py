"""Turn decisions into lines of the log, and changes into events."""

from datetime import datetime

from palabre.application.tokens import commitment
from palabre.domain.comment import Body, Comment, Status
from palabre.domain.decision import (
    ENGINE,
    Actor,
    ActorKind,
    Decision,
    DecisionRecord,
    Verdict,
)
from palabre.domain.events import Event, EventKind
from palabre.domain.identifier import new_id

_KIND = {
    Status.PUBLISHED: EventKind.COMMENT_PUBLISHED,
    Status.HELD: EventKind.COMMENT_HELD,
    Status.REFUSED: EventKind.COMMENT_REFUSED,
    Status.DELETED: EventKind.COMMENT_DELETED,
}


def by_engine(
    comment: Comment, body: Body, decision: Decision, *, at: datetime, supersedes: str | None
) -> DecisionRecord:
    """Record what the engine decided on its own."""
    return DecisionRecord(
        id=new_id(at),
        comment_id=comment.id,
        revision=body.revision,
        decision=decision,
        actor=ENGINE,
        at=at,
        automated_detection=True,
        automated_decision=True,
        commitment=commitment(body.text, body.salt),
        supersedes=supersedes,
    )


def by_moderator(
    latest: DecisionRecord,
    decision: Decision,
    *,
    moderator_id: str,
    note: str | None,
    at: datetime,
) -> DecisionRecord:
    """Record what a moderator decided, after the latest decision on the same words.

    Detection counts as automated when the engine had pointed the comment out (DSA Art. 17(3)(c)).
    """
    pointed_out = latest.automated_detection and latest.decision.verdict is not Verdict.PUBLISH
    return DecisionRecord(
        id=new_id(at),
        comment_id=latest.comment_id,
        revision=latest.revision,
        decision=decision,
        actor=Actor(ActorKind.MODERATOR, moderator_id),
        at=at,
        automated_detection=pointed_out,
        automated_decision=False,
        commitment=latest.commitment,
        supersedes=latest.id,
        note=note,
    )


def event_of(
    comment: Comment, site_id: str, *, at: datetime, kind: EventKind | None = None
) -> Event:
    """Return the event that tells of a comment's present state."""
    return Event(
        id=new_id(at),
        kind=kind or _KIND[comment.status],
        site_id=site_id,
        thread_id=comment.thread_id,
        comment_id=comment.id,
        at=at,
    )
