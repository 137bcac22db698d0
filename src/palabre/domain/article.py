"""An article of a site, and the thread of comments under it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as its own site describes it; believed only from a registered origin."""

    site_id: str
    origin: str
    key: str
    url: str
    title: str
    lang: str
    section_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The comments under one article.

    ``version`` moves with every change a reader could see; ``public_count`` counts published
    comments. A thread closes at ``closes_at`` (None: stays open).
    """

    id: str
    article: Article
    created_at: datetime
    closes_at: datetime | None = None
    version: int = 0
    public_count: int = 0

    def is_open(self, now: datetime) -> bool:
        """Tell whether a reader may still write here."""
        return self.closes_at is None or now < self.closes_at
