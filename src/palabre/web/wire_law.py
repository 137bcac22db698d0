"""What reports look like over the wire."""

from typing import Literal

import msgspec

CategoryName = Literal[
    "insult",
    "defamation",
    "hatred",
    "violence",
    "denial",
    "terrorism",
    "harassment",
    "privacy",
    "minors",
    "scam",
    "rights",
    "other_law",
    "house",
]


class ReportBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A notice of a comment (DSA, Art. 16); ``good_faith`` must be true."""

    category: CategoryName
    why: str
    good_faith: bool
    name: str | None = None
    email: str | None = None
    lang: str | None = None


class ReportedOut(msgspec.Struct, kw_only=True):
    """The number by which the report is known, and the page that says what became of it."""

    number: str
    link: str
