"""A comment that is held takes its place in the queue: weighed, and beside its near copies."""

from palabre.application.near_copies import bands, closest, signature
from palabre.application.ports import Stored, UnitOfWork
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.decision import Decision
from palabre.domain.waiting import UNKNOWN_HARM, Weight

# What a breach does to whoever reads it, 0 to 1: by the score that tells how probable it is.
GRAVITY = {
    "threat": 1.0,
    "antisemitism": 1.0,
    "racism": 1.0,
    "hate": 0.95,
    "defamation": 0.7,
    "sexual": 0.6,
    "insult": 0.6,
    "toxicity": 0.5,
    "profanity": 0.3,
    "spam": 0.3,
}
_COMPARED = 50


def enter(unit: UnitOfWork, stored: Stored, decision: Decision, thread: Thread) -> None:
    """Weigh a held comment and find what it nearly repeats; of no effect on any other."""
    comment = stored.comment
    if comment.status is not Status.HELD:
        return
    unit.work.weigh(comment.id, weight_of(decision, thread), comment.created_at)
    signed = signature(stored.body.text) if stored.body else None
    if signed is None:
        return
    keys = bands(thread.article.site_id, signed)
    group = closest(signed, unit.work.alike(keys, limit=_COMPARED))
    unit.work.join(comment.id, group or comment.id, signed, keys)


def weight_of(decision: Decision, thread: Thread) -> Weight:
    """Return how urgent a decision makes a comment in a thread."""
    weighed = [
        score * GRAVITY[name]
        for name, score in decision.scores.items()
        if score is not None and name in GRAVITY
    ]
    harm = max(weighed, default=UNKNOWN_HARM)
    if decision.not_checked:
        harm = max(harm, UNKNOWN_HARM)
    rule = decision.rules[0] if decision.rules else None
    return Weight(harm=round(harm, 3), reach=thread.public_count, rule=rule)
