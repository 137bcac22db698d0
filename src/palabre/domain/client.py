"""Programs that ask this house to judge their comments, by key; what they asked, what they taught.

A key belongs to one site. It is 12 characters of ``a-z0-9``, since that is what Akismet's clients
take for a key; 62 random bits, shown once and kept as a hash.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

KEY_LENGTH = 12
KEY_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class KeyRole(StrEnum):
    """Whose word a key carries when it says what is spam."""

    CLIENT = "client"  # anybody who can press a button on that site: noted, not learned by itself
    MODERATOR = "moderator"  # the newsroom's own word: as good as a decision at the desk


class SpamWhen(StrEnum):
    """From which of the house's verdicts on a key's answer to "is it spam?" is yes."""

    SPAM = "spam"  # the rules on spam alone
    REFUSED = "refused"  # and whatever any house rule refuses
    HELD = "held"  # and whatever any house rule holds


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is kept. ``hint`` are its first four characters, to tell keys apart in a list.

    ``own_site_only``: its calls must name a ``blog`` on one of the site's origins.
    """

    id: str
    site_id: str
    key_hash: str
    hint: str
    label: str
    role: KeyRole
    spam_when: SpamWhen
    own_site_only: bool
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What a key asked and told: numbers of calls.

    ``spam`` and ``ham`` are answers given; ``missed_spam`` and ``false_positives`` are corrections
    received (submit-spam, submit-ham).
    """

    calls: int = 0
    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.calls + other.calls,
            self.spam + other.spam,
            self.ham + other.ham,
            self.missed_spam + other.missed_spam,
            self.false_positives + other.false_positives,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The counts of a key for one month ("2026-11", UTC) and one ``blog``; "": Perspective."""

    key_id: str
    month: str
    blog: str
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledExample:
    """What a key's holder says of a text: score name (``domain.decision.SCORES``) -> 0 to 1.

    submit-spam is ``{"spam": 1.0}``, submit-ham ``{"spam": 0.0}``; suggestscore gives any of them.
    ``by_moderator``: the key has the moderator's role. ``taken_back_at``: it no longer counts.
    """

    id: str
    key_id: str
    site_id: str
    at: datetime
    text: str
    lang: str | None = None
    labels: Mapping[str, float] = field(default_factory=dict)
    by_moderator: bool = False
    taken_back_at: datetime | None = None
