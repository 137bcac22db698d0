"""An address gets no more mail: it came back, it complained, or it never said yes."""

from dataclasses import dataclass, replace

from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.subscribe import consent_line
from palabre.domain.subscription import UNCONFIRMED_FOR, Act, Stop

_SOFT = 3  # temporary bounces after which an address counts as gone
_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMail:
    """The use case, for the worker and for what reads returned mail."""

    store: Store
    clock: Clock

    def refused(self, mail_id: str, *, for_good: bool) -> None:
        """Note that a mail could not be delivered; for good, or once too often, ends it."""
        with self.store.writing() as unit:
            mail = unit.mails.get(mail_id)
            known = unit.subscriptions.address(mail.address_hash) if mail else None
            if mail is None or known is None or known.stopped is not None:
                return
            bounces = known.soft_bounces + 1
            if for_good or bounces >= _SOFT:
                self._stop(unit, known.hash, Stop.BOUNCED)
            else:
                unit.subscriptions.keep(replace(known, soft_bounces=bounces))

    def complained(self, mail_id: str) -> None:
        """Note that the reader called a mail unwanted."""
        with self.store.writing() as unit:
            mail = unit.mails.get(mail_id)
            if mail is not None:
                self._stop(unit, mail.address_hash, Stop.COMPLAINED)

    def purge(self) -> int:
        """Forget requests that nobody confirmed for 30 days, and leave their addresses alone.

        Returns how many there were.
        """
        now = self.clock()
        before = now - UNCONFIRMED_FOR
        with self.store.reading() as unit:
            if not unit.subscriptions.expired(before, limit=1):
                return 0
        with self.store.writing() as unit:
            expired = unit.subscriptions.expired(before, limit=_BATCH)
            ids = {s.id for s in expired}
            for subscription in expired:
                unit.subscriptions.record(consent_line(subscription, Act.EXPIRED, "", now))
            for hashed in {s.address_hash for s in expired}:
                known = unit.subscriptions.address(hashed)
                every = {s.id for s in unit.subscriptions.of_address(hashed)}
                if known is not None and known.confirmed_at is None and every <= ids:
                    unit.mails.stop(hashed, Stop.UNCONFIRMED, now)
                else:
                    unit.subscriptions.end([*(every & ids)])
            return len(expired)

    def allow(self, hashed: str) -> bool:
        """Let an address ask again, as its owner has asked the house to; False: it may anyhow."""
        with self.store.writing() as unit:
            known = unit.subscriptions.address(hashed)
            if known is None or known.stopped is None:
                return False
            unit.subscriptions.forget(hashed)
            return True

    def _stop(self, unit: UnitOfWork, hashed: str, why: Stop) -> None:
        now = self.clock()
        for subscription in unit.subscriptions.of_address(hashed):
            unit.subscriptions.record(consent_line(subscription, Act.STOPPED, why.value, now))
        unit.mails.stop(hashed, why, now)
