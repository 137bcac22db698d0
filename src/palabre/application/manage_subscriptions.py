"""The owner of an address answers a mail: confirms, leaves, chooses how often.

Whoever holds a link from a mail may do what the link is for; no account and no cookie is needed.
Looking changes nothing: scanners open every link.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from palabre.application.mail_tokens import (
    Purpose,
    address_in,
    address_token,
    subscription_in,
)
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.subscribe import consent_line, take_up
from palabre.domain.article import Article
from palabre.domain.errors import Code, Refusal
from palabre.domain.site import Site
from palabre.domain.subscription import Act, MailAddress, Pace, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A subscription with the article it is about (None: the whole site)."""

    subscription: Subscription
    site: Site
    article: Article | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageSubscriptions:
    """What a link from a mail can do."""

    store: Store
    clock: Clock
    secret: bytes

    def look(self, purpose: Purpose, token: str) -> Listed | None:
        """Return what a link to one subscription is about; None when it has been left.

        ``link_invalid``: it is none of ours.
        """
        subscription_id = self._subscription(purpose, token)
        with self.store.reading() as unit:
            found = unit.subscriptions.get(subscription_id)
            return self._listed(unit, found) if found else None

    def confirm(self, token: str, text: str) -> Listed:
        """Let a request count; ``text`` is the sentence said yes to. A second time nothing happens.

        ``link_expired``: it is older than seven days, or the request has been taken back.
        """
        subscription_id = self._subscription(Purpose.CONFIRM, token)
        now = self.clock()
        with self.store.writing() as unit:
            found = unit.subscriptions.get(subscription_id)
            if found is None:
                raise Refusal(Code.LINK_EXPIRED)
            if found.confirmed_at is None:
                if not found.can_be_confirmed(now):
                    raise Refusal(Code.LINK_EXPIRED)
                take_up(unit, found, text, now)
            return self._listed(unit, found)

    def leave(self, token: str) -> None:
        """End one subscription; what has been left already stays so."""
        subscription_id = self._subscription(Purpose.LEAVE, token)
        with self.store.writing() as unit:
            found = unit.subscriptions.get(subscription_id)
            if found is not None:
                self._end(unit, [found])

    def mine(self, token: str) -> tuple[MailAddress | None, Sequence[Listed]]:
        """Return the address that a link is for, and its confirmed subscriptions."""
        hashed = self._address(token)
        with self.store.reading() as unit:
            every = unit.subscriptions.of_address(hashed)
            listed = [self._listed(unit, s) for s in every if s.confirmed_at]
            return unit.subscriptions.address(hashed), listed

    def choose(self, token: str, pace: Pace) -> None:
        """Set how often the address wants mail."""
        hashed = self._address(token)
        with self.store.writing() as unit:
            known = unit.subscriptions.address(hashed)
            if known is not None:
                unit.subscriptions.keep(replace(known, pace=pace))

    def leave_one(self, token: str, subscription_id: str) -> None:
        """End one subscription of the address."""
        hashed = self._address(token)
        with self.store.writing() as unit:
            found = unit.subscriptions.get(subscription_id)
            if found is not None and found.address_hash == hashed:
                self._end(unit, [found])

    def leave_all(self, token: str) -> None:
        """End everything that the address asked for, on all sites."""
        hashed = self._address(token)
        with self.store.writing() as unit:
            self._end(unit, unit.subscriptions.of_address(hashed))

    def link_of(self, listed: Listed) -> str:
        """Return the token of the page of all subscriptions of the same address."""
        return address_token(listed.subscription.address_hash, self.secret)

    def _end(self, unit: UnitOfWork, subscriptions: Sequence[Subscription]) -> None:
        now = self.clock()
        for subscription in subscriptions:
            unit.subscriptions.record(consent_line(subscription, Act.LEFT, "", now))
        if subscriptions:
            unit.subscriptions.end([s.id for s in subscriptions])

    def _listed(self, unit: UnitOfWork, subscription: Subscription) -> Listed:
        thread = unit.threads.get(subscription.thread_id) if subscription.thread_id else None
        site = unit.sites.get(subscription.site_id)
        if site is None:
            raise Refusal(Code.LINK_EXPIRED)
        article = thread.article if thread else None
        return Listed(subscription=subscription, site=site, article=article)

    def _subscription(self, purpose: Purpose, token: str) -> str:
        found = subscription_in(purpose, token, self.secret)
        if found is None:
            raise Refusal(Code.LINK_INVALID)
        return found

    def _address(self, token: str) -> str:
        found = address_in(token, self.secret)
        if found is None:
            raise Refusal(Code.LINK_INVALID)
        return found
