"""Accounts of the newsroom, and their sessions: rows <-> Moderator, Session."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from palabre.application.stored import Session, Way
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id
from palabre.domain.person import Duty, Moderator, Role
from palabre.storage.column_types import Row
from palabre.storage.locking import hold_table
from palabre.storage.passkeys import SqlPasskeys
from palabre.storage.tables import (
    moderator_duties,
    moderator_sites,
    moderators,
    session_uses,
    sessions,
)

_ID: sa.BindParameter[Any] = sa.bindparam("moderator")
_GET = sa.select(moderators).where(moderators.c.id == _ID)
_BY_LOGIN = sa.select(moderators).where(moderators.c.login == sa.bindparam("name_given"))
_SITES = (
    sa.select(moderator_sites.c.site_id)
    .where(moderator_sites.c.moderator_id == _ID)
    .order_by(moderator_sites.c.rank)
)
_DUTIES = (
    sa.select(moderator_duties.c.role, moderator_duties.c.site_id, moderator_duties.c.section_id)
    .where(moderator_duties.c.moderator_id == _ID)
    .order_by(moderator_duties.c.rank)
)
_NO_DUTIES = sa.delete(moderator_duties).where(moderator_duties.c.moderator_id == _ID)
_ALL = sa.select(moderators.c.id).order_by(moderators.c.login)
_PASSWORD = (
    sa.update(moderators).where(moderators.c.id == _ID).values(password_hash=sa.bindparam("new"))
)
_EACH = sa.select(
    sessions, session_uses.c.device, session_uses.c.way, session_uses.c.seen_at
).outerjoin(session_uses, session_uses.c.key == sessions.c.key)
_SESSION = _EACH.where(sessions.c.key == sa.bindparam("this"))
_OPEN = _EACH.where(sessions.c.expires_at > sa.bindparam("now")).order_by(
    sessions.c.created_at.desc(), sessions.c.key
)
_SEE = (
    sa.update(session_uses)
    .where(session_uses.c.key == sa.bindparam("this"))
    .values(seen_at=sa.bindparam("at"))
)
_END = sa.delete(sessions).where(sessions.c.key == sa.bindparam("this"))
_END_OF = sa.delete(sessions).where(sessions.c.moderator_id == _ID)
_END_EXPIRED = sa.delete(sessions).where(sessions.c.expires_at <= sa.bindparam("now"))


class SqlModerators(SqlPasskeys):
    """Accounts of the newsroom, and their sessions."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, moderator: Moderator) -> None:
        """Store a new account; a login that is taken is refused."""
        run = self._connection.execute
        hold_table(self._connection, moderators)
        if self.by_login(moderator.login) is not None:
            raise Refusal(Code.BAD_FIELD, field="login")
        run(
            sa.insert(moderators),
            {
                "id": moderator.id,
                "login": moderator.login,
                "name": moderator.name,
                "role": moderator.role.value,
                "password_hash": moderator.password_hash,
                "created_at": moderator.created_at,
            },
        )
        covered = [
            {"moderator_id": moderator.id, "site_id": site_id, "rank": rank}
            for rank, site_id in enumerate(moderator.site_ids)
        ]
        if covered:
            run(sa.insert(moderator_sites), covered)
        self.set_duties(moderator.id, moderator.duties)

    def set_duties(self, moderator_id: str, duties: Sequence[Duty]) -> None:
        """Replace what the account may do where."""
        run = self._connection.execute
        run(_NO_DUTIES, {"moderator": moderator_id})
        rows = [
            {
                "moderator_id": moderator_id,
                "rank": rank,
                "site_id": duty.site_id or "",
                "section_id": duty.section_id or "",
                "role": duty.role.value,
            }
            for rank, duty in enumerate(duties)
        ]
        if rows:
            run(sa.insert(moderator_duties), rows)

    def get(self, moderator_id: str) -> Moderator | None:
        """Return the account with this id; None, too, for text that is no identifier."""
        if not is_id(moderator_id):
            return None
        return self._moderator(self._connection.execute(_GET, {"moderator": moderator_id}))

    def all(self) -> Sequence[Moderator]:
        """Return all accounts, by login."""
        ids = self._connection.execute(_ALL).scalars().all()
        return [found for i in ids if (found := self.get(i)) is not None]

    def by_login(self, login: str) -> Moderator | None:
        """Return the account with this login."""
        return self._moderator(self._connection.execute(_BY_LOGIN, {"name_given": login}))

    def set_password(self, moderator_id: str, password_hash: str) -> None:
        """Replace the hash."""
        self._connection.execute(_PASSWORD, {"moderator": moderator_id, "new": password_hash})

    def open_session(self, session: Session) -> None:
        """Store a sign-in."""
        self._connection.execute(
            sa.insert(sessions),
            {
                "key": session.key,
                "moderator_id": session.moderator_id,
                "created_at": session.created_at,
                "expires_at": session.expires_at,
            },
        )
        self._connection.execute(
            sa.insert(session_uses),
            {
                "key": session.key,
                "device": session.device,
                "way": session.way.value,
                "seen_at": session.seen_at or session.created_at,
            },
        )

    def session(self, key: str) -> Session | None:
        """Return the sign-in with this key, expired or not."""
        row = self._connection.execute(_SESSION, {"this": key}).one_or_none()
        return _session_of(row) if row else None

    def sessions(self, *, now: datetime, moderator_id: str | None = None) -> Sequence[Session]:
        """Return the sessions that are open, of one account or of all, the newest first."""
        statement = _OPEN
        if moderator_id is not None:
            statement = _OPEN.where(sessions.c.moderator_id == moderator_id)
        return [_session_of(row) for row in self._connection.execute(statement, {"now": now})]

    def see_session(self, key: str, at: datetime) -> None:
        """Note that a session was used."""
        self._connection.execute(_SEE, {"this": key, "at": at})

    def end_session(self, key: str) -> None:
        """Forget a sign-in."""
        self._connection.execute(_END, {"this": key})

    def end_sessions_of(self, moderator_id: str) -> None:
        """Forget all sign-ins of an account."""
        self._connection.execute(_END_OF, {"moderator": moderator_id})

    def end_expired(self, now: datetime) -> None:
        """Forget the sign-ins that have run out."""
        self._connection.execute(_END_EXPIRED, {"now": now})

    def _moderator(self, found: sa.CursorResult[Any]) -> Moderator | None:
        row = found.one_or_none()
        if row is None:
            return None
        covered = self._connection.execute(_SITES, {"moderator": row.id}).scalars()
        duties = self._connection.execute(_DUTIES, {"moderator": row.id})
        return Moderator(
            id=row.id,
            login=row.login,
            name=row.name,
            role=Role(row.role),
            password_hash=row.password_hash,
            site_ids=tuple(covered),
            duties=tuple(
                Duty(role=Role(role), site_id=site or None, section_id=section or None)
                for role, site, section in duties
            ),
            created_at=row.created_at,
        )


def _session_of(row: Row) -> Session:
    # A session from before its device was noted has nothing beside it.
    return Session(
        key=row.key,
        moderator_id=row.moderator_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        device=row.device or "",
        way=Way(row.way or Way.PASSWORD),
        seen_at=row.seen_at or row.created_at,
    )
