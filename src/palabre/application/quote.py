"""The passage of an article that a comment is about: its words are judged, and are not its own."""

from dataclasses import replace

from palabre.domain.decision import Decision, Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.passage import FIELD, Passage, checked

# Named among what was not checked: whether a passage's words are the article's.
UNKNOWN_QUOTE = "passage"


def passage_of(passage: Passage | None, parent: str | None) -> Passage | None:
    """Return the passage that a comment is about; an answer (``bad_field``) has its root's."""
    if passage is None:
        return None
    if parent is not None:
        raise Refusal(Code.BAD_FIELD, field=FIELD, expected="null: an answer has its root's")
    return checked(passage)


def with_quote(decision: Decision, on_quote: Decision) -> Decision:
    """Hold a comment whose passage the rules would not let through.

    Nobody here knows the article: the words may be its own, or a way round the judge, and only a
    human can tell. What the rules found in them is not the commenter's, and is not kept.
    """
    if on_quote.verdict is Verdict.PUBLISH or decision.verdict is not Verdict.PUBLISH:
        return decision
    return replace(
        decision, verdict=Verdict.HOLD, not_checked=(*decision.not_checked, UNKNOWN_QUOTE)
    )
