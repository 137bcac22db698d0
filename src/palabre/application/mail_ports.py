"""What subscriptions and mail need from the store; ``ports`` puts them into the unit of work.

Three queues follow each other, so that a kill at any moment loses nothing. Events (stored with the
comment) become notices: this address is to be told of this comment. Notices become mails: one of
them, or many together as a digest, never to be changed afterwards. Mails are taken for a while
(``take``), and come back by themselves when whoever took them died.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from palabre.domain.subscription import Act, Kind, MailAddress, Pace, Stop, Subscription


class MailKind(StrEnum):
    """What a mail is for."""

    CONFIRM = "confirm"
    KNOWN = "known"  # the answer to a request for what is subscribed to already
    NOTICE = "notice"  # one comment
    DIGEST = "digest"  # several
    DESK_URGENT = "desk_urgent"
    DESK_QUEUE = "desk_queue"
    DESK_WEEK = "desk_week"
    DATA = "data"  # the link to all that is held on an address
    LAW = "law"  # what the law has us tell somebody: a line of the ledger, in words
    PSEUDONYM = "pseudonym"  # the link by which one is kept, or opened on one more device


class MailState(StrEnum):
    """Where a mail stands. All but ``WAITING`` are final."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"  # nothing left to say, or nobody to say it to
    FAILED = "failed"  # refused for good, or for too long


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to be sent. What it says is read when it is sent.

    ``slot`` names what may exist once only (this week's line to this address).
    """

    id: str
    kind: MailKind
    address_hash: str
    site_id: str
    thread_id: str | None = None
    subscription_id: str | None = None
    slot: str | None = None
    made_at: datetime
    due_at: datetime
    attempts: int = 0
    state: MailState = MailState.WAITING
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One address is to be told of one comment, by reason of one subscription."""

    address_hash: str
    comment_id: str
    subscription_id: str
    site_id: str
    thread_id: str
    made_at: datetime
    due_at: datetime
    mail_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A published comment, as far as it decides who is told of it.

    ``above`` are the authors of all comments that it answers, directly or not; ``not_to`` are
    hashes of addresses that wrote it.
    """

    comment_id: str
    site_id: str
    thread_id: str
    parent_id: str | None
    author_key: str
    above: tuple[str, ...]
    not_to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentLine:
    """One line of the record of consent: what was said yes or no to, when, in which words.

    It holds neither the address nor where the request came from.
    """

    address_hash: str
    subscription_id: str
    site_id: str
    kind: Kind
    act: Act
    text: str
    lang: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What the judge and the moderators did: decisions by actor and verdict, and those undone."""

    by_engine: Mapping[str, int]
    by_moderators: Mapping[str, int]
    overturned: int


class Subscriptions(Protocol):
    """Addresses, what they subscribed to, and the record of their consent."""

    def address(self, address_hash: str) -> MailAddress | None: ...  # noqa: D102
    def keep(self, address: MailAddress) -> None:
        """Store an address, or replace all that is known of it."""

    def ask(self, subscription: Subscription) -> None:
        """Store a request; its address is kept already."""

    def get(self, subscription_id: str) -> Subscription | None:
        """Return a subscription; None, too, for text that is no identifier."""

    def of_address(self, address_hash: str) -> Sequence[Subscription]:
        """Return all that an address asked for, confirmed or not, oldest first."""

    def confirm(self, subscription_id: str, at: datetime) -> None:
        """Let a request count; its address is confirmed by it."""

    def end(self, subscription_ids: Sequence[str]) -> None:
        """Remove subscriptions and the notices that nobody has taken up yet.

        An address that is left with none is removed, unless it must be left alone.
        """

    def record(self, line: ConsentLine) -> None:
        """Append to the record of consent."""

    def consents(self, address_hash: str) -> Sequence[ConsentLine]:
        """Return the record of one address, oldest first."""

    def expired(self, before: datetime, *, limit: int) -> Sequence[Subscription]:
        """Return requests from before a moment that were never confirmed."""

    def forget(self, address_hash: str) -> None:
        """Remove all that is held on an address: the record, notices and mails included."""


class Mails(Protocol):
    """Notices and mails on their way."""

    def tells_anybody(self, telling: Telling) -> bool:
        """Tell whether ``tell`` would find anybody: by a look, before a transaction writes."""

    def tell(
        self,
        telling: Telling,
        *,
        at: datetime,
        due: Mapping[Pace, datetime],
        after: str,
        limit: int,
    ) -> str | None:
        """Make notices for at most ``limit`` addresses, by hash from ``after`` on.

        Return the hash to go on after, None when all are told. Telling again changes nothing.
        """

    def due_addresses(self, now: datetime, *, limit: int) -> Sequence[str]:
        """Return addresses with due notices that are in no mail yet; a writer keeps them to
        itself until it commits."""  # noqa: D205, D209

    def due_notices(self, address_hash: str, now: datetime) -> Sequence[Notice]:
        """Return the due notices of one address that are in no mail yet, oldest first."""

    def postpone(self, address_hash: str, comment_ids: Sequence[str], until: datetime) -> None:
        """Let notices wait."""

    def made_since(
        self, since: datetime, *, kinds: Sequence[MailKind], address_hash: str
    ) -> Sequence[Mail]:
        """Return the mails made for an address since a moment, oldest first; dropped ones do not
        count."""  # noqa: D205, D209

    def count_since(self, since: datetime, *, kind: MailKind, site_id: str) -> int:
        """Count the mails of one kind made for one site since a moment."""

    def add(self, mail: Mail, *, comment_ids: Sequence[str] = ()) -> bool:
        """Store a mail and what it tells of; False when its slot is taken already."""

    def is_due(self, now: datetime) -> bool:
        """Tell whether ``take`` would find a mail."""

    def take(self, now: datetime, *, until: datetime, limit: int) -> Sequence[Mail]:
        """Return due mails, oldest first; nobody else is given them before ``until``."""

    def get(self, mail_id: str) -> Mail | None: ...  # noqa: D102
    def notices(self, mail_id: str) -> Sequence[Notice]:
        """Return what a mail tells of, oldest comment first."""

    def settle(self, mail_id: str, state: MailState, at: datetime, reason: str | None) -> None:
        """Note how it ended."""

    def retry(self, mail_id: str, due_at: datetime, *, counts: bool) -> None:
        """Let a mail come again at a moment; ``counts``: it was an attempt."""

    def stop(self, address_hash: str, why: Stop, at: datetime) -> None:
        """Send nothing more to an address: forget it, end what it has, drop what waits."""

    def waiting(self) -> Mapping[str, int]:
        """Count what is under way: events, notices, mails."""

    def week(self, site_id: str, since: datetime) -> Week:
        """Count what was decided on a site since a moment."""
