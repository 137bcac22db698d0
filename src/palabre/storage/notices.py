"""Who is to be told of which comment: finding them, and what waits to become a mail.

A notice is found by address and comment, so that telling again, after a kill or by a second worker,
changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.mail_ports import Notice, Telling
from palabre.domain.subscription import Kind, Pace
from palabre.storage.column_types import Id, Row
from palabre.storage.effects import is_writing
from palabre.storage.tables import mail_addresses, notices, subscriptions

_HASH: sa.BindParameter[Any] = sa.bindparam("whose")
_NOW: sa.BindParameter[Any] = sa.bindparam("now", type_=notices.c.due_at.type)
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)
_THREAD: sa.BindParameter[Any] = sa.bindparam("thread", type_=Id)
_ABOVE: sa.BindParameter[Any] = sa.bindparam("above", expanding=True)
_same = subscriptions.alias("same")

TOLD = (
    sa.select(subscriptions.c.address_hash, subscriptions.c.id, mail_addresses.c.pace)
    .join(mail_addresses, mail_addresses.c.hash == subscriptions.c.address_hash)
    .where(
        sa.or_(
            sa.and_(
                subscriptions.c.thread_id == _THREAD, subscriptions.c.kind == Kind.THREAD.value
            ),
            sa.and_(
                subscriptions.c.comment_id == sa.bindparam("parent", type_=Id),
                subscriptions.c.kind == Kind.COMMENT.value,
            ),
            sa.and_(
                subscriptions.c.author_key.in_(_ABOVE),
                sa.or_(
                    sa.and_(
                        subscriptions.c.kind == Kind.MINE.value,
                        subscriptions.c.thread_id == _THREAD,
                    ),
                    sa.and_(
                        subscriptions.c.kind == Kind.EVERYWHERE.value,
                        subscriptions.c.site_id == sa.bindparam("site"),
                    ),
                ),
            ),
        ),
        subscriptions.c.confirmed_at.is_not(None),
        mail_addresses.c.stopped.is_(None),
        mail_addresses.c.address.is_not(None),
        subscriptions.c.address_hash > sa.bindparam("after"),
        subscriptions.c.address_hash.not_in(sa.bindparam("not_to", expanding=True)),
        subscriptions.c.address_hash.not_in(
            sa.select(_same.c.address_hash).where(_same.c.author_key == sa.bindparam("author"))
        ),
    )
    .order_by(subscriptions.c.address_hash, subscriptions.c.id)
    .limit(_LIMIT)
)
_MAKE = {
    "sqlite": sqlite.insert(notices).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(notices).on_conflict_do_nothing(),
}
LOOSE = (
    sa.select(notices.c.address_hash)
    .where(notices.c.mail_id.is_(None), notices.c.due_at <= _NOW)
    .order_by(notices.c.due_at)
    .limit(_LIMIT)
)
DUE = (
    sa.select(notices)
    .where(notices.c.address_hash == _HASH, notices.c.mail_id.is_(None), notices.c.due_at <= _NOW)
    .order_by(notices.c.comment_id)
)
IN_MAIL = (
    sa.select(notices)
    .where(notices.c.mail_id == sa.bindparam("mail", type_=Id))
    .order_by(notices.c.comment_id)
)
_SOME = (
    notices.c.address_hash == _HASH,
    notices.c.comment_id.in_(sa.bindparam("comments", expanding=True)),
    notices.c.mail_id.is_(None),
)
_POSTPONE = sa.update(notices).where(*_SOME).values(due_at=sa.bindparam("until"))
_TAKE_UP = sa.update(notices).where(*_SOME).values(mail_id=sa.bindparam("into", type_=Id))


def tell(
    connection: sa.Connection,
    telling: Telling,
    *,
    at: datetime,
    due: Mapping[Pace, datetime],
    after: str,
    limit: int,
) -> str | None:
    """Make notices for the next addresses; return the hash to go on after, None at the end."""
    found = connection.execute(TOLD, _asked(telling, after, limit)).all()
    first = {row.address_hash: row for row in reversed(found)}
    if first:
        about = {
            "comment_id": telling.comment_id,
            "site_id": telling.site_id,
            "thread_id": telling.thread_id,
            "made_at": at,
            "mail_id": None,
        }
        connection.execute(
            _MAKE[connection.dialect.name],
            [
                {
                    "address_hash": address_hash,
                    "subscription_id": row.id,
                    "due_at": due[Pace(row.pace)],
                    **about,
                }
                for address_hash, row in first.items()
            ],
        )
    return found[-1].address_hash if len(found) == limit else None


def tells_anybody(connection: sa.Connection, telling: Telling) -> bool:
    """Tell whether anybody is to be told."""
    return connection.execute(TOLD, _asked(telling, "", 1)).first() is not None


def _asked(telling: Telling, after: str, limit: int) -> dict[str, Any]:
    return {
        "thread": telling.thread_id,
        "parent": telling.parent_id,
        "site": telling.site_id,
        "above": list(telling.above),
        "author": telling.author_key,
        "not_to": list(telling.not_to),
        "after": after,
        "limit": limit,
    }


def due_addresses(connection: sa.Connection, now: datetime, *, limit: int) -> list[str]:
    """Return addresses with due notices in no mail; a writer keeps others off these."""
    statement = LOOSE.with_for_update(skip_locked=True) if is_writing(connection) else LOOSE
    found = connection.execute(statement, {"now": now, "limit": limit}).scalars()
    return list(dict.fromkeys(found))


def due_notices(connection: sa.Connection, address_hash: str, now: datetime) -> list[Notice]:
    """Return the due notices of one address that are in no mail."""
    statement = DUE.with_for_update(skip_locked=True) if is_writing(connection) else DUE
    found = connection.execute(statement, {"whose": address_hash, "now": now})
    return [notice_of(row) for row in found]


def in_mail(connection: sa.Connection, mail_id: str) -> list[Notice]:
    """Return what a mail tells of."""
    return [notice_of(row) for row in connection.execute(IN_MAIL, {"mail": mail_id})]


def postpone(
    connection: sa.Connection, address_hash: str, comment_ids: Sequence[str], until: datetime
) -> None:
    """Let notices wait."""
    asked = {"whose": address_hash, "comments": list(comment_ids), "until": until}
    connection.execute(_POSTPONE, asked)


def take_up(
    connection: sa.Connection, address_hash: str, comment_ids: Sequence[str], mail_id: str
) -> None:
    """Put notices into a mail, for good."""
    asked = {"whose": address_hash, "comments": list(comment_ids), "into": mail_id}
    connection.execute(_TAKE_UP, asked)


def notice_of(row: Row) -> Notice:
    """Return the notice of a row."""
    return Notice(
        address_hash=row.address_hash,
        comment_id=row.comment_id,
        subscription_id=row.subscription_id,
        site_id=row.site_id,
        thread_id=row.thread_id,
        made_at=row.made_at,
        due_at=row.due_at,
        mail_id=row.mail_id,
    )
