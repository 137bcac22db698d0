"""What became of a comment, told to its author in words: the state, the reason, the rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from palabre.application.ports import Stored
from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind, Decision, DecisionRecord
from palabre.moderation.explain import Audience, explain
from palabre.moderation.rulebook import RuleBook
from palabre.web.house import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a page tells an author about a comment. ``kind`` is its state, and a CSS class."""

    kind: str
    title: str
    text: str
    why: str = ""
    rules: Sequence[str] = ()
    decided_by: str = ""


def notice_of(
    stored: Stored, record: DecisionRecord | None, rules: RuleBook, words: Catalogue
) -> Notice | None:
    """Return the notice on a comment in its present state; None for a deleted one."""
    status = stored.comment.status
    if status is Status.DELETED:
        return None
    title = words.say(f"notice.{status.value}.title")
    text = words.say(f"notice.{status.value}.text")
    if status is Status.PUBLISHED or record is None:
        return Notice(kind=status.value, title=title, text=text)
    # A moderator's decision rests on the rule alone; what the engine had found is not its reason.
    by_engine = record.actor.kind is ActorKind.ENGINE
    said = stored.body.text if stored.body else ""
    return Notice(
        kind=status.value,
        title=title,
        text=text,
        why=explain(record.decision, rules, words, said, Audience.AUTHOR) if by_engine else "",
        rules=sentences(record.decision, rules, words.lang),
        decided_by=words.say(f"notice.decided_by.{record.actor.kind.value}"),
    )


def sentences(decision: Decision, rules: RuleBook, lang: str) -> tuple[str, ...]:
    """Return the sentences of the rules that decided, gravest first."""
    found = (rules.rule(identifier) for identifier in decision.rules)
    return tuple(rule.sentence(lang) for rule in found if rule is not None)
