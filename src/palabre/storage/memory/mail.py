"""Notices and mails in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.mail_ports import Mail, MailKind, MailState, Notice, Telling, Week
from palabre.domain.decision import ActorKind, DecisionRecord
from palabre.domain.subscription import Kind, Pace, Stop, Subscription
from palabre.storage.memory.state import State
from palabre.storage.memory.subscriptions import drop, loose


class MemoryMails:
    """Notices and mails on their way."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._mails = state.mails

    def tells_anybody(self, telling: Telling) -> bool:
        """Tell whether ``tell`` would find anybody."""
        return bool(self._told(telling, ""))

    def tell(
        self,
        telling: Telling,
        *,
        at: datetime,
        due: Mapping[Pace, datetime],
        after: str,
        limit: int,
    ) -> str | None:
        """Make notices for the next addresses; return the hash to go on after."""
        found = self._told(telling, after)[:limit]
        for subscription in found:
            key = (subscription.address_hash, telling.comment_id)
            if key not in self._state.notices:
                pace = self._state.addresses[subscription.address_hash].pace
                self._state.notices[key] = Notice(
                    address_hash=subscription.address_hash,
                    comment_id=telling.comment_id,
                    subscription_id=subscription.id,
                    site_id=telling.site_id,
                    thread_id=telling.thread_id,
                    made_at=at,
                    due_at=due[pace],
                )
        return found[-1].address_hash if len(found) == limit else None

    def due_addresses(self, now: datetime, *, limit: int) -> Sequence[str]:
        """Return addresses with due notices that are in no mail yet."""
        due = sorted((n for n in loose(self._state) if n.due_at <= now), key=lambda n: n.due_at)
        return list(dict.fromkeys(n.address_hash for n in due[:limit]))

    def due_notices(self, address_hash: str, now: datetime) -> Sequence[Notice]:
        """Return the due notices of one address that are in no mail yet."""
        found = (n for n in loose(self._state) if n.address_hash == address_hash)
        return sorted((n for n in found if n.due_at <= now), key=lambda n: n.comment_id)

    def postpone(self, address_hash: str, comment_ids: Sequence[str], until: datetime) -> None:
        """Let notices wait."""
        for notice in list(loose(self._state)):
            if notice.address_hash == address_hash and notice.comment_id in comment_ids:
                self._keep(replace(notice, due_at=until))

    def made_since(
        self, since: datetime, *, kinds: Sequence[MailKind], address_hash: str
    ) -> Sequence[Mail]:
        """Return the mails made for an address since a moment, without dropped ones."""
        return [
            m
            for m in sorted(self._mails.values(), key=lambda m: m.made_at)
            if m.address_hash == address_hash and m.made_at > since and m.kind in kinds
            if m.state is not MailState.DROPPED
        ]

    def count_since(self, since: datetime, *, kind: MailKind, site_id: str) -> int:
        """Count the mails of one kind made for one site since a moment."""
        return sum(
            m.kind is kind and m.site_id == site_id and m.made_at > since
            for m in self._mails.values()
        )

    def add(self, mail: Mail, *, comment_ids: Sequence[str] = ()) -> bool:
        """Store a mail and what it tells of; False when its slot is taken already."""
        if mail.slot is not None and any(m.slot == mail.slot for m in self._mails.values()):
            return False
        self._mails[mail.id] = mail
        for comment_id in comment_ids:
            notice = self._state.notices[mail.address_hash, comment_id]
            self._keep(replace(notice, mail_id=mail.id))
        return True

    def is_due(self, now: datetime) -> bool:
        """Tell whether ``take`` would find a mail."""
        every = self._mails.values()
        return any(m.state is MailState.WAITING and m.due_at <= now for m in every)

    def take(self, now: datetime, *, until: datetime, limit: int) -> Sequence[Mail]:
        """Return due mails, oldest first; nobody else is given them before ``until``."""
        due = [m for m in self._mails.values() if m.state is MailState.WAITING and m.due_at <= now]
        found = [
            replace(m, attempts=m.attempts + 1) for m in sorted(due, key=lambda m: m.due_at)[:limit]
        ]
        for mail in found:
            self._mails[mail.id] = replace(mail, due_at=until)
        return found

    def get(self, mail_id: str) -> Mail | None:
        """Return a mail."""
        return self._mails.get(mail_id)

    def notices(self, mail_id: str) -> Sequence[Notice]:
        """Return what a mail tells of."""
        found = (n for n in self._state.notices.values() if n.mail_id == mail_id)
        return sorted(found, key=lambda n: n.comment_id)

    def settle(self, mail_id: str, state: MailState, at: datetime, reason: str | None) -> None:
        """Note how it ended."""
        mail = self._mails.get(mail_id)
        if mail is not None and mail.state is MailState.WAITING:
            self._mails[mail_id] = replace(mail, state=state, reason=reason)
            self._state.settled[mail_id] = at

    def retry(self, mail_id: str, due_at: datetime, *, counts: bool) -> None:
        """Let a mail come again at a moment."""
        mail = self._mails.get(mail_id)
        if mail is not None and mail.state is MailState.WAITING:
            attempts = mail.attempts if counts else mail.attempts - 1
            self._mails[mail_id] = replace(mail, due_at=due_at, attempts=attempts)

    def stop(self, address_hash: str, why: Stop, at: datetime) -> None:
        """Send nothing more to an address: forget it, end what it has, drop what waits."""
        address = self._state.addresses.get(address_hash)
        if address is not None:
            stopped = replace(address, address=None, stopped=why, stopped_at=at)
            self._state.addresses[address_hash] = stopped
        for mail in [m for m in self._mails.values() if m.address_hash == address_hash]:
            self.settle(mail.id, MailState.DROPPED, at, why.value)
        drop(self._state, (n for n in loose(self._state) if n.address_hash == address_hash))
        for subscription in list(self._state.subscriptions.values()):
            if subscription.address_hash == address_hash:
                del self._state.subscriptions[subscription.id]

    def waiting(self) -> Mapping[str, int]:
        """Count what is under way."""
        return {
            "events": len(self._state.events),
            "notices": sum(1 for _ in loose(self._state)),
            "mails": sum(m.state is MailState.WAITING for m in self._mails.values()),
        }

    def week(self, site_id: str, since: datetime) -> Week:
        """Count what was decided on a site since a moment."""
        here = [
            r for r in self._state.records.values() if r.at >= since and self._site(r) == site_id
        ]
        by = {
            kind: Counter(r.decision.verdict.value for r in here if r.actor.kind is kind)
            for kind in ActorKind
        }
        overturned = sum(self._overturns(r) for r in here)
        return Week(
            by_engine=by[ActorKind.ENGINE],
            by_moderators=by[ActorKind.MODERATOR],
            overturned=overturned,
        )

    def _told(self, telling: Telling, after: str) -> list[Subscription]:
        every = self._state.subscriptions.values()
        mine = {s.address_hash for s in every if s.author_key == telling.author_key}
        found = (
            s
            for s in every
            if s.address_hash > after
            and s.address_hash not in mine
            and s.address_hash not in telling.not_to
            and _is_told(s, telling)
            and self._gets_mail(s.address_hash)
        )
        return sorted(found, key=lambda s: (s.address_hash, s.id))

    def _overturns(self, record: DecisionRecord) -> bool:
        before = self._state.records.get(record.supersedes or "")
        return (
            before is not None
            and record.actor.kind is ActorKind.MODERATOR
            and before.actor.kind is ActorKind.ENGINE
            and before.decision.verdict is not record.decision.verdict
        )

    def _site(self, record: DecisionRecord) -> str:
        thread_id = self._state.comments[record.comment_id].comment.thread_id
        return self._state.threads[thread_id].article.site_id

    def _gets_mail(self, address_hash: str) -> bool:
        address = self._state.addresses[address_hash]
        return address.stopped is None and address.address is not None

    def _keep(self, notice: Notice) -> None:
        self._state.notices[notice.address_hash, notice.comment_id] = notice


def _is_told(subscription: Subscription, telling: Telling) -> bool:
    here = subscription.thread_id == telling.thread_id
    above = subscription.author_key in telling.above
    return (
        subscription.confirmed_at is not None
        and {
            Kind.THREAD: here,
            Kind.COMMENT: subscription.comment_id == telling.parent_id,
            Kind.MINE: here and above,
            Kind.EVERYWHERE: subscription.site_id == telling.site_id and above,
        }[subscription.kind]
    )
