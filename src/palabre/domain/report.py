"""What a comment can be reported for, and what can come of it (DSA, Regulation (EU) 2022/2065).

The categories are those of a French press site in plain words (law of 29 July 1881 on the press,
penal code), each with its name in the Commission's lists, so that figures and statements add up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from palabre.domain.errors import Code, Refusal

# Art. 20(1): complaints for at least six months after the decision, in days to be safe.
APPEAL_WITHIN = timedelta(days=184)


class DsaName(NamedTuple):
    """A category and a keyword of the DSA Transparency Database."""

    category: str
    keyword: str


class Category(StrEnum):
    """Why somebody reports a comment."""

    INSULT = "insult"
    DEFAMATION = "defamation"
    HATRED = "hatred"  # insult, defamation or incitement for what people are
    VIOLENCE = "violence"  # threats, calls to violence
    DENIAL = "denial"  # of crimes against humanity
    TERRORISM = "terrorism"
    HARASSMENT = "harassment"
    PRIVACY = "privacy"
    MINORS = "minors"  # sexual abuse of children
    SCAM = "scam"
    RIGHTS = "rights"  # copyright and the like
    OTHER_LAW = "other_law"
    HOUSE = "house"  # against the house's rules, not against the law

    @property
    def dsa(self) -> DsaName:
        """Its name in the Commission's lists."""
        category, keyword = _DSA[self]
        return DsaName(f"STATEMENT_CATEGORY_{category}", f"KEYWORD_{keyword}")

    @property
    def is_urgent(self) -> bool:
        """Whether life or safety may be at stake (Art. 18)."""
        return self in {Category.VIOLENCE, Category.TERRORISM, Category.MINORS}

    @property
    def may_be_nameless(self) -> bool:
        """Whether a complete notice needs no name and no address (Art. 16(2)(c))."""
        return self is Category.MINORS


_SPEECH = "ILLEGAL_OR_HARMFUL_SPEECH"
_DSA = {
    Category.INSULT: (_SPEECH, "OTHER"),
    Category.DEFAMATION: (_SPEECH, "DEFAMATION"),
    Category.HATRED: (_SPEECH, "HATE_SPEECH"),
    Category.VIOLENCE: ("VIOLENCE", "INCITEMENT_VIOLENCE_HATRED"),
    Category.DENIAL: (_SPEECH, "HATE_SPEECH"),
    Category.TERRORISM: ("RISK_FOR_PUBLIC_SECURITY", "TERRORIST_CONTENT"),
    Category.HARASSMENT: ("CYBER_VIOLENCE", "CYBER_HARASSMENT"),
    Category.PRIVACY: ("DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", "OTHER"),
    Category.MINORS: ("PROTECTION_OF_MINORS", "CHILD_SEXUAL_ABUSE_MATERIAL"),
    Category.SCAM: ("SCAMS_AND_FRAUD", "OTHER"),
    Category.RIGHTS: ("INTELLECTUAL_PROPERTY_INFRINGEMENTS", "COPYRIGHT_INFRINGEMENT"),
    Category.OTHER_LAW: (_SPEECH, "OTHER"),
    Category.HOUSE: ("OTHER_VIOLATION_TC", "OTHER"),
}


class Source(StrEnum):
    """How a comment came to be looked at, as the Transparency Database names it (Art. 17(3)(b))."""

    NOTICE = "SOURCE_ARTICLE_16"
    TRUSTED = "SOURCE_TRUSTED_FLAGGER"
    OTHER = "SOURCE_TYPE_OTHER_NOTIFICATION"  # told of, but not by a complete notice
    OWN = "SOURCE_VOLUNTARY"


class Outcome(StrEnum):
    """What was decided on a report."""

    REMOVED = "removed"
    KEPT = "kept"
    GONE = "gone"  # it stood nowhere any more


class Finding(StrEnum):
    """What was decided on an appeal."""

    UPHELD = "upheld"  # the first decision stands
    REVERSED = "reversed"
    PARTLY = "partly"  # it stands on another ground
    OMITTED = "omitted"  # late, or about nothing that can be decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A notice as somebody sends it (Art. 16(2)). ``email`` None: nobody can be answered."""

    comment_ids: tuple[str, ...]
    category: Category
    why: str
    name: str | None = None
    email: str | None = None
    in_good_faith: bool = False
    lang: str = "fr"
    flagger: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it has all that Article 16(2) names."""
        known = bool(self.name and self.email) or self.category.may_be_nameless
        return known and self.in_good_faith


def require_in_time(decided_at: datetime, now: datetime) -> None:
    """Refuse a complaint that comes later than six months after the decision (Art. 20(1))."""
    if now > decided_at + APPEAL_WITHIN:
        raise Refusal(Code.APPEAL_TOO_LATE)


def number_of(line_id: str) -> str:
    """Return the number by which people name a report: short, and not to be guessed from another.

    It is the random end of the identifier: eight letters and digits in two groups.
    """
    end = line_id.replace("-", "")[-8:].upper()
    return f"{end[:4]}-{end[4:]}"
