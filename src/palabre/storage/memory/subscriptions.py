"""Addresses, subscriptions and the record of consent in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.mail_ports import ConsentLine, Notice
from palabre.domain.subscription import MailAddress, Subscription
from palabre.storage.memory.state import State


class MemorySubscriptions:
    """Addresses, what they subscribed to, and the record of their consent."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rows = state.subscriptions

    def address(self, address_hash: str) -> MailAddress | None:
        """Return what is known of an address."""
        return self._state.addresses.get(address_hash)

    def keep(self, address: MailAddress) -> None:
        """Store an address, or replace all that is known of it."""
        self._state.addresses[address.hash] = address

    def ask(self, subscription: Subscription) -> None:
        """Store a request."""
        self._rows[subscription.id] = subscription

    def get(self, subscription_id: str) -> Subscription | None:
        """Return a subscription."""
        return self._rows.get(subscription_id)

    def of_address(self, address_hash: str) -> Sequence[Subscription]:
        """Return all that an address asked for, oldest first."""
        found = [s for s in self._rows.values() if s.address_hash == address_hash]
        return sorted(found, key=lambda s: s.id)

    def confirm(self, subscription_id: str, at: datetime) -> None:
        """Let a request count; its address is confirmed by it."""
        found = self._rows.get(subscription_id)
        if found is None or found.confirmed_at is not None:
            return
        self._rows[found.id] = replace(found, confirmed_at=at)
        address = self._state.addresses[found.address_hash]
        if address.confirmed_at is None:
            self.keep(replace(address, confirmed_at=at))

    def end(self, subscription_ids: Sequence[str]) -> None:
        """Remove subscriptions, what waits by reason of them, and addresses left without one."""
        ended = [s for s in self._rows.values() if s.id in subscription_ids]
        for subscription in ended:
            del self._rows[subscription.id]
        drop(
            self._state,
            (n for n in loose(self._state) if n.subscription_id in {*subscription_ids}),
        )
        for address_hash in {s.address_hash for s in ended}:
            address = self._state.addresses.get(address_hash)
            if address and address.stopped is None and not self.of_address(address_hash):
                del self._state.addresses[address_hash]

    def record(self, line: ConsentLine) -> None:
        """Append to the record of consent."""
        self._state.consents[max(self._state.consents, default=0) + 1] = line

    def consents(self, address_hash: str) -> Sequence[ConsentLine]:
        """Return the record of one address, oldest first."""
        return [c for c in self._state.consents.values() if c.address_hash == address_hash]

    def expired(self, before: datetime, *, limit: int) -> Sequence[Subscription]:
        """Return requests from before a moment that were never confirmed."""
        found = [s for s in self._rows.values() if s.confirmed_at is None and s.asked_at < before]
        return sorted(found, key=lambda s: s.asked_at)[:limit]

    def forget(self, address_hash: str) -> None:
        """Remove all that is held on an address."""
        state = self._state
        drop(state, (n for n in state.notices.values() if n.address_hash == address_hash))
        for mail in [m for m in state.mails.values() if m.address_hash == address_hash]:
            del state.mails[mail.id]
        for number in [n for n, c in state.consents.items() if c.address_hash == address_hash]:
            del state.consents[number]
        for subscription in self.of_address(address_hash):
            del self._rows[subscription.id]
        state.addresses.pop(address_hash, None)


def loose(state: State) -> Iterable[Notice]:
    """Return the notices that are in no mail yet."""
    return (n for n in state.notices.values() if n.mail_id is None)


def drop(state: State, notices: Iterable[Notice]) -> None:
    """Remove notices."""
    for notice in list(notices):
        del state.notices[notice.address_hash, notice.comment_id]
