"""A decision on a comment: what was found, what follows, who said so.

``Decision`` is the pure outcome: same text, facts, rules and versions, same Decision. A
``DecisionRecord`` is the line in the append-only log that adds who, when and what it supersedes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from palabre.domain.comment import Status

# The names of the scores that `palabre judge` writes, in its order.
SCORES = (
    "toxicity",
    "insult",
    "hate",
    "antisemitism",
    "racism",
    "threat",
    "profanity",
    "sexual",
    "spam",
    "defamation",
)


class Verdict(StrEnum):
    """What the house does with a comment, mildest first."""

    PUBLISH = "publish"
    HOLD = "hold"
    REFUSE = "refuse"

    @property
    def status(self) -> Status:
        """The state that a comment takes under this verdict."""
        return _STATUS[self]


_STATUS = {
    Verdict.PUBLISH: Status.PUBLISHED,
    Verdict.HOLD: Status.HELD,
    Verdict.REFUSE: Status.REFUSED,
}


class Span(NamedTuple):
    """A passage of the author's own text: Unicode code points, ``end`` exclusive."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One finding: which detector saw which symbol, how strongly (0 to 1), where in the text.

    No spans: the finding is about the whole comment or about its author's recent behaviour.
    """

    symbol: str
    score: float
    detector: str
    version: str
    spans: tuple[Span, ...] = ()


class GroundKind(StrEnum):
    """What a restriction rests on (DSA, Regulation (EU) 2022/2065, Art. 17(3)(d) and (e))."""

    LAW = "law"
    TERMS = "terms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The law or the house's clause on which a decision rests, by the rule that names it."""

    kind: GroundKind
    rule: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from a text under the house's rules.

    ``rules`` are the ids of the rules that decided, gravest first. ``not_checked`` names detectors
    that the rules require and that failed or are missing: they hold a comment. ``not_needed`` names
    detectors that a cheaper stage made superfluous: they do not. A score is None where nothing can
    give it. ``versions`` tells which version of each detector ran.
    """

    verdict: Verdict
    rules: tuple[str, ...]
    rules_version: str
    evidence: tuple[Evidence, ...] = ()
    scores: Mapping[str, float | None] = field(default_factory=dict)
    lang: str | None = None
    ground: Ground | None = None
    not_checked: tuple[str, ...] = ()
    not_needed: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


class ActorKind(StrEnum):
    """Who can decide."""

    ENGINE = "engine"
    MODERATOR = "moderator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who decided: the engine, or the moderator with this id."""

    kind: ActorKind
    id: str


ENGINE = Actor(ActorKind.ENGINE, "engine")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One line of the append-only log.

    ``commitment`` is HMAC-SHA-256 of the judged text under the body's salt, in hexadecimal: it
    proves which text was judged for as long as the salt exists, and says nothing once it is erased.
    ``note`` is the moderator's own sentence; it lives in a side row that erasure may delete.
    """

    id: str
    comment_id: str
    revision: int
    decision: Decision
    actor: Actor
    at: datetime
    automated_detection: bool
    automated_decision: bool
    commitment: str
    supersedes: str | None = None
    note: str | None = None
