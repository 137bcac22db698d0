"""How far a reader is trusted, by what became of their comments and by what moderators decided.

A reader is an author's token: no account, no address. What is computed can be computed again by
anybody from the figures on the reader's own page; what moderators set has a rule, an end and a
statement of reasons, and goes before it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# The rule, as docs/how-to/surge.md prints it.
KNOWN_AFTER = 3  # published comments
TRUSTED_AFTER = 20
TRUSTED_AGE = timedelta(days=14)  # since the first comment
KNOWN_SHARE, TRUSTED_SHARE = 5, 20  # published comments for each refused one, at least


class Trust(StrEnum):
    """The steps of the ladder; the last three are set by moderators and by nobody else."""

    NEW = "new"
    KNOWN = "known"
    TRUSTED = "trusted"
    WATCHED = "watched"  # everything is read before it is published
    SUSPENDED = "suspended"
    BANNED = "banned"


SET_BY_HAND = (Trust.WATCHED, Trust.SUSPENDED, Trust.BANNED)
SHUT_OUT = frozenset({Trust.SUSPENDED, Trust.BANNED})
# How long each lasts unless a moderator says otherwise: days.
DEFAULT_DAYS = {Trust.WATCHED: 30, Trust.SUSPENDED: 7, Trust.BANNED: 365}
MAX_DAYS = {Trust.WATCHED: 365, Trust.SUSPENDED: 90, Trust.BANNED: 1825}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What moderators of a site set on a reader.

    ``rule``: the rule of the house that it rests on; ``comment_id``: the comment it was set on;
    ``statement_id``: the statement of reasons in the ledger. It ends at ``until``.
    """

    author_key: str
    site_id: str
    trust: Trust
    rule: str
    comment_id: str
    set_at: datetime
    set_by: str
    until: datetime
    statement_id: str | None = None

    def holds(self, now: datetime) -> bool:
        """Tell whether it is in force."""
        return now < self.until


def earned(published: int, refused: int, first: datetime | None, now: datetime) -> Trust:
    """Return how far a record speaks for its author."""
    if published < KNOWN_AFTER or published < KNOWN_SHARE * refused:
        return Trust.NEW
    old = first is not None and now - first >= TRUSTED_AGE
    if old and published >= TRUSTED_AFTER and published >= TRUSTED_SHARE * refused:
        return Trust.TRUSTED
    return Trust.KNOWN
