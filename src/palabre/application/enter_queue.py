"""A comment that is held takes its place in the queue: weighed, and beside its near copies.

Places change with what happens: reports and votes on the comment, and the conversation's growth.
"""

from collections.abc import Sequence
from dataclasses import replace

from palabre.application.adviser_ports import BREACH, HARMLESS
from palabre.application.near_copies import bands, closest, signature
from palabre.application.ports import Stored, UnitOfWork
from palabre.domain.article import Thread
from palabre.domain.comment import Comment, Status
from palabre.domain.decision import Decision
from palabre.domain.ledger import LineKind
from palabre.domain.report import Category
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
# The same of what somebody reports: a report is a claim, and weighs less than a finding would.
CLAIMED = {
    Category.VIOLENCE: 0.7,
    Category.TERRORISM: 0.7,
    Category.MINORS: 0.9,
    Category.HATRED: 0.6,
    Category.DENIAL: 0.6,
    Category.PRIVACY: 0.5,
    Category.HARASSMENT: 0.5,
    Category.DEFAMATION: 0.4,
    Category.INSULT: 0.3,
}
_CLAIMED = 0.2  # of all others
_COMPARED = 50
_FOLLOWED = 500  # comments that wait and follow the growth of their conversations, at a time


def enter(
    unit: UnitOfWork, stored: Stored, decision: Decision, thread: Thread, *, is_new: bool = False
) -> None:
    """Weigh a held comment and find what it nearly repeats; of no effect on any other.

    ``is_new``: nobody can have reported it yet.
    """
    comment = stored.comment
    if comment.status is not Status.HELD:
        return
    reports = 0 if is_new else len(unit.ledger.of_comment(comment.id, LineKind.REPORT))
    weight = replace(weight_of(decision, thread), votes=comment.up + comment.down, reports=reports)
    unit.work.weigh(comment.id, weight, comment.created_at)
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
    for item in decision.evidence:
        if item.symbol == BREACH:
            harm = max(harm, item.score * GRAVITY["insult"])
        elif item.symbol == HARMLESS:
            harm *= 1 - item.score / 2  # read later, not unread
    rule = decision.rules[0] if decision.rules else None
    return Weight(harm=round(harm, 3), reach=thread.public_count, rule=rule)


def grown(unit: UnitOfWork, comment_ids: Sequence[str]) -> None:
    """Let what waits follow the growth of its conversation, after these comments were published.

    A tenth moves a place by half an hour; less is not worth writing.
    """
    for entry, reach in unit.work.outgrown(comment_ids, limit=_FOLLOWED):
        unit.work.weigh(entry.comment_id, replace(entry.weight, reach=reach), entry.entered_at)


def reported_weight(comment: Comment, thread: Thread, categories: Sequence[str]) -> Weight:
    """Return how urgent the open reports on a comment are, from the category of each."""
    harm = max((CLAIMED.get(Category(name), _CLAIMED) for name in categories), default=_CLAIMED)
    return Weight(
        harm=harm,
        reach=thread.public_count,
        votes=comment.up + comment.down,
        reports=len(categories) - 1,
    )


def stirred(unit: UnitOfWork, comment: Comment, thread: Thread) -> None:
    """Give the open reports on a comment their turn anew: it was voted on, or reported again."""
    waiting = [x for x in unit.ledger.waiting_on(comment.id) if x.kind is LineKind.REPORT]
    if waiting:
        weight = reported_weight(comment, thread, [str(x.content["category"]) for x in waiting])
        unit.ledger.reweigh([x.id for x in waiting], -weight.key(waiting[0].at))
