"""From events to mails: who is told of a comment, when, and how many comments go into one mail.

The worker calls it again and again. What it does is done in short transactions that can each be cut
off and done again; looking comes first, so that a comment nobody waits for costs no writer's turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from palabre.application.mail_ports import Mail, MailKind, Notice, Telling
from palabre.application.mail_tokens import address_hash
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.tell_desk import TellDesk
from palabre.domain.comment import Comment, Status
from palabre.domain.events import Event, EventKind
from palabre.domain.identifier import new_id
from palabre.domain.subscription import Pace

# An older event is no news: mail may have been switched off for a while, or the house.
STALE = timedelta(hours=48)
DIGEST = 50  # comments that one mail tells of

_EVENTS = 100
_AT_ONCE = 500  # notices made in one transaction, so that posts need not wait long
_ADDRESSES = 50
_HOUR = timedelta(hours=1)
_NEWS = (MailKind.NOTICE, MailKind.DIGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimits:
    """How much mail one address gets at most at once; the rest waits, and becomes a digest.

    ``digest_at`` is the hour at which daily digests leave, in ``zone``.
    """

    an_hour: int = 10
    of_thread: int = 3
    digest_at: int = 7
    zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class TellReaders:
    """The use case with the parts it works with. ``desk`` is told of what is held."""

    store: Store
    clock: Clock
    secret: bytes
    limits: MailLimits
    desk: TellDesk | None = None

    def events(self) -> int:
        """Turn waiting events into notices; return how many are dealt with."""
        now = self.clock()
        with self.store.reading() as unit:
            waiting = unit.outbox.waiting(limit=_EVENTS)
            tellings = {e.id: self._telling(unit, e, now) for e in waiting}
        if not waiting:
            return 0
        if self.desk is not None:
            self.desk.held([e for e in waiting if e.at >= now - STALE])
        with self.store.writing() as unit:
            mine = [e for e in unit.outbox.waiting(limit=_EVENTS) if e.id in tellings]
            silent = [e.id for e in mine if tellings[e.id] is None]
            unit.outbox.handled(silent, now)
        due = self._due(now)
        for event in mine:
            telling = tellings[event.id]
            if telling is not None:
                self._tell(event, telling, now, due)
        return len(mine)

    def gather(self) -> int:
        """Turn due notices into mails; return how many addresses were looked at."""
        now = self.clock()
        with self.store.reading() as unit:
            if not unit.mails.due_addresses(now, limit=1):
                return 0
        with self.store.writing() as unit:
            found = unit.mails.due_addresses(now, limit=_ADDRESSES)
            for hashed in found:
                self._gather(unit, hashed, now)
            return len(found)

    def _telling(self, unit: UnitOfWork, event: Event, now: datetime) -> Telling | None:
        if event.kind is not EventKind.COMMENT_PUBLISHED or event.at < now - STALE:
            return None
        stored = unit.comments.stored(event.comment_id)
        if stored is None or stored.comment.status is not Status.PUBLISHED:
            return None
        comment, email = stored.comment, stored.author.email
        telling = Telling(
            comment_id=comment.id,
            site_id=event.site_id,
            thread_id=comment.thread_id,
            parent_id=comment.parent_id,
            author_key=comment.author_key,
            above=tuple({c.author_key for c in ancestors(unit, comment)}),
            not_to=(address_hash(email, self.secret),) if email else (),
        )
        return telling if unit.mails.tells_anybody(telling) else None

    def _tell(
        self, event: Event, telling: Telling, now: datetime, due: Mapping[Pace, datetime]
    ) -> None:
        after: str | None = ""
        while after is not None:
            with self.store.writing() as unit:
                after = unit.mails.tell(telling, at=now, due=due, after=after, limit=_AT_ONCE)
                if after is None:
                    unit.outbox.handled([event.id], now)

    def _gather(self, unit: UnitOfWork, hashed: str, now: datetime) -> None:
        notices = unit.mails.due_notices(hashed, now)
        address = unit.subscriptions.address(hashed)
        if address is not None and address.pace is Pace.IMMEDIATE:
            notices = self._within_limits(unit, hashed, notices, now)
        for begin in range(0, len(notices), DIGEST):
            part = notices[begin : begin + DIGEST]
            threads = {n.thread_id for n in part}
            unit.mails.add(
                Mail(
                    id=new_id(now),
                    kind=MailKind.DIGEST if len(part) > 1 else MailKind.NOTICE,
                    address_hash=hashed,
                    site_id=part[0].site_id,
                    thread_id=threads.pop() if len(threads) == 1 else None,
                    subscription_id=part[0].subscription_id,
                    made_at=now,
                    due_at=now,
                ),
                comment_ids=[n.comment_id for n in part],
            )

    def _within_limits(
        self, unit: UnitOfWork, hashed: str, notices: Sequence[Notice], now: datetime
    ) -> Sequence[Notice]:
        """Return what may go now, and let the rest wait until an hour after the first of these."""
        lately = unit.mails.made_since(now - _HOUR, kinds=_NEWS, address_hash=hashed)
        until: dict[str, datetime] = {}
        for thread_id in {n.thread_id for n in notices}:
            here = [m.made_at for m in lately if m.thread_id == thread_id]
            if len(here) >= self.limits.of_thread:
                until[thread_id] = here[0] + _HOUR
            if len(lately) >= self.limits.an_hour:
                until[thread_id] = max(until.get(thread_id, now), lately[0].made_at + _HOUR)
        for thread_id, moment in until.items():
            late = [n.comment_id for n in notices if n.thread_id == thread_id]
            unit.mails.postpone(hashed, late, moment)
        return [n for n in notices if n.thread_id not in until]

    def _due(self, now: datetime) -> dict[Pace, datetime]:
        """Return when a notice made now leaves, by pace."""
        hour = now.replace(minute=0, second=0, microsecond=0) + _HOUR
        local = now.astimezone(self.limits.zone)
        at = time(self.limits.digest_at, tzinfo=self.limits.zone)
        day = local.date() if local.timetz() < at else local.date() + timedelta(days=1)
        return {
            Pace.IMMEDIATE: now,
            Pace.HOURLY: hour,
            Pace.DAILY: datetime.combine(day, at).astimezone(now.tzinfo),
        }


def ancestors(unit: UnitOfWork, comment: Comment) -> list[Comment]:
    """Return all comments that one answers, directly or not, the nearest first."""
    found: list[Comment] = []
    parent = unit.comments.get(comment.parent_id) if comment.parent_id else None
    while parent is not None:
        found.append(parent)
        parent = unit.comments.get(parent.parent_id) if parent.parent_id else None
    return found
