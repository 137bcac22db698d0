"""A pseudonym that a guest keeps: theirs on one site, by a mail address that said yes.

Whoever holds the author's token wrote under it; whoever reads the address's mail may have that
token on another device. On one site a pseudonym has one keeper, a keeper one pseudonym, and so has
an address.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# Time for a server that lets strangers' mail wait (greylisting), and no more: the link is a key.
LINK_LASTS = timedelta(hours=2)
# From the page of that link to the article and its exchange there.
CODE_LASTS = timedelta(minutes=10)


class Asks(StrEnum):
    """What a link was asked for."""

    KEEP = "keep"
    OPEN = "open"  # the pseudonym that the address keeps, on one more device


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonym:
    """A kept pseudonym.

    ``name_key`` is what it is compared by: names that look alike have one. ``author_key`` is the
    hash of its keeper's token, ``sealed`` the token itself under the house's secret, so that the
    store alone opens nothing. ``address`` is never shown.
    """

    id: str
    site_id: str
    author_key: str
    name: str
    name_key: str
    address_hash: str
    address: str = field(repr=False)
    sealed: bytes = field(repr=False)
    lang: str
    kept_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link on its way to an address. What is to be kept comes with it; to ``OPEN`` needs nothing.

    ``url`` is the article to go back to. ``code_key`` and ``code_at``: the hash of the code for
    which the article's page gets the token, and when the link was used for it.
    """

    id: str
    site_id: str
    asks: Asks
    address_hash: str
    address: str = field(repr=False)
    lang: str
    url: str
    asked_at: datetime
    name: str | None = None
    name_key: str | None = None
    author_key: str | None = None
    sealed: bytes | None = field(default=None, repr=False)
    code_key: str | None = None
    code_at: datetime | None = None

    def opens(self, now: datetime) -> bool:
        """Tell whether the link has not been used and may still be."""
        return self.code_at is None and now < self.asked_at + LINK_LASTS

    def exchanges(self, now: datetime) -> bool:
        """Tell whether its code is still good."""
        return self.code_at is not None and now < self.code_at + CODE_LASTS
