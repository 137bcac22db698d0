"""Who asked to be told of what by mail, and the states a mail goes through.

A guest's subscription counts only once its address has said yes to a mail (double opt-in). A wider
one takes the place of narrower ones, so that one comment is never told of twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A request can be confirmed for this long; an address that never does is forgotten after the other.
CONFIRM_WITHIN = timedelta(days=7)
UNCONFIRMED_FOR = timedelta(days=30)


class Kind(StrEnum):
    """What a subscription is about, from the narrowest to the widest within one article."""

    COMMENT = "comment"  # direct answers to one comment
    MINE = "mine"  # answers, however deep, to one's own comments under one article
    EVERYWHERE = "everywhere"  # the same on the whole site
    THREAD = "thread"  # every comment under one article


class Pace(StrEnum):
    """How often an address wants mail."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"


class Stop(StrEnum):
    """Why an address gets no mail any more."""

    BOUNCED = "bounced"  # the address does not exist, or refuses for good
    COMPLAINED = "complained"  # its owner called a mail of ours unwanted
    UNCONFIRMED = "unconfirmed"  # it was given by somebody and never said yes


class Act(StrEnum):
    """What the record of consent tells of."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    LEFT = "left"
    REPLACED = "replaced"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAddress:
    """An address that asked for mail. ``hash`` is its keyed hash, by which everything refers to it.

    ``address`` None: the address itself is forgotten, only the reason to leave it alone is kept.
    """

    hash: str
    address: str | None
    lang: str
    pace: Pace = Pace.IMMEDIATE
    created_at: datetime
    confirmed_at: datetime | None = None
    stopped: Stop | None = None
    stopped_at: datetime | None = None
    soft_bounces: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One thing that an address asked to be told of.

    ``thread_id`` is None for ``EVERYWHERE`` only, ``comment_id`` set for ``COMMENT`` only.
    ``author_key`` is the hash of the author's token that the request came with, if any: it tells
    which comments are "mine", and whose own comments need no mail.
    """

    id: str
    address_hash: str
    site_id: str
    kind: Kind
    thread_id: str | None = None
    comment_id: str | None = None
    author_key: str | None = None
    lang: str
    asked_at: datetime
    confirmed_at: datetime | None = None

    @property
    def scope(self) -> tuple[str, Kind, str | None, str | None, str | None]:
        """What two requests have in common when one of them is a repetition of the other."""
        own = self.author_key if self.kind in {Kind.MINE, Kind.EVERYWHERE} else None
        return (self.site_id, self.kind, self.thread_id, self.comment_id, own)

    def can_be_confirmed(self, now: datetime) -> bool:
        """Tell whether a yes still counts."""
        return self.confirmed_at is None and now < self.asked_at + CONFIRM_WITHIN

    def covers(self, other: "Subscription") -> bool:
        """Tell whether all that ``other`` would tell of is told of by this one as well.

        Whether a single comment is one's own is not known here: ``MINE`` covers what was asked for
        with the same author's token.
        """
        if other.id == self.id or other.site_id != self.site_id:
            return False
        if other.scope == self.scope:
            return True
        same_thread = other.thread_id is not None and other.thread_id == self.thread_id
        same_author = self.author_key is not None and other.author_key == self.author_key
        if self.kind is Kind.THREAD:
            return same_thread
        if self.kind is Kind.MINE:
            return same_thread and same_author and other.kind is Kind.COMMENT
        if self.kind is Kind.EVERYWHERE:
            return same_author and other.kind in {Kind.COMMENT, Kind.MINE}
        return False
