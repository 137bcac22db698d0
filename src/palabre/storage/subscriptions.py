"""Addresses that asked for mail, and what they asked for: rows <-> MailAddress, Subscription."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.mail_ports import ConsentLine
from palabre.domain.identifier import is_id
from palabre.domain.subscription import Act, Kind, MailAddress, Pace, Stop, Subscription
from palabre.storage.column_types import Row
from palabre.storage.effects import erased
from palabre.storage.tables import consents, mail_addresses, mails, notices, subscriptions

_HASH: sa.BindParameter[Any] = sa.bindparam("whose")
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_AT: sa.BindParameter[Any] = sa.bindparam("moment", type_=subscriptions.c.asked_at.type)
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)

ADDRESS = sa.select(mail_addresses).where(mail_addresses.c.hash == _HASH)
GET = sa.select(subscriptions).where(subscriptions.c.id == sa.bindparam("this"))
OF_ADDRESS = (
    sa.select(subscriptions)
    .where(subscriptions.c.address_hash == _HASH)
    .order_by(subscriptions.c.id)
)
_MANY = sa.select(subscriptions.c.address_hash).where(subscriptions.c.id.in_(_IDS)).distinct()
_ADD = sa.insert(subscriptions)
_CONFIRM = (
    sa.update(subscriptions)
    .where(subscriptions.c.id == sa.bindparam("this"), subscriptions.c.confirmed_at.is_(None))
    .values(confirmed_at=_AT)
    .returning(subscriptions.c.address_hash)
)
_CONFIRM_ADDRESS = (
    sa.update(mail_addresses)
    .where(mail_addresses.c.hash == _HASH, mail_addresses.c.confirmed_at.is_(None))
    .values(confirmed_at=_AT)
)
_END = sa.delete(subscriptions).where(subscriptions.c.id.in_(_IDS))
_END_NOTICES = sa.delete(notices).where(
    notices.c.subscription_id.in_(_IDS), notices.c.mail_id.is_(None)
)
_LET_GO = sa.delete(mail_addresses).where(
    mail_addresses.c.hash == _HASH,
    mail_addresses.c.stopped.is_(None),
    ~sa.exists().where(subscriptions.c.address_hash == mail_addresses.c.hash),
)
_RECORD = sa.insert(consents)
CONSENTS = sa.select(consents).where(consents.c.address_hash == _HASH).order_by(consents.c.position)
EXPIRED = (
    sa.select(subscriptions)
    .where(subscriptions.c.confirmed_at.is_(None), subscriptions.c.asked_at < _AT)
    .order_by(subscriptions.c.asked_at)
    .limit(_LIMIT)
)
_FORGET = tuple(
    sa.delete(table).where(column == _HASH)
    for table, column in (
        (notices, notices.c.address_hash),
        (mails, mails.c.address_hash),
        (consents, consents.c.address_hash),
        (subscriptions, subscriptions.c.address_hash),
        (mail_addresses, mail_addresses.c.hash),
    )
)


def _keep(insert: Any) -> Any:  # noqa: ANN401 -- both databases have the clause, SQLAlchemy two
    statement = insert(mail_addresses)
    taken = {c.name: statement.excluded[c.name] for c in mail_addresses.c if not c.primary_key}
    return statement.on_conflict_do_update(index_elements=[mail_addresses.c.hash], set_=taken)


_KEEP = {"sqlite": _keep(sqlite.insert), "postgresql": _keep(postgresql.insert)}


class SqlSubscriptions:
    """Addresses, what they subscribed to, and the record of their consent."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def address(self, address_hash: str) -> MailAddress | None:
        """Return what is known of an address."""
        row = self._connection.execute(ADDRESS, {"whose": address_hash}).one_or_none()
        return _address(row) if row else None

    def keep(self, address: MailAddress) -> None:
        """Store an address, or replace all that is known of it."""
        row = {
            "hash": address.hash,
            "address": address.address,
            "lang": address.lang,
            "pace": address.pace.value,
            "created_at": address.created_at,
            "confirmed_at": address.confirmed_at,
            "stopped": address.stopped.value if address.stopped else None,
            "stopped_at": address.stopped_at,
            "soft_bounces": address.soft_bounces,
        }
        self._connection.execute(_KEEP[self._connection.dialect.name], row)

    def ask(self, subscription: Subscription) -> None:
        """Store a request."""
        row = {
            "id": subscription.id,
            "address_hash": subscription.address_hash,
            "site_id": subscription.site_id,
            "kind": subscription.kind.value,
            "thread_id": subscription.thread_id,
            "comment_id": subscription.comment_id,
            "author_key": subscription.author_key,
            "lang": subscription.lang,
            "asked_at": subscription.asked_at,
            "confirmed_at": subscription.confirmed_at,
        }
        self._connection.execute(_ADD, row)

    def get(self, subscription_id: str) -> Subscription | None:
        """Return a subscription; None, too, for text that is no identifier."""
        if not is_id(subscription_id):
            return None
        row = self._connection.execute(GET, {"this": subscription_id}).one_or_none()
        return subscription_of(row) if row else None

    def of_address(self, address_hash: str) -> Sequence[Subscription]:
        """Return all that an address asked for, oldest first."""
        found = self._connection.execute(OF_ADDRESS, {"whose": address_hash})
        return [subscription_of(row) for row in found]

    def confirm(self, subscription_id: str, at: datetime) -> None:
        """Let a request count; its address is confirmed by it."""
        found = self._connection.execute(_CONFIRM, {"this": subscription_id, "moment": at})
        address_hash = found.scalar()
        if address_hash is not None:
            self._connection.execute(_CONFIRM_ADDRESS, {"whose": address_hash, "moment": at})

    def end(self, subscription_ids: Sequence[str]) -> None:
        """Remove subscriptions, what waits by reason of them, and addresses left without one."""
        ids = {"ids": list(subscription_ids)}
        hashes = self._connection.execute(_MANY, ids).scalars().all()
        self._connection.execute(_END_NOTICES, ids)
        self._connection.execute(_END, ids)
        for address_hash in hashes:
            self._connection.execute(_LET_GO, {"whose": address_hash})
        if hashes:
            erased(self._connection)

    def record(self, line: ConsentLine) -> None:
        """Append to the record of consent."""
        row = {
            "address_hash": line.address_hash,
            "subscription_id": line.subscription_id,
            "site_id": line.site_id,
            "kind": line.kind.value,
            "act": line.act.value,
            "text": line.text,
            "lang": line.lang,
            "at": line.at,
        }
        self._connection.execute(_RECORD, row)

    def consents(self, address_hash: str) -> Sequence[ConsentLine]:
        """Return the record of one address, oldest first."""
        return [
            ConsentLine(
                address_hash=row.address_hash,
                subscription_id=row.subscription_id,
                site_id=row.site_id,
                kind=Kind(row.kind),
                act=Act(row.act),
                text=row.text,
                lang=row.lang,
                at=row.at,
            )
            for row in self._connection.execute(CONSENTS, {"whose": address_hash})
        ]

    def expired(self, before: datetime, *, limit: int) -> Sequence[Subscription]:
        """Return requests from before a moment that were never confirmed."""
        found = self._connection.execute(EXPIRED, {"moment": before, "limit": limit})
        return [subscription_of(row) for row in found]

    def forget(self, address_hash: str) -> None:
        """Remove all that is held on an address."""
        for statement in _FORGET:
            self._connection.execute(statement, {"whose": address_hash})
        erased(self._connection)


def _address(row: Row) -> MailAddress:
    return MailAddress(
        hash=row.hash,
        address=row.address,
        lang=row.lang,
        pace=Pace(row.pace),
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        stopped=Stop(row.stopped) if row.stopped else None,
        stopped_at=row.stopped_at,
        soft_bounces=row.soft_bounces,
    )


def subscription_of(row: Row) -> Subscription:
    """Return the subscription from its row."""
    return Subscription(
        id=row.id,
        address_hash=row.address_hash,
        site_id=row.site_id,
        kind=Kind(row.kind),
        thread_id=row.thread_id,
        comment_id=row.comment_id,
        author_key=row.author_key,
        lang=row.lang,
        asked_at=row.asked_at,
        confirmed_at=row.confirmed_at,
    )
