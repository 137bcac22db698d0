"""Moderators' mail: what waits, what cannot wait, and a line a week on what the judge did.

Each of these mails has a slot (which hour, which week, to whom), so that any number of workers make
one of each. What it says is read when it is sent: nobody is called for a queue that is empty again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from palabre.application.mail_ports import Mail, MailKind
from palabre.application.mail_tokens import address_hash
from palabre.application.ports import Clock, QueueItem, Store, UnitOfWork
from palabre.domain.comment import Status
from palabre.domain.events import Event, EventKind
from palabre.domain.identifier import new_id

_WINDOW = timedelta(minutes=10)  # urgent mails of one site to one address: one in this time
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_LOOKED_AT = 200
_MONDAY, _MORNING = 0, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TellDesk:
    """The use case. ``to`` are the newsroom's own addresses; without one nothing is made.

    ``every`` is the time between two digests of a queue that is not empty; ``urgent`` are the rules
    whose holds are told at once.
    """

    store: Store
    clock: Clock
    secret: bytes
    to: tuple[str, ...]
    urgent: frozenset[str]
    every: timedelta
    zone: tzinfo

    def held(self, events: Sequence[Event]) -> None:
        """Make a mail where a comment was held by an urgent rule."""
        held = [e for e in events if e.kind is EventKind.COMMENT_HELD] if self.to else []
        if not held:
            return
        with self.store.reading() as unit:
            sites = {e.site_id for e in held if self._is_urgent(unit, e.comment_id)}
        now = self.clock()
        if sites:
            with self.store.writing() as unit:
                for site_id in sites:
                    self._call(unit, site_id, now)

    def regular(self) -> None:
        """Make the digests of queues and the weekly lines that are due."""
        if not self.to:
            return
        now = self.clock()
        local = now.astimezone(self.zone)
        slots: list[tuple[MailKind, str]] = []
        if self.every:
            slots.append((MailKind.DESK_QUEUE, f"queue {(now - _EPOCH) // self.every}"))
        if local.weekday() == _MONDAY and local.hour >= _MORNING:
            slots.append((MailKind.DESK_WEEK, f"week {local:%G-%V}"))
        with self.store.writing() as unit:
            for site in unit.sites.all():
                waiting = unit.queue.counts(site_ids=[site.id])[Status.HELD]
                for kind, slot in slots:
                    if kind is MailKind.DESK_WEEK or waiting:
                        self._add(unit, kind, site.id, slot, now)

    def waiting(
        self, unit: UnitOfWork, site_id: str, *, urgent: bool
    ) -> tuple[int, Sequence[QueueItem]]:
        """Return how many comments wait, and those to be shown, oldest first."""
        items = unit.queue.page(
            site_ids=[site_id], status=Status.HELD, limit=_LOOKED_AT, after=None
        )
        if urgent:
            items = [i for i in items if self.urgent.intersection(i.record.decision.rules)]
            return len(items), items
        return unit.queue.counts(site_ids=[site_id])[Status.HELD], items

    def address_of(self, hashed: str) -> str | None:
        """Return the newsroom's address with this hash, as long as the settings name it."""
        return next((a for a in self.to if address_hash(a, self.secret) == hashed), None)

    def _is_urgent(self, unit: UnitOfWork, comment_id: str) -> bool:
        record = unit.decisions.latest(comment_id)
        return record is not None and bool(self.urgent.intersection(record.decision.rules))

    def _call(self, unit: UnitOfWork, site_id: str, now: datetime) -> None:
        window = (now - _EPOCH) // _WINDOW
        # The next window's mail tells of what came after this one's had left.
        later = _EPOCH + (window + 1) * _WINDOW
        for number, due in ((window, now), (window + 1, later)):
            slot = f"urgent {number}"
            if self._add(unit, MailKind.DESK_URGENT, site_id, slot, now, due=due):
                return

    def _add(
        self,
        unit: UnitOfWork,
        kind: MailKind,
        site_id: str,
        slot: str,
        now: datetime,
        *,
        due: datetime | None = None,
    ) -> bool:
        added = False
        for address in self.to:
            hashed = address_hash(address, self.secret)
            mail = Mail(
                id=new_id(now),
                kind=kind,
                address_hash=hashed,
                site_id=site_id,
                slot=f"{slot} {site_id} {hashed}",
                made_at=now,
                due_at=due or now,
            )
            added = unit.mails.add(mail) or added
        return added
