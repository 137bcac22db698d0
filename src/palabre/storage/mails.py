"""Mails on their way: rows <-> Mail. Who takes one keeps it for a while only.

On PostgreSQL several workers take different rows (SKIP LOCKED); on SQLite they come one after the
other. A mail that was taken and not settled is due again later, so that no kill loses it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.mail_ports import (
    Mail,
    MailKind,
    MailState,
    Notice,
    Telling,
    Week,
)
from palabre.domain.decision import ActorKind
from palabre.domain.identifier import first_id, is_id
from palabre.domain.subscription import Pace, Stop
from palabre.storage import notices as loose
from palabre.storage.column_types import Id, Row
from palabre.storage.effects import erased
from palabre.storage.tables import (
    comments,
    decisions,
    mail_addresses,
    mails,
    notices,
    outbox,
    subscriptions,
)

_HASH: sa.BindParameter[Any] = sa.bindparam("whose")
_THIS: sa.BindParameter[Any] = sa.bindparam("this", type_=Id)
_SINCE: sa.BindParameter[Any] = sa.bindparam("since", type_=mails.c.made_at.type)
_NOW: sa.BindParameter[Any] = sa.bindparam("now", type_=mails.c.due_at.type)
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)
# Written into the statement: an index of what waits is not found by a parameter.
_WAITING = mails.c.state == sa.literal_column("'waiting'")

_ADD = {
    "sqlite": sqlite.insert(mails)
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True),
    "postgresql": postgresql.insert(mails)
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True),
}
GET = sa.select(mails).where(mails.c.id == _THIS)
DUE = (
    sa.select(mails)
    .where(_WAITING, mails.c.due_at <= _NOW)
    .order_by(mails.c.due_at, mails.c.position)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True)
)
IS_DUE = sa.select(mails.c.id).where(_WAITING, mails.c.due_at <= _NOW).limit(1)
_TAKEN = (
    sa.update(mails)
    .where(mails.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(due_at=sa.bindparam("until"), attempts=mails.c.attempts + 1)
)
_SETTLE = (
    sa.update(mails)
    .where(mails.c.id == _THIS, _WAITING)
    .values(state=sa.bindparam("to"), done_at=sa.bindparam("at"), reason=sa.bindparam("because"))
)
_RETRY = (
    sa.update(mails)
    .where(mails.c.id == _THIS, _WAITING)
    .values(due_at=sa.bindparam("again"), attempts=mails.c.attempts - sa.bindparam("less"))
)
MADE = (
    sa.select(mails)
    .where(
        mails.c.address_hash == _HASH,
        mails.c.made_at > _SINCE,
        mails.c.kind.in_(sa.bindparam("kinds", expanding=True)),
        mails.c.state != MailState.DROPPED.value,
    )
    .order_by(mails.c.made_at)
)
MADE_FOR_SITE = sa.select(sa.func.count()).where(
    mails.c.site_id == sa.bindparam("site"),
    mails.c.kind == sa.bindparam("kind"),
    mails.c.made_at > _SINCE,
)
_STOP = (
    sa.update(mail_addresses)
    .where(mail_addresses.c.hash == _HASH)
    .values(address=None, stopped=sa.bindparam("because"), stopped_at=sa.bindparam("ended"))
)
_STOP_MAILS = (
    sa.update(mails)
    .where(mails.c.address_hash == _HASH, _WAITING)
    .values(
        state=MailState.DROPPED.value,
        done_at=sa.bindparam("ended"),
        reason=sa.bindparam("because"),
    )
)
_STOP_SUBSCRIPTIONS = sa.delete(subscriptions).where(subscriptions.c.address_hash == _HASH)
_STOP_NOTICES = sa.delete(notices).where(
    notices.c.address_hash == _HASH, notices.c.mail_id.is_(None)
)
_COUNTS = {
    "events": sa.select(sa.func.count()).where(outbox.c.handled_at.is_(None)),
    "notices": sa.select(sa.func.count()).where(notices.c.mail_id.is_(None)),
    "mails": sa.select(sa.func.count()).where(_WAITING),
}
_before = decisions.alias("earlier")
_IN_WEEK = (
    decisions.c.id >= sa.bindparam("first", type_=Id),
    comments.c.site_id == sa.bindparam("site"),
)
WEEK = (
    sa.select(decisions.c.actor_kind, decisions.c.verdict, sa.func.count())
    .join(comments, comments.c.id == decisions.c.comment_id)
    .where(*_IN_WEEK)
    .group_by(decisions.c.actor_kind, decisions.c.verdict)
)
OVERTURNED = (
    sa.select(sa.func.count())
    .select_from(decisions)
    .join(comments, comments.c.id == decisions.c.comment_id)
    .join(_before, _before.c.id == decisions.c.supersedes)
    .where(
        *_IN_WEEK,
        decisions.c.actor_kind == ActorKind.MODERATOR.value,
        _before.c.actor_kind == ActorKind.ENGINE.value,
        _before.c.verdict != decisions.c.verdict,
    )
)


class SqlMails:
    """Notices and mails on their way."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def tells_anybody(self, telling: Telling) -> bool:
        """Tell whether ``tell`` would find anybody."""
        return loose.tells_anybody(self._connection, telling)

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
        return loose.tell(self._connection, telling, at=at, due=due, after=after, limit=limit)

    def due_addresses(self, now: datetime, *, limit: int) -> Sequence[str]:
        """Return addresses with due notices that are in no mail yet."""
        return loose.due_addresses(self._connection, now, limit=limit)

    def due_notices(self, address_hash: str, now: datetime) -> Sequence[Notice]:
        """Return the due notices of one address that are in no mail yet."""
        return loose.due_notices(self._connection, address_hash, now)

    def postpone(self, address_hash: str, comment_ids: Sequence[str], until: datetime) -> None:
        """Let notices wait."""
        loose.postpone(self._connection, address_hash, comment_ids, until)

    def made_since(
        self, since: datetime, *, kinds: Sequence[MailKind], address_hash: str
    ) -> Sequence[Mail]:
        """Return the mails made for an address since a moment, without dropped ones."""
        asked = {"whose": address_hash, "since": since, "kinds": [k.value for k in kinds]}
        return [_mail(row) for row in self._connection.execute(MADE, asked)]

    def count_since(self, since: datetime, *, kind: MailKind, site_id: str) -> int:
        """Count the mails of one kind made for one site since a moment."""
        asked = {"site": site_id, "kind": kind.value, "since": since}
        return int(self._connection.execute(MADE_FOR_SITE, asked).scalar_one())

    def add(self, mail: Mail, *, comment_ids: Sequence[str] = ()) -> bool:
        """Store a mail and what it tells of; False when its slot is taken already."""
        row = {
            "id": mail.id,
            "kind": mail.kind.value,
            "address_hash": mail.address_hash,
            "site_id": mail.site_id,
            "thread_id": mail.thread_id,
            "subscription_id": mail.subscription_id,
            "slot": mail.slot,
            "made_at": mail.made_at,
            "due_at": mail.due_at,
            "attempts": mail.attempts,
            "state": mail.state.value,
            "done_at": None,
            "reason": mail.reason,
        }
        added = self._connection.execute(_ADD[self._connection.dialect.name], row).rowcount
        if added and comment_ids:
            loose.take_up(self._connection, mail.address_hash, comment_ids, mail.id)
        return bool(added)

    def is_due(self, now: datetime) -> bool:
        """Tell whether ``take`` would find a mail."""
        return self._connection.execute(IS_DUE, {"now": now}).first() is not None

    def take(self, now: datetime, *, until: datetime, limit: int) -> Sequence[Mail]:
        """Return due mails, oldest first; nobody else is given them before ``until``."""
        found = self._connection.execute(DUE, {"now": now, "limit": limit}).all()
        if found:
            taken = {"ids": [row.id for row in found], "until": until}
            self._connection.execute(_TAKEN, taken)
        return [_mail(row, attempts=row.attempts + 1) for row in found]

    def get(self, mail_id: str) -> Mail | None:
        """Return a mail; None, too, for text that is no identifier."""
        if not is_id(mail_id):
            return None
        row = self._connection.execute(GET, {"this": mail_id}).one_or_none()
        return _mail(row) if row else None

    def notices(self, mail_id: str) -> Sequence[Notice]:
        """Return what a mail tells of."""
        return loose.in_mail(self._connection, mail_id)

    def settle(self, mail_id: str, state: MailState, at: datetime, reason: str | None) -> None:
        """Note how it ended."""
        asked = {"this": mail_id, "to": state.value, "at": at, "because": reason}
        self._connection.execute(_SETTLE, asked)

    def retry(self, mail_id: str, due_at: datetime, *, counts: bool) -> None:
        """Let a mail come again at a moment."""
        asked = {"this": mail_id, "again": due_at, "less": 0 if counts else 1}
        self._connection.execute(_RETRY, asked)

    def stop(self, address_hash: str, why: Stop, at: datetime) -> None:
        """Send nothing more to an address: forget it, end what it has, drop what waits."""
        this = {"whose": address_hash}
        for statement in (_STOP, _STOP_MAILS):
            self._connection.execute(statement, {**this, "because": why.value, "ended": at})
        for deletion in (_STOP_NOTICES, _STOP_SUBSCRIPTIONS):
            self._connection.execute(deletion, this)
        erased(self._connection)

    def waiting(self) -> Mapping[str, int]:
        """Count what is under way."""
        run = self._connection.execute
        return {name: int(run(count).scalar_one()) for name, count in _COUNTS.items()}

    def week(self, site_id: str, since: datetime) -> Week:
        """Count what was decided on a site since a moment."""
        asked = {"site": site_id, "first": first_id(since)}
        by: dict[str, dict[str, int]] = {kind.value: {} for kind in ActorKind}
        for actor, verdict, count in self._connection.execute(WEEK, asked):
            by[actor][verdict] = count
        return Week(
            by_engine=by[ActorKind.ENGINE.value],
            by_moderators=by[ActorKind.MODERATOR.value],
            overturned=int(self._connection.execute(OVERTURNED, asked).scalar_one()),
        )


def _mail(row: Row, *, attempts: int | None = None) -> Mail:
    return Mail(
        id=row.id,
        kind=MailKind(row.kind),
        address_hash=row.address_hash,
        site_id=row.site_id,
        thread_id=row.thread_id,
        subscription_id=row.subscription_id,
        slot=row.slot,
        made_at=row.made_at,
        due_at=row.due_at,
        attempts=row.attempts if attempts is None else attempts,
        state=MailState(row.state),
        reason=row.reason,
    )
