"""Passkeys of the newsroom, and challenges that were answered: rows <-> Passkey."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.stored import Passkey
from palabre.domain.errors import Code, Refusal
from palabre.storage.column_types import Row
from palabre.storage.tables import passkeys, spent_challenges

_KEY: sa.BindParameter[Any] = sa.bindparam("this")
_GET = sa.select(passkeys).where(passkeys.c.key == _KEY)
_OF = (
    sa.select(passkeys)
    .where(passkeys.c.moderator_id == sa.bindparam("moderator"))
    .order_by(passkeys.c.created_at, passkeys.c.key)
)
_USE = (
    sa.update(passkeys)
    .where(passkeys.c.key == _KEY)
    .values(sign_count=sa.bindparam("counted"), used_at=sa.bindparam("at"))
)
_DROP = sa.delete(passkeys).where(
    passkeys.c.key == _KEY, passkeys.c.moderator_id == sa.bindparam("moderator")
)
_OLD = sa.delete(spent_challenges).where(spent_challenges.c.expires_at <= sa.bindparam("now"))
_ADD = {
    "sqlite": sqlite.insert(passkeys).on_conflict_do_nothing().returning(passkeys.c.key),
    "postgresql": postgresql.insert(passkeys).on_conflict_do_nothing().returning(passkeys.c.key),
}
_SPEND = {
    "sqlite": sqlite.insert(spent_challenges)
    .on_conflict_do_nothing()
    .returning(spent_challenges.c.key),
    "postgresql": postgresql.insert(spent_challenges)
    .on_conflict_do_nothing()
    .returning(spent_challenges.c.key),
}


class SqlPasskeys:
    """Passkeys, and challenges that were answered."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add_passkey(self, passkey: Passkey) -> None:
        """Store a passkey; one that is known already is refused."""
        row = {name: getattr(passkey, name) for name in Passkey.__slots__}
        added = self._connection.execute(_ADD[self._connection.dialect.name], row).first()
        if added is None:
            raise Refusal(Code.BAD_FIELD, field="passkey")

    def passkeys(self, moderator_id: str) -> Sequence[Passkey]:
        """Return an account's passkeys, the oldest first."""
        found = self._connection.execute(_OF, {"moderator": moderator_id})
        return [_passkey_of(row) for row in found]

    def passkey(self, key: str) -> Passkey | None:
        """Return the passkey with this key."""
        row = self._connection.execute(_GET, {"this": key}).one_or_none()
        return _passkey_of(row) if row else None

    def use_passkey(self, key: str, *, sign_count: int, at: datetime) -> None:
        """Note that a passkey was used, and the counter it showed."""
        self._connection.execute(_USE, {"this": key, "counted": sign_count, "at": at})

    def drop_passkey(self, key: str, moderator_id: str) -> bool:
        """Forget a passkey of this account."""
        asked = {"this": key, "moderator": moderator_id}
        return bool(self._connection.execute(_DROP, asked).rowcount)

    def spend(self, challenge: str, *, expires_at: datetime, now: datetime) -> bool:
        """Note that the challenge with this hash was answered; False: it was before."""
        self._connection.execute(_OLD, {"now": now})
        row = {"key": challenge, "expires_at": expires_at}
        found = self._connection.execute(_SPEND[self._connection.dialect.name], row).first()
        return found is not None


def _passkey_of(row: Row) -> Passkey:
    return Passkey(
        key=row.key,
        moderator_id=row.moderator_id,
        credential=bytes(row.credential),
        public_key=bytes(row.public_key),
        sign_count=row.sign_count,
        name=row.name,
        created_at=row.created_at,
        used_at=row.used_at,
    )
