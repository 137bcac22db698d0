"""The audit sample: a share of what the machine alone decided, which a person judges unseen.

What nobody looks at is never wrong: a rule that publishes an insult leaves no trace in any queue.
So a random share of all decisions of the machine, whatever they were, is put before moderators
without its verdict, and what they say is compared. Shares differ by verdict; each draw notes its
own, so that counts can be weighted back to all decisions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from palabre.domain.decision import DecisionRecord, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How much is drawn: ``shares`` (0 to 1) by verdict; ``twice`` of the drawn, by two people."""

    shares: Mapping[Verdict, float] = field(default_factory=dict)
    twice: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A decision that was drawn. ``share``: with what probability; ``wanted``: answers."""

    decision_id: str
    comment_id: str
    site_id: str
    section_id: str | None
    verdict: Verdict
    rules: tuple[str, ...]
    share: float
    wanted: int
    drawn_at: datetime
    answered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a moderator would have done: publish, or refuse under a rule."""

    decision_id: str
    moderator_id: str
    verdict: Verdict
    rule: str | None = None
    at: datetime

    @property
    def is_breach(self) -> bool:
        """Whether the moderator saw a breach."""
        return self.verdict is not Verdict.PUBLISH


def draw(
    record: DecisionRecord,
    place: tuple[str, str | None],
    sampling: Sampling,
    chance: Callable[[], float],
) -> Draw | None:
    """Return the draw of a decision of the machine, None where chance passes it over.

    ``place`` is (site, section); ``chance`` returns numbers from 0 (included) to 1 (excluded).
    """
    share = sampling.shares.get(record.decision.verdict, 0.0)
    if chance() >= share:
        return None
    return Draw(
        decision_id=record.id,
        comment_id=record.comment_id,
        site_id=place[0],
        section_id=place[1],
        verdict=record.decision.verdict,
        rules=record.decision.rules,
        share=share,
        wanted=2 if chance() < sampling.twice else 1,
        drawn_at=record.at,
    )
