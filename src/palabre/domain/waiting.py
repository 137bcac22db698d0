"""What waits for a moderator: how urgent it is and why, who reads it, and at which level.

The order is a static key, so that an index keeps it: expected harm and reach as powers of ten, less
the moment of arrival. What has waited ``TENFOLD`` weighs as much as what does ten times the harm or
is read by ten times as many. The key changes when something happens to the comment, never by time
passing alone.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TENFOLD = timedelta(hours=12)
LEASE = timedelta(minutes=10)  # how long a moderator keeps what they read to themselves
UNKNOWN_HARM = 0.3  # of what was held without a score, such as a check that failed
# What one report adds: so much of the doubt that is left, in favour of the comment, goes.
_REPORTED = 0.2
_LEAST_HARM = 0.01


class Level(StrEnum):
    """Which desk a comment waits at."""

    DESK = "desk"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """Why a comment is as urgent as it is.

    ``harm`` (0 to 1) is how probable a breach is, times how grave the ``rule`` is (None: no rule
    acted), before anybody reported it; ``reach`` counts the comments of the conversation so far;
    ``votes`` and ``reports`` are those on the comment itself.
    """

    harm: float = UNKNOWN_HARM
    reach: int = 0
    rule: str | None = None
    votes: int = 0
    reports: int = 0

    @property
    def expected_harm(self) -> float:
        """The harm with what its reports add to it."""
        return 1 - (1 - self.harm) * (1 - _REPORTED) ** self.reports

    def key(self, at: datetime) -> float:
        """Return the place in the queue of what came ``at``: the highest is read first."""
        seen = 1 + max(self.reach, 0) + max(self.votes, 0)
        weighed = math.log10(max(self.expected_harm, _LEAST_HARM)) + math.log10(seen)
        return round(weighed - at.timestamp() / TENFOLD.total_seconds(), 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A comment's place in the queue.

    ``group`` is the comment that it is a near copy of (its own id: of none); ``claimed_by`` counts
    until ``claimed_until`` and not after.
    """

    comment_id: str
    site_id: str
    section_id: str | None
    weight: Weight
    priority: float
    entered_at: datetime
    level: Level = Level.DESK
    group: str
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    assigned_to: str | None = None

    def reader(self, now: datetime) -> str | None:
        """Return who reads it at present."""
        if self.claimed_until is None or self.claimed_until <= now:
            return None
        return self.claimed_by
